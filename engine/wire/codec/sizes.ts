import type { Records } from '../field.ts';
import { utf8Length } from '../utf8.ts';

/**
 * What the parts of variable length take on the wire. Compact ones count their length in an unsigned varint
 * (KIP-482).
 */
export function uvarintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  return 5;
}

export function stringSize(text: string | null): number {
  return text === null ? 2 : 2 + utf8Length(text);
}

export function compactStringSize(text: string | null): number {
  if (text === null) return 1;
  const length = utf8Length(text);
  return uvarintSize(length + 1) + length;
}

export function bytesSize(bytes: Uint8Array | null): number {
  return bytes === null ? 4 : 4 + bytes.length;
}

export function compactBytesSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : uvarintSize(bytes.length + 1) + bytes.length;
}

export function recordsSize(records: Records | null): number {
  return records === null ? 4 : 4 + recordsLength(records);
}

export function compactRecordsSize(records: Records | null): number {
  if (records === null) return 1;
  const length = recordsLength(records);
  return uvarintSize(length + 1) + length;
}

/** The bytes in all chunks. */
export function recordsLength(records: Records): number {
  let length = 0;
  for (let i = 0; i < records.length; i++) length += records[i]!.length;
  return length;
}
