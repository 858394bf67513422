import { ACTIVE_CONTROLLER, type Reply } from '../exchange/index.ts';
import { MS, type Outbox, timerId, type Us } from '../machine/index.ts';
import { type AlterPartitionRequest, type AlterPartitionResponse, ApiKey, ErrorCode } from '../wire/index.ts';
import type { PendingIsr } from './isr-state.ts';
import type { Partition } from './partition.ts';
import { PartitionMap } from './partition-map.ts';
import type { ReplicationContext } from './replication-context.ts';
import { ALTER_PARTITION_OWNER, ReplicationTimer } from './timer.ts';

/** How long to wait after an error of the whole request (`DefaultAlterPartitionManager`). */
const RETRY_US = 50 * MS;
/** `controller.socket.timeout.ms`. */
const REQUEST_TIMEOUT_US = 30_000 * MS;
/** AlterPartitionResponse: LeaderRecoveryState as a number. This side always says RECOVERED. */
const RECOVERED = 0;

export interface IsrChange {
  readonly partition: Partition;
  readonly pending: PendingIsr;
}

export interface IsrAnswer {
  readonly change: IsrChange;
  readonly errorCode: number;
  /** What the controller has now; null with an error. */
  readonly applied: AlterPartitionResponse['topics'][number]['partitions'][number] | null;
}

/**
 * Brings ISR changes to the active controller (`DefaultAlterPartitionManager`): one request under way, carrying
 * whatever waits; a change stays in the queue until an answer names its partition.
 *
 * Invariant: at most one change per partition is queued.
 */
export class AlterPartitionChannel {
  readonly #queued = new PartitionMap<IsrChange>();
  #underWay: readonly IsrChange[] | null = null;

  /** False when a change of this partition is queued already. */
  enqueue(change: IsrChange): boolean {
    const { topicId, index } = change.partition;
    if (this.#queued.get(topicId, index) !== undefined) return false;
    this.#queued.set(topicId, index, change);
    return true;
  }

  /** Sends what waits unless a request is under way. */
  flush(context: ReplicationContext, now: Us, out: Outbox): void {
    if (this.#underWay !== null || this.#queued.size === 0) return;
    const changes = [...this.#queued.values()];
    this.#underWay = changes;
    context.rpc.request(
      now,
      ACTIVE_CONTROLLER,
      ALTER_PARTITION_OWNER,
      context.nextToken(),
      ApiKey.AlterPartition,
      requestFor(context, changes),
      REQUEST_TIMEOUT_US,
      out,
    );
  }

  /**
   * Settles the request under way: the changes that it answered leave the queue. Null after an error of the whole
   * request: everything stays, and a timer sends it again.
   */
  takeAnswers(now: Us, reply: Reply, out: Outbox): readonly IsrAnswer[] | null {
    const changes = this.#underWay ?? [];
    this.#underWay = null;
    const body = reply.kind === 'response' ? (reply.body as AlterPartitionResponse) : null;
    if (body === null || body.errorCode !== ErrorCode.NONE) {
      out.probe('isr change request failed as a whole');
      out.arm(timerId(ReplicationTimer.AlterPartitionRetry), now + RETRY_US);
      return null;
    }
    const answers: IsrAnswer[] = [];
    for (const change of changes) {
      const applied = answerFor(body, change.partition);
      // A partition that the response forgot stays queued and is sent again.
      if (applied === null) continue;
      this.#queued.delete(change.partition.topicId, change.partition.index);
      const errorCode = applied.errorCode;
      answers.push({ change, errorCode, applied: errorCode === ErrorCode.NONE ? applied : null });
    }
    return answers;
  }
}

function answerFor(
  body: AlterPartitionResponse,
  partition: Partition,
): AlterPartitionResponse['topics'][number]['partitions'][number] | null {
  for (const topic of body.topics) {
    if (topic.topicId !== partition.topicId) continue;
    for (const answer of topic.partitions) if (answer.partitionIndex === partition.index) return answer;
  }
  return null;
}

function requestFor(context: ReplicationContext, changes: readonly IsrChange[]): AlterPartitionRequest {
  const byTopic = new Map<string, AlterPartitionRequest['topics'][number]['partitions'][number][]>();
  for (const { partition, pending } of changes) {
    let partitions = byTopic.get(partition.topicId);
    if (partitions === undefined) {
      partitions = [];
      byTopic.set(partition.topicId, partitions);
    }
    partitions.push({
      partitionIndex: partition.index,
      leaderEpoch: pending.proposal.leaderEpoch,
      newIsr: [],
      newIsrWithEpochs: pending.proposal.members,
      leaderRecoveryState: RECOVERED,
      partitionEpoch: pending.proposal.partitionEpoch,
    });
  }
  return {
    brokerId: context.nodeId,
    brokerEpoch: context.identity.brokerEpoch,
    topics: [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions })),
  };
}
