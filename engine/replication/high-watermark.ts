import type { Outbox, Us } from '../machine/index.ts';
import { isIsrEligible } from './isr-eligibility.ts';
import type { LeaderRole } from './leader-role.ts';
import { News, type Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';

/**
 * `min.insync.replicas` means no more than all replicas: a topic of one replica is not stuck under a minimum of two.
 */
export function effectiveMinIsr(partition: Partition, leading: LeaderRole): number {
  return Math.min(partition.minInsyncReplicas, leading.remotes.length + 1);
}

/** Judged by the committed ISR: what a pending expansion hopes for does not count. */
export function isUnderMinIsr(partition: Partition, leading: LeaderRole): boolean {
  return leading.isrState.isr.length < effectiveMinIsr(partition, leading);
}

/**
 * How far the log is replicated (`Partition.maybeIncrementLeaderHW`): the lowest end over the maximal ISR, and over
 * those who have caught up lately and may join it.
 *
 *   leader 1   |----------|  end 10
 *   member 2   |--------|    end 8   in the maximal ISR: counts
 *   replica 3  |------|      end 6   caught up lately, eligible: counts, or it could never catch up
 *   replica 4  |--|          end 2   lagging, or fenced, or shutting down (KAFKA-15021): does not count
 *
 * Waiting for whom nobody would let into the ISR would stop acks=all for as long as `replica.lag.time.max.ms`.
 */
export function decideHighWatermark(
  context: ReplicationContext,
  leading: LeaderRole,
  logEndOffset: number,
  now: Us,
): number {
  let highWatermark = logEndOffset;
  const maximalIsr = leading.isrState.maximalIsr;
  for (const remote of leading.remotes) {
    if (remote.logEndOffset >= highWatermark) continue;
    const counts =
      maximalIsr.includes(remote.id) ||
      (remote.isCaughtUp(logEndOffset, now, context.lagMaxUs) && isIsrEligible(context.image, remote));
    if (counts) highWatermark = remote.logEndOffset;
  }
  return highWatermark;
}

/** Moves the leader's high watermark if it may move. It never goes back: log and callers both see to that. */
export function advanceLeaderHighWatermark(
  context: ReplicationContext,
  partition: Partition,
  leading: LeaderRole,
  now: Us,
  out: Outbox,
): void {
  // Strict min ISR (KAFKA-15583): below the minimum nothing becomes visible, or a member of the ELR could be elected
  // without records that a consumer has already read.
  if (isUnderMinIsr(partition, leading)) {
    out.probe('high watermark held under min ISR');
    return;
  }
  const log = partition.openLog();
  const highWatermark = decideHighWatermark(context, leading, log.logEndOffset, now);
  if (highWatermark <= log.highWatermark) return;
  if (log.advanceHighWatermark(highWatermark, partition.leaderEpoch, true, out)) {
    context.hosted.tell(partition, News.HighWatermark);
  }
}
