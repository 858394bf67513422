import {
  array,
  decodeStruct,
  encodeStruct,
  int32,
  list,
  string,
  struct,
  WireError,
} from '../../../wire/index.ts';
import type { TopicPartition } from '../../ports.ts';

/** What a member of a sticky group remembers, since an eager member owns nothing when it joins (KIP-54, KIP-341). */
const stickyUserData = struct(
  'StickyAssignorUserData',
  { versions: '0-1', flexible: 'none' },
  {
    previousAssignment: array('0+', 'What it had.', {
      topic: string('0+', 'The topic.'),
      partitions: list('int32', '0+', 'Its partitions.'),
    }),
    generation: int32('1+', 'In which generation.', { default: -1, ignorable: true }),
  },
);

const cooperativeUserData = struct(
  'CooperativeStickyAssignorUserData',
  { versions: '0', flexible: 'none' },
  { generation: int32('0+', 'Of what it owns.') },
);

export interface StickyMemory {
  readonly partitions: readonly TopicPartition[];
  /** Null: not told. */
  readonly generation: number | null;
}

export function encodeStickyUserData(partitions: readonly TopicPartition[], generation: number): Uint8Array {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [partition]);
    else known.push(partition);
  }
  const previousAssignment = [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
  return encodeStruct(stickyUserData, 1, { previousAssignment, generation });
}

export function decodeStickyUserData(bytes: Uint8Array | null): StickyMemory {
  if (bytes === null || bytes.length === 0) return { partitions: [], generation: null };
  const newest = decodeStruct(stickyUserData, 1, bytes);
  const isNew = !(newest instanceof WireError);
  const data = isNew ? newest : decodeStruct(stickyUserData, 0, bytes);
  if (data instanceof WireError) return { partitions: [], generation: -1 };
  const partitions = data.previousAssignment.flatMap((entry) =>
    entry.partitions.map((partition) => ({ topic: entry.topic, partition })),
  );
  return { partitions, generation: isNew ? data.generation : null };
}

export function encodeCooperativeUserData(generation: number): Uint8Array {
  return encodeStruct(cooperativeUserData, 0, { generation });
}

/** Null: not told. */
export function decodeCooperativeUserData(bytes: Uint8Array | null): number | null {
  if (bytes === null) return null;
  const data = decodeStruct(cooperativeUserData, 0, bytes);
  return data instanceof WireError ? -1 : data.generation;
}
