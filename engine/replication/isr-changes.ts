import type { Reply } from '../exchange/index.ts';
import { assert, type Outbox, type Us } from '../machine/index.ts';
import { type AlterPartitionResponse, ErrorCode } from '../wire/index.ts';
import { AlterPartitionChannel, type IsrAnswer } from './alter-partition.ts';
import { advanceLeaderHighWatermark } from './high-watermark.ts';
import { isIsrEligible } from './isr-eligibility.ts';
import {
  committedIsr,
  type IsrMember,
  type IsrProposal,
  type PendingIsr,
  pendingExpand,
  pendingShrink,
} from './isr-state.ts';
import { type LeaderRole, remoteOf } from './leader-role.ts';
import type { Partition } from './partition.ts';
import { NO_BROKER_EPOCH, type RemoteReplica } from './remote-replica.ts';
import type { ReplicationContext } from './replication-context.ts';

/**
 * Proposes ISR changes for the partitions that this broker leads, and takes in what the controller says
 * (`Partition.maybeExpandIsr`, `maybeShrinkIsr`, `submitAlterPartition`).
 *
 * Invariant: at most one change of a partition is under way; while it is, the maximal ISR covers both outcomes.
 */
export class IsrChanges {
  readonly #channel = new AlterPartitionChannel();

  /**
   * A follower that has all replicated records, and all of this leader epoch's start, may join. Reaching the high
   * watermark alone is not enough: a new leader's own may be stale, and what lies between it and the start of the
   * epoch can be acknowledged records that the follower lacks (KAFKA-7128).
   *
   *   leader    |-----------LESO--|     high watermark 5, epoch starts at 10
   *   follower  |------|                end 6: above the high watermark, below LESO: must not join
   */
  tryExpand(
    context: ReplicationContext,
    partition: Partition,
    leading: LeaderRole,
    remote: RemoteReplica,
    now: Us,
    out: Outbox,
  ): void {
    const state = leading.isrState;
    if (state.kind !== 'committed' || state.isr.includes(remote.id)) return;
    if (remote.logEndOffset < partition.openLog().highWatermark) return;
    if (remote.logEndOffset < leading.leaderEpochStartOffset) {
      out.probe('isr join refused below the start of the leader epoch');
      return;
    }
    if (!isIsrEligible(context.image, remote)) {
      out.probe('isr join refused to an ineligible replica');
      return;
    }
    const proposal = propose(context, partition, leading, [...state.isr, remote.id]);
    this.#submit(context, partition, leading, pendingExpand(state.isr, remote.id, proposal), now, out);
  }

  /** Members that have not been caught up for `replica.lag.time.max.ms` leave. */
  tryShrink(
    context: ReplicationContext,
    partition: Partition,
    leading: LeaderRole,
    now: Us,
    out: Outbox,
  ): void {
    const state = leading.isrState;
    if (state.kind !== 'committed') return;
    const remaining = decideRemaining(context, partition, leading, now);
    if (remaining.length === state.isr.length) return;
    out.probe('isr shrink proposed');
    const proposal = propose(context, partition, leading, remaining);
    this.#submit(context, partition, leading, pendingShrink(state.isr, proposal), now, out);
  }

  /** Takes in the answer to the request under way; what it settles may make room for the next one. */
  onReply(context: ReplicationContext, now: Us, reply: Reply, out: Outbox): void {
    const answers = this.#channel.takeAnswers(now, reply, out);
    if (answers === null) return;
    for (const answer of answers) this.#settle(context, answer, now, out);
    this.#channel.flush(context, now, out);
  }

  onRetryTimer(context: ReplicationContext, now: Us, out: Outbox): void {
    this.#channel.flush(context, now, out);
  }

  #submit(
    context: ReplicationContext,
    partition: Partition,
    leading: LeaderRole,
    pending: PendingIsr,
    now: Us,
    out: Outbox,
  ): void {
    leading.isrState = pending;
    if (!this.#channel.enqueue({ partition, pending })) {
      // A proposal of an earlier state of this partition is still under way (OPERATION_NOT_ATTEMPTED).
      out.probe('isr change not attempted');
      leading.isrState = committedIsr(pending.isr);
      return;
    }
    partition.emitIsr(out);
    this.#channel.flush(context, now, out);
  }

  #settle(context: ReplicationContext, answer: IsrAnswer, now: Us, out: Outbox): void {
    const { partition, pending } = answer.change;
    const leading = partition.leading;
    if (leading === null || leading.isrState !== pending) {
      // The state moved on through metadata. What this answer says is in it, or will be.
      out.probe('late answer to an isr change ignored');
      return;
    }
    if (answer.errorCode === ErrorCode.NONE) {
      const applied = answer.applied;
      assert(applied !== null, 'an answer without error tells the state');
      this.#apply(context, partition, leading, applied, now, out);
    } else {
      this.#onError(partition, leading, pending, answer.errorCode, out);
    }
  }

  #apply(
    context: ReplicationContext,
    partition: Partition,
    leading: LeaderRole,
    applied: AppliedPartition,
    now: Us,
    out: Outbox,
  ): void {
    if (applied.leaderEpoch !== partition.leaderEpoch || applied.partitionEpoch < partition.partitionEpoch) {
      out.probe('answer to an isr change from another epoch ignored');
      return;
    }
    leading.isrState = committedIsr(applied.isr);
    partition.acceptPartitionEpoch(applied.partitionEpoch);
    partition.emitIsr(out);
    // The set may be down to this broker alone: nobody's fetch would move the high watermark then (KAFKA-13091).
    advanceLeaderHighWatermark(context, partition, leading, now, out);
  }

  #onError(
    partition: Partition,
    leading: LeaderRole,
    pending: PendingIsr,
    errorCode: number,
    out: Outbox,
  ): void {
    switch (errorCode) {
      case ErrorCode.INELIGIBLE_REPLICA:
      case ErrorCode.OPERATION_NOT_ATTEMPTED:
        // The controller vouches that the partition epoch is current and that nothing was applied, now or ever.
        out.probe('isr change rejected and reverted');
        leading.isrState = committedIsr(pending.isr);
        partition.emitIsr(out);
        return;
      case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
      case ErrorCode.UNKNOWN_TOPIC_ID:
      case ErrorCode.FENCED_LEADER_EPOCH:
      case ErrorCode.INVALID_UPDATE_VERSION:
      case ErrorCode.INVALID_REQUEST:
      case ErrorCode.NEW_LEADER_ELECTED:
        // This broker's view is behind, and the change may or may not have been applied: pending until metadata tells.
        out.probe('isr change left pending until metadata arrives');
        return;
      default:
        out.probe('isr change retried');
        this.#channel.enqueue({ partition, pending });
        return;
    }
  }
}

type AppliedPartition = AlterPartitionResponse['topics'][number]['partitions'][number];

function decideRemaining(
  context: ReplicationContext,
  partition: Partition,
  leading: LeaderRole,
  now: Us,
): readonly number[] {
  const logEndOffset = partition.openLog().logEndOffset;
  return leading.isrState.isr.filter((id) => {
    if (id === context.nodeId) return true;
    const remote = remoteOf(leading, id);
    return remote?.isCaughtUp(logEndOffset, now, context.lagMaxUs) ?? false;
  });
}

function propose(
  context: ReplicationContext,
  partition: Partition,
  leading: LeaderRole,
  isr: readonly number[],
): IsrProposal {
  const members: IsrMember[] = isr.map((id) => {
    if (id === context.nodeId) return { brokerId: id, brokerEpoch: context.identity.brokerEpoch };
    const known = remoteOf(leading, id)?.brokerEpoch ?? NO_BROKER_EPOCH;
    // A member that has not fetched yet: if it went away meanwhile, the partition epoch rejects the request.
    return { brokerId: id, brokerEpoch: known === NO_BROKER_EPOCH ? -1 : known };
  });
  members.sort((a, b) => a.brokerId - b.brokerId);
  return { leaderEpoch: partition.leaderEpoch, partitionEpoch: partition.partitionEpoch, members };
}
