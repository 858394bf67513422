import { utf8Decode, utf8Encode, ZERO_UUID } from '../wire/index.ts';

/** `PartitionMetadataFile`: two lines, no newline at the end. */
export function encodePartitionMetadata(topicId: string): Uint8Array {
  return utf8Encode(`version: 0\ntopic_id: ${topicId}`);
}

/** The topic id, or null when the content cannot be trusted. */
export function decodePartitionMetadata(content: Uint8Array): string | null {
  const match = /^version: (\d{1,9})\r?\ntopic_id: ([A-Za-z0-9_-]{22})\s*$/.exec(utf8Decode(content));
  const topicId = match?.[2] ?? null;
  return topicId === ZERO_UUID ? null : topicId;
}
