import type { TopicPartition } from '../../ports.ts';
import { type AssignedMember, racksMatter, type TopicRacks } from './assignor.ts';

/** Who stands near what (`RackInfo`, KIP-881). Nothing is near or far when racks do not matter. */
export class RackInfo {
  readonly #memberRacks = new Map<string, string>();
  readonly #topics: ReadonlyMap<string, TopicRacks>;
  readonly #membersByRack = new Map<string, number>();

  constructor(topics: ReadonlyMap<string, TopicRacks>, members: readonly AssignedMember[]) {
    this.#topics = topics;
    for (const { rackId } of members) {
      if (rackId) this.#membersByRack.set(rackId, (this.#membersByRack.get(rackId) ?? 0) + 1);
    }
    const racks = new Set(this.#membersByRack.keys());
    if (racks.size === 0 || !racksMatter(racks, [...topics.values()].flat())) return;
    for (const { memberId, rackId } of members) if (rackId) this.#memberRacks.set(memberId, rackId);
  }

  get isUsed(): boolean {
    return this.#memberRacks.size > 0;
  }

  isFar(memberId: string, partition: TopicPartition): boolean {
    const rack = this.#memberRacks.get(memberId);
    return rack !== undefined && !this.racksOf(partition).includes(rack);
  }

  /** It is known to stand where a replica stands. */
  isNear(memberId: string, partition: TopicPartition): boolean {
    const rack = this.#memberRacks.get(memberId);
    return rack !== undefined && this.racksOf(partition).includes(rack);
  }

  racksOf({ topic, partition }: TopicPartition): readonly string[] {
    return this.#topics.get(topic)?.[partition] ?? [];
  }

  /** Those with few members nearby come first: the others still find somebody later. */
  sortByChoice(partitions: readonly TopicPartition[]): TopicPartition[] {
    if (this.#membersByRack.size === 0) return [...partitions];
    return partitions.toSorted((a, b) => this.#choiceOf(a) - this.#choiceOf(b));
  }

  #choiceOf(partition: TopicPartition): number {
    let count = 0;
    for (const rack of new Set(this.racksOf(partition))) count += this.#membersByRack.get(rack) ?? 0;
    return count;
  }

  /** The index of the next member near a replica, -1 for none. */
  nextNear(partition: TopicPartition, members: readonly string[], first: number): number {
    for (let i = 0; i < members.length; i++) {
      const index = (first + i) % members.length;
      if (this.isNear(members[index]!, partition)) return index;
    }
    return -1;
  }
}
