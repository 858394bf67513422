import type { Log } from '../log/index.ts';

/** A replica as checks, reports and other rooms may look at it. Read only. */
export interface ReplicaView {
  readonly name: string;
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  readonly role: { readonly kind: 'new' | 'leader' | 'follower' | 'offline' | 'stopped' };
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  /** -1 unless it leads. */
  readonly leaderEpochStartOffset: number;
  /** Empty unless it leads. */
  readonly isr: readonly number[];
  readonly maximalIsr: readonly number[];
  readonly minInsyncReplicas: number;
  /** Null while it has no role, or its log directory failed. */
  readonly log: Log | null;
}

/** A follower's place in its leader's log, as its fetcher has it. */
export interface FetchView {
  /** Of the partition. */
  readonly name: string;
  /** The broker that it is fetched from. */
  readonly source: number;
  readonly leaderEpoch: number;
  readonly fetchOffset: number;
  readonly phase: 'fetching' | 'resetting';
  /** Waits out a back-off. */
  readonly isDelayed: boolean;
}

/** `t0-1 leader e5 start 0 hw 17 end 20 isr 1,2 (maximal 1,2,3)`. */
export function describeReplica(view: ReplicaView): string {
  const log = view.log;
  const offsets =
    log === null ? '' : ` start ${log.logStartOffset} hw ${log.highWatermark} end ${log.logEndOffset}`;
  const isr = view.role.kind === 'leader' ? ` isr ${view.isr.join(',')}` : '';
  const maximal = view.maximalIsr.length > view.isr.length ? ` (maximal ${view.maximalIsr.join(',')})` : '';
  return `${view.name} ${view.role.kind} e${view.leaderEpoch}${offsets}${isr}${maximal}`;
}
