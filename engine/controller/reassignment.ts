import type { PartitionRegistration } from '../metadata/index.ts';

/** A move under way: old and new replicas together, and which of them come and go (KIP-455). */
export interface Reassignment {
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
}

export function isReassigning(partition: PartitionRegistration): boolean {
  return partition.addingReplicas.length > 0 || partition.removingReplicas.length > 0;
}

/**
 * The first step of a move: the target in its own order, then those who go
 * (`PartitionReassignmentReplicas`).
 *
 *     replicas 1 2 3, to 4 5 1   ->   replicas 4 5 1 2 3, adding 4 5, removing 2 3
 */
export function beginReassignment(current: readonly number[], target: readonly number[]): Reassignment {
  const removing = without(current, target).toSorted((a, b) => a - b);
  const adding = without(target, current).toSorted((a, b) => a - b);
  return { replicas: [...target, ...removing], adding, removing };
}

/**
 * The last step, once the ISR allows it; null before (`maybeCompleteReassignment`). Everybody who comes must be in the
 * ISR. A move to fewer replicas waits for all that stay, for it might shrink the ISR otherwise (KAFKA-15665); no other
 * move may wait for them, for one of them may be dead (KAFKA-19975).
 */
export function completeReassignment(
  move: Reassignment,
  isr: readonly number[],
): { readonly replicas: readonly number[]; readonly isr: readonly number[] } | null {
  const { adding, removing } = move;
  if (adding.length + removing.length === 0) return null;
  const stayingIsr = without(isr, removing);
  const staying = without(move.replicas, removing);
  if (removing.length > 0 && (stayingIsr.length === 0 || staying.length === 0)) return null;
  if (!containsAll(stayingIsr, adding)) return null;
  if (adding.length < removing.length && !containsAll(stayingIsr, staying)) return null;
  return { replicas: staying, isr: stayingIsr };
}

/**
 * The way back (`PartitionReassignmentRevert`): those who come are taken out, those who were to go stay. When only
 * newcomers are in sync there is no clean way back: the first of the old replicas would lead without what it missed.
 */
export function revertReassignment(partition: PartitionRegistration): {
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly unclean: boolean;
} {
  const replicas = without(partition.replicas, partition.addingReplicas);
  const isr = without(partition.isr, partition.addingReplicas);
  return isr.length > 0
    ? { replicas, isr, unclean: false }
    : { replicas, isr: replicas.slice(0, 1), unclean: true };
}

function without(ids: readonly number[], gone: readonly number[]): number[] {
  return ids.filter((id) => !gone.includes(id));
}

function containsAll(ids: readonly number[], wanted: readonly number[]): boolean {
  return wanted.every((id) => ids.includes(id));
}
