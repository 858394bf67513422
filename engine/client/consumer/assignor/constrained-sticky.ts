import { assert } from '../../../machine/index.ts';
import type { TopicPartition } from '../../ports.ts';
import { type Assignments, compareText, type TopicRacks } from './assignor.ts';
import { idOf, type PreviousOwners } from './previous-owners.ts';
import type { RackInfo } from './rack-info.ts';

/**
 * Everybody may have everything (`ConstrainedAssignmentBuilder`): each member gets the floor or the ceiling of its
 * share, keeps as much of what it had as fits, and what is over is dealt out in turns.
 *
 *   7 partitions, 3 members: floor 2, ceiling 3, one member has 3
 */
export class ConstrainedSticky {
  readonly #racks: RackInfo;
  readonly #previous: PreviousOwners;
  readonly #topics: ReadonlyMap<string, TopicRacks>;
  readonly #minQuota: number;
  readonly #maxQuota: number;
  readonly #expectedOverMin: number;
  readonly #assignments: Assignments = new Map();
  readonly #assigned = new Set<string>();
  /** What its owner had too much of, by id. */
  readonly #surplus = new Map<string, string>();
  #overMin = 0;
  #underMin: string[] = [];
  #atMin: string[] = [];
  /** What goes from one member to another, with who shall have it. */
  readonly transferring = new Map<string, string>();

  constructor(topics: ReadonlyMap<string, TopicRacks>, racks: RackInfo, previous: PreviousOwners) {
    this.#topics = topics;
    this.#racks = racks;
    this.#previous = previous;
    let total = 0;
    for (const partitions of topics.values()) total += partitions.length;
    const members = previous.owned.size;
    this.#minQuota = Math.floor(total / members);
    this.#maxQuota = Math.ceil(total / members);
    this.#expectedOverMin = total % members;
    for (const memberId of previous.owned.keys()) this.#assignments.set(memberId, []);
  }

  build(): Assignments {
    for (const [memberId, owned] of this.#previous.owned) this.#keep(memberId, owned);
    this.#underMin.sort(compareText);
    this.#atMin.sort(compareText);
    const unassigned = this.#racks.sortByChoice(this.#unassigned());
    const remaining = this.#racks.isUsed ? this.#giveNear(unassigned) : unassigned;
    this.#giveInTurns(remaining);
    return this.#assignments;
  }

  #keep(memberId: string, owned: readonly TopicPartition[]): void {
    const kept: TopicPartition[] = [];
    for (const each of owned) {
      if (this.#racks.isFar(memberId, each)) this.#surplus.set(idOf(each), memberId);
      else if (!this.#previous.contested.has(idOf(each))) kept.push(each);
    }
    kept.sort((a, b) => a.partition - b.partition || compareText(a.topic, b.topic));
    if (kept.length < this.#minQuota) {
      this.#take(memberId, kept, kept.length);
      this.#underMin.push(memberId);
    } else if (kept.length >= this.#maxQuota && this.#overMin < this.#expectedOverMin) {
      this.#overMin++;
      if (this.#overMin === this.#expectedOverMin) this.#atMin = [];
      this.#take(memberId, kept, this.#maxQuota);
    } else {
      this.#take(memberId, kept, this.#minQuota);
      if (this.#overMin < this.#expectedOverMin) this.#atMin.push(memberId);
    }
  }

  #take(memberId: string, kept: readonly TopicPartition[], count: number): void {
    const assignment = this.#assignments.get(memberId)!;
    for (let i = 0; i < kept.length; i++) {
      const each = kept[i]!;
      if (i < count) {
        assignment.push(each);
        this.#assigned.add(idOf(each));
      } else this.#surplus.set(idOf(each), memberId);
    }
  }

  #unassigned(): TopicPartition[] {
    const unassigned: TopicPartition[] = [];
    for (const topic of [...this.#topics.keys()].sort()) {
      const count = this.#topics.get(topic)!.length;
      for (let partition = 0; partition < count; partition++) {
        if (!this.#assigned.has(idOf({ topic, partition }))) unassigned.push({ topic, partition });
      }
    }
    return unassigned;
  }

  /** Answers what nobody nearby had room for. */
  #giveNear(unassigned: readonly TopicPartition[]): TopicPartition[] {
    const left: TopicPartition[] = [];
    let turn = 0;
    for (const each of unassigned) {
      let index = this.#racks.nextNear(each, this.#underMin, turn);
      if (index >= 0) {
        const memberId = this.#underMin[index]!;
        const count = this.#give(memberId, each);
        if (count >= this.#minQuota) {
          this.#underMin.splice(index, 1);
          if (count < this.#maxQuota && this.#overMin < this.#expectedOverMin) this.#atMin.push(memberId);
        } else index++;
        turn = this.#underMin.length === 0 ? 0 : index % this.#underMin.length;
        continue;
      }
      index = this.#racks.nextNear(each, this.#atMin, 0);
      if (index < 0) {
        left.push(each);
        continue;
      }
      const memberId = this.#atMin[index]!;
      if (this.#give(memberId, each) === this.#maxQuota) {
        this.#atMin.splice(index, 1);
        this.#overMin++;
        if (this.#overMin === this.#expectedOverMin) this.#atMin = [];
      }
    }
    return left;
  }

  #giveInTurns(unassigned: readonly TopicPartition[]): void {
    let turn = 0;
    for (const each of unassigned) {
      if (turn >= this.#underMin.length) turn = 0;
      const isUnderMin = this.#underMin.length > 0;
      const memberId = isUnderMin ? this.#underMin[turn]! : this.#atMin.shift();
      assert(memberId !== undefined, 'what is left over fits somewhere');
      const count = this.#give(memberId, each);
      if (!isUnderMin) this.#overMin++;
      else if (count === this.#minQuota) {
        this.#underMin.splice(turn, 1);
        this.#atMin.push(memberId);
      } else turn++;
    }
    assert(
      this.#underMin.every((memberId) => this.#assignments.get(memberId)!.length >= this.#minQuota),
      'every member has its share',
    );
  }

  #give(memberId: string, partition: TopicPartition): number {
    const assignment = this.#assignments.get(memberId)!;
    assignment.push(partition);
    const id = idOf(partition);
    const previous = this.#surplus.get(id);
    if ((previous !== undefined && previous !== memberId) || this.#previous.contested.has(id)) {
      this.transferring.set(id, memberId);
    }
    return assignment.length;
  }
}
