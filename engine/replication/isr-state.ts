/** A member of a proposed ISR with the broker epoch that its verdict was reached under (KIP-903). */
export interface IsrMember {
  readonly brokerId: number;
  /** -1 when this leader has seen no fetch of the member. */
  readonly brokerEpoch: number;
}

/**
 * What the controller was asked for. Fixed when proposed: a retry must not pick up a newer broker epoch (KAFKA-15221).
 */
export interface IsrProposal {
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly members: readonly IsrMember[];
}

/**
 * A leader's ISR (KIP-497; `PartitionState`). `isr` is the set that the controller is known to have; `maximalIsr`
 * holds everybody whom the controller may already consider a member. The high watermark and acks=all wait for the
 * maximal set: if a change is lost or late, whoever could be elected meanwhile has the data.
 *
 *   pending expand: the newcomer counts at once         isr {1,2}    maximal {1,2,3}
 *   pending shrink: the leaving member counts until     isr {1,2,3}  maximal {1,2,3}
 *                   the controller has confirmed
 */
export type IsrState =
  | { readonly kind: 'committed'; readonly isr: readonly number[]; readonly maximalIsr: readonly number[] }
  | PendingIsr;

export interface PendingIsr {
  readonly kind: 'pending expand' | 'pending shrink';
  readonly isr: readonly number[];
  readonly maximalIsr: readonly number[];
  readonly proposal: IsrProposal;
}

export function committedIsr(isr: readonly number[]): IsrState {
  const sorted = isr.toSorted(ascending);
  return { kind: 'committed', isr: sorted, maximalIsr: sorted };
}

export function pendingExpand(isr: readonly number[], newcomer: number, proposal: IsrProposal): PendingIsr {
  return { kind: 'pending expand', isr, maximalIsr: [...isr, newcomer].sort(ascending), proposal };
}

export function pendingShrink(isr: readonly number[], proposal: IsrProposal): PendingIsr {
  return { kind: 'pending shrink', isr, maximalIsr: isr, proposal };
}

export function ascending(a: number, b: number): number {
  return a - b;
}
