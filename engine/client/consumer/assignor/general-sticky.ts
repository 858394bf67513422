import type { TopicPartition } from '../../ports.ts';
import { type Assignments, compareText, type TopicRacks } from './assignor.ts';
import { PartitionMovements } from './partition-movements.ts';
import { type Claim, idOf, type PreviousOwners } from './previous-owners.ts';
import type { RackInfo } from './rack-info.ts';

/**
 * Members subscribe to different topics (`GeneralAssignmentBuilder`): each partition goes to the member with the least
 * that may have it, then partitions move from those with more to those with less until nothing can be gained.
 */
export class GeneralSticky {
  readonly #topics: ReadonlyMap<string, TopicRacks>;
  readonly #racks: RackInfo;
  /** Topics that exist, by member. */
  readonly #topicsOf = new Map<string, ReadonlySet<string>>();
  /** Members by topic. */
  readonly #membersOf = new Map<string, string[]>();
  #current: Assignments;
  #owner = new Map<string, string>();
  /** Members that take part in balancing. */
  #members: string[];
  readonly #movements = new PartitionMovements();
  /** Who had a partition in an older generation. */
  readonly #before: ReadonlyMap<string, string>;
  #mustRevoke = false;

  constructor(
    topics: ReadonlyMap<string, TopicRacks>,
    racks: RackInfo,
    claims: readonly Claim[],
    previous: PreviousOwners,
  ) {
    this.#topics = topics;
    this.#racks = racks;
    this.#current = previous.owned;
    this.#members = [...previous.owned.keys()];
    for (const topic of topics.keys()) this.#membersOf.set(topic, []);
    for (const { member } of claims) {
      const known = member.topics.filter((topic) => topics.has(topic));
      this.#topicsOf.set(member.memberId, new Set(known));
      for (const topic of known) this.#membersOf.get(topic)!.push(member.memberId);
    }
    this.#before = ownersBefore(claims, previous.maxGeneration);
  }

  build(): Assignments {
    this.#keepOwned();
    const all = this.#allPartitions();
    const unassigned = all.filter((each) => !this.#owner.has(idOf(each)));
    const isInitial = [...this.#current.values()].every((partitions) => partitions.length === 0);
    const remaining = this.#racks.isUsed ? unassigned.filter((each) => !this.#give(each, true)) : unassigned;
    for (const each of remaining) this.#give(each, false);
    this.#balance(all, unassigned, isInitial);
    return this.#current;
  }

  /** What a member had stays, unless it does not want it any more or stands far from it. */
  #keepOwned(): void {
    for (const [memberId, owned] of this.#current) {
      const kept = owned.filter((each) => {
        const isKept = this.#wants(memberId, each) && !this.#racks.isFar(memberId, each);
        if (!isKept) this.#mustRevoke = true;
        return isKept;
      });
      this.#current.set(memberId, kept);
      for (const each of kept) this.#owner.set(idOf(each), memberId);
    }
  }

  /** Of topics that few want first. */
  #allPartitions(): TopicPartition[] {
    const topics = [...this.#topics.keys()].sort(
      (a, b) => this.#membersOf.get(a)!.length - this.#membersOf.get(b)!.length || compareText(a, b),
    );
    return topics.flatMap((topic) => this.#topics.get(topic)!.map((_, partition) => ({ topic, partition })));
  }

  #wants(memberId: string, { topic }: TopicPartition): boolean {
    return this.#topicsOf.get(memberId)!.has(topic);
  }

  #sizeOf(memberId: string): number {
    return this.#current.get(memberId)!.length;
  }

  /** Those with the least first. */
  #bySize(): string[] {
    return this.#members.toSorted((a, b) => this.#sizeOf(a) - this.#sizeOf(b) || compareText(a, b));
  }

  #give(partition: TopicPartition, isNear: boolean): boolean {
    let chosen: string | null = null;
    for (const memberId of this.#membersOf.get(partition.topic)!) {
      if (isNear && this.#racks.isFar(memberId, partition)) continue;
      if (chosen === null || this.#isLess(memberId, chosen)) chosen = memberId;
    }
    if (chosen === null) return false;
    this.#current.get(chosen)!.push(partition);
    this.#owner.set(idOf(partition), chosen);
    return true;
  }

  #isLess(a: string, b: string): boolean {
    return this.#sizeOf(a) < this.#sizeOf(b) || (this.#sizeOf(a) === this.#sizeOf(b) && a < b);
  }

  // ---------------------------------------------------------------- balancing

  #balance(all: readonly TopicPartition[], unassigned: readonly TopicPartition[], isInitial: boolean): void {
    const isMovable = ({ topic }: TopicPartition): boolean => this.#membersOf.get(topic)!.length >= 2;
    const everybody = this.#members;
    this.#members = everybody.filter((memberId) => this.#takesPart(memberId));
    const before = copyOf(this.#current);
    const ownersThen = new Map(this.#owner);
    const scoreBefore = this.#score();
    if (!this.#mustRevoke) this.#reassign(unassigned.filter(isMovable));
    const hasMoved = this.#reassign(all.filter(isMovable));
    if (!isInitial && hasMoved && this.#score() >= scoreBefore) {
      this.#current = before;
      this.#owner = ownersThen;
    }
    this.#members = everybody;
  }

  /** Who has everything that it may have, and nobody else may have any of it, neither gains nor loses. */
  #takesPart(memberId: string): boolean {
    let most = 0;
    for (const topic of this.#topicsOf.get(memberId)!) most += this.#topics.get(topic)!.length;
    const partitions = this.#current.get(memberId)!;
    return (
      partitions.length < most || partitions.some(({ topic }) => this.#membersOf.get(topic)!.length >= 2)
    );
  }

  #reassign(partitions: readonly TopicPartition[]): boolean {
    let hasMoved = false;
    for (let isModified = true; isModified; ) {
      isModified = false;
      for (const each of partitions) {
        if (this.#isBalanced()) return hasMoved;
        if (!this.#improve(each)) continue;
        isModified = true;
        hasMoved = true;
      }
    }
    return hasMoved;
  }

  /** Moves it to somebody who has at least two less, back to its old owner first, then to one nearby. */
  #improve(partition: TopicPartition): boolean {
    const owner = this.#owner.get(idOf(partition))!;
    const size = this.#sizeOf(owner);
    const before = this.#before.get(idOf(partition));
    if (before !== undefined && size > this.#sizeOf(before) + 1 && this.#wants(before, partition)) {
      this.#move(partition, before);
      return true;
    }
    const wanting = this.#membersOf.get(partition.topic)!;
    if (!wanting.some((other) => size > this.#sizeOf(other) + 1)) return false;
    const least = this.#bySize().find((memberId) => this.#wants(memberId, partition))!;
    this.#move(partition, least);
    return true;
  }

  #move(wanted: TopicPartition, to: string): void {
    const partition = this.#movements.actual(wanted, this.#owner.get(idOf(wanted))!, to);
    const from = this.#owner.get(idOf(partition))!;
    this.#movements.move(partition, from, to);
    const partitions = this.#current.get(from)!;
    partitions.splice(
      partitions.findIndex((each) => idOf(each) === idOf(partition)),
      1,
    );
    this.#current.get(to)!.push(partition);
    this.#owner.set(idOf(partition), to);
  }

  /** Nobody could take anything from somebody who has at least two more. */
  #isBalanced(): boolean {
    const ordered = this.#bySize();
    if (ordered.length === 0) return true;
    if (this.#sizeOf(ordered[0]!) >= this.#sizeOf(ordered.at(-1)!) - 1) return true;
    for (const memberId of ordered) {
      const size = this.#sizeOf(memberId);
      for (const other of this.#members) {
        if (this.#sizeOf(other) <= size + 1) continue;
        if (this.#current.get(other)!.some((each) => this.#wants(memberId, each))) return false;
      }
    }
    return true;
  }

  /** The sum of all differences: the less, the better balanced. */
  #score(): number {
    let score = 0;
    const sizes = this.#members.map((memberId) => this.#sizeOf(memberId));
    for (let i = 0; i < sizes.length; i++) {
      for (let j = i + 1; j < sizes.length; j++) score += Math.abs(sizes[i]! - sizes[j]!);
    }
    return score;
  }
}

function copyOf(assignments: Assignments): Assignments {
  return new Map([...assignments].map(([memberId, partitions]) => [memberId, [...partitions]]));
}

function ownersBefore(claims: readonly Claim[], maxGeneration: number): Map<string, string> {
  const before = new Map<string, { readonly memberId: string; readonly generation: number }>();
  for (const { member, partitions, generation } of claims) {
    const isOld = generation === null ? maxGeneration > -1 : generation < maxGeneration;
    if (!isOld) continue;
    for (const each of partitions) {
      const known = before.get(idOf(each));
      if (known !== undefined && known.generation >= (generation ?? -1)) continue;
      before.set(idOf(each), { memberId: member.memberId, generation: generation ?? -1 });
    }
  }
  return new Map([...before].map(([id, { memberId }]) => [id, memberId]));
}
