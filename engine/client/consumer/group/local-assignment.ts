import type { Uuid } from '../../../wire/index.ts';

/** Partitions by topic id, ids and numbers in order. */
export type PartitionsById = ReadonlyMap<Uuid, readonly number[]>;

/**
 * An assignment as a member counts them: the coordinator may send the same one again, with another in between, and
 * both are to be acknowledged (`LocalAssignment`).
 */
export interface LocalAssignment {
  /** -1: none. */
  readonly localEpoch: number;
  readonly partitions: PartitionsById;
}

export const NO_ASSIGNMENT: LocalAssignment = { localEpoch: -1, partitions: new Map() };

export function partitionsById(
  topics: readonly { readonly topicId: Uuid; readonly partitions: readonly number[] }[],
): PartitionsById {
  const ordered = topics.toSorted((a, b) => (a.topicId < b.topicId ? -1 : 1));
  return new Map(ordered.map(({ topicId, partitions }) => [topicId, partitions.toSorted((a, b) => a - b)]));
}

export function samePartitions(a: PartitionsById, b: PartitionsById): boolean {
  if (a.size !== b.size) return false;
  for (const [id, partitions] of a) {
    const others = b.get(id);
    if (others === undefined || others.length !== partitions.length) return false;
    if (!partitions.every((partition, i) => partition === others[i])) return false;
  }
  return true;
}

export function sameAssignment(a: LocalAssignment, b: LocalAssignment): boolean {
  return a.localEpoch === b.localEpoch && samePartitions(a.partitions, b.partitions);
}

/** The same object when it says nothing new. */
export function updatedWith(assignment: LocalAssignment, partitions: PartitionsById): LocalAssignment {
  const { localEpoch } = assignment;
  if (localEpoch >= 0 && samePartitions(assignment.partitions, partitions)) return assignment;
  return { localEpoch: localEpoch + 1, partitions };
}
