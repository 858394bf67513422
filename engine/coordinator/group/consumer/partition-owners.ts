import { assert } from '../../../machine/index.ts';
import { type SnapshotRegistry, TimelineMap } from '../../../timeline/index.ts';
import type { Uuid } from '../../../wire/index.ts';
import type { PartitionEpochs } from './assignment.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';

/**
 * Who has a partition, by the epoch of the member that does: nobody else is given it before that member has given it up
 * or is gone. An epoch never falls, or two members had it at once (`ConsumerGroup.currentPartitionEpoch`).
 */
export class PartitionOwners {
  readonly #registry: SnapshotRegistry;
  readonly #epochs: TimelineMap<Uuid, TimelineMap<number, number>>;

  constructor(registry: SnapshotRegistry) {
    this.#registry = registry;
    this.#epochs = new TimelineMap(registry);
  }

  /** -1: nobody has it. -2: a static member that is away. */
  epochOf(topicId: Uuid, partition: number): number {
    return this.#epochs.get(topicId)?.get(partition) ?? -1;
  }

  update(before: ConsumerGroupMember | null, after: ConsumerGroupMember | null): void {
    if (before !== null) {
      this.#release(before.assigned, before.memberEpoch);
      this.#release(before.pendingRevocation, before.memberEpoch);
    }
    if (after !== null) {
      this.#take(after.assigned, after.memberEpoch);
      this.#take(after.pendingRevocation, after.memberEpoch);
    }
  }

  /** A partition that somebody has in another epoch stays theirs: records of two members may come in either order. */
  #release(assignment: PartitionEpochs, memberEpoch: number): void {
    for (const [topicId, partitions] of assignment) {
      const epochs = this.#epochs.get(topicId);
      if (epochs === undefined) continue;
      for (const partition of partitions.keys()) {
        if (epochs.get(partition) === memberEpoch) epochs.delete(partition);
      }
      if (epochs.size === 0) this.#epochs.delete(topicId);
    }
  }

  #take(assignment: PartitionEpochs, memberEpoch: number): void {
    for (const [topicId, partitions] of assignment) {
      let epochs = this.#epochs.get(topicId);
      if (epochs === undefined) {
        epochs = new TimelineMap(this.#registry);
        this.#epochs.set(topicId, epochs);
      }
      for (const partition of partitions.keys()) {
        const there = epochs.get(partition);
        assert(
          there === undefined || there < memberEpoch,
          () => `partition ${partition} of ${topicId} is given in epoch ${memberEpoch}, but held in ${there}`,
        );
        epochs.set(partition, memberEpoch);
      }
    }
  }
}
