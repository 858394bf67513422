import type {
  ConsumerGroupMetadata,
  ConsumerListener,
  GroupListener,
  GroupOffset,
  PolledBatch,
  TopicPartition,
} from '../ports.ts';
import { ByPartition } from '../producer/by-partition.ts';

/**
 * What a pipeline's consumer has handed out since the last commit, and as which member of the group: it stands between
 * the consumer and whoever listens.
 */
export class ReadPositions {
  /** `ConsumerGroupMetadata` of somebody who is in no group, until the consumer tells. */
  member: ConsumerGroupMetadata;
  /** Of the last poll; empty when it brought nothing. */
  polled: readonly PolledBatch[] = [];
  readonly #positions = new ByPartition<GroupOffset>();

  constructor(groupId: string) {
    this.member = { groupId, generationId: -1, memberId: '', groupInstanceId: null };
  }

  offsets(): readonly GroupOffset[] {
    return this.#positions.entries().map(([, , offset]) => offset);
  }

  clear(): void {
    this.#positions.clear();
  }

  /** The listener's own, with an ear of ours in it. */
  listener(listener: ConsumerListener): ConsumerListener {
    return {
      onPolled: (now, batches) => {
        this.#onPolled(batches);
        listener.onPolled(now, batches);
      },
      onPollFailed: (now, failure) => {
        this.polled = [];
        listener.onPollFailed(now, failure);
      },
      onPosition: (...position) => listener.onPosition(...position),
      group: this.#group(listener.group),
    };
  }

  #onPolled(batches: readonly PolledBatch[]): void {
    this.polled = batches;
    for (const { topic, partition, nextPosition, leaderEpoch } of batches) {
      this.#positions.set(topic, partition, {
        topic,
        partition,
        offset: nextPosition,
        leaderEpoch,
        metadata: '',
      });
    }
  }

  /** Positions of partitions that are somebody else's now are not ours to commit. */
  #forget(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.#positions.delete(topic, partition);
  }

  #group(listener: GroupListener | undefined): GroupListener {
    return {
      onAssigned: (now, partitions) => listener?.onAssigned(now, partitions),
      onRevoked: (now, partitions) => {
        this.#forget(partitions);
        listener?.onRevoked(now, partitions);
      },
      onLost: (now, partitions) => {
        this.#forget(partitions);
        listener?.onLost(now, partitions);
      },
      onMembership: (now, member) => {
        this.member = member;
        listener?.onMembership(now, member);
      },
      onCommit: (now, commit) => listener?.onCommit(now, commit),
      onCommitted: (...told) => listener?.onCommitted(...told),
      onCommittedPosition: (...told) => listener?.onCommittedPosition(...told),
    };
  }
}
