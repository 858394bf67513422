/**
 * Picks the least and the most loaded of a topic's subscribers, member by member, without sorting again after each
 * move (`MemberAssignmentBalancer`). Members are numbers; `loads` holds what each has and is changed by the caller
 * after each pick, by one.
 *
 *     load |           ##   two ranges of members that are alike: the least loaded one grows to the right while its
 *          | [...->  ]##    level rises, the most loaded one to the left while its level falls; when the levels are one
 *          | [#######]##    apart or less, there is nothing left to move.
 *          +------------- members by load
 */
export class LoadBalancer {
  readonly #loads: readonly number[];
  #sorted: number[] = [];
  #lowEnd = 0;
  #lowLevel = -1;
  #nextLow = 0;
  #highStart = 0;
  #highEnd = 0;
  #highLevel = 1;
  #nextHigh = -1;

  constructor(loads: readonly number[]) {
    this.#loads = loads;
  }

  /** Begins with a topic's subscribers; answers how far the most and the least loaded are apart. */
  begin(members: readonly number[]): number {
    const loads = this.#loads;
    this.#sorted = members.slice().sort((one, other) => loads[one]! - loads[other]! || one - other);
    const least = loads[this.#sorted[0]!]!;
    const most = loads[this.#sorted[this.#sorted.length - 1]!]!;
    this.#lowEnd = 0;
    this.#lowLevel = least - 1;
    this.#nextLow = 0;
    this.#highStart = this.#sorted.length;
    this.#highEnd = this.#sorted.length;
    this.#highLevel = most + 1;
    this.#nextHigh = this.#sorted.length - 1;
    return most - least;
  }

  get isBalanced(): boolean {
    return this.#highLevel - this.#lowLevel <= 1;
  }

  nextLeastLoaded(): number {
    if (this.#nextLow >= this.#lowEnd) {
      this.#lowLevel += 1;
      while (this.#lowEnd < this.#sorted.length && this.#loadAt(this.#lowEnd) === this.#lowLevel) {
        this.#lowEnd += 1;
      }
      this.#nextLow = 0;
    }
    const member = this.#sorted[this.#nextLow]!;
    this.#nextLow += 1;
    return member;
  }

  /** -1: nobody is left who could give anything. */
  nextMostLoaded(): number {
    if (this.#nextHigh < this.#highStart) {
      const isEmpty = this.#highEnd <= this.#highStart && this.#highStart > 0;
      this.#highLevel = isEmpty ? this.#loadAt(this.#highStart - 1) : this.#highLevel - 1;
      while (this.#highStart > 0 && this.#loadAt(this.#highStart - 1) === this.#highLevel) {
        this.#highStart -= 1;
      }
      this.#nextHigh = this.#highEnd - 1;
    }
    if (this.#nextHigh < 0) return -1;
    const member = this.#sorted[this.#nextHigh]!;
    this.#nextHigh -= 1;
    return member;
  }

  /** The member that was picked last as the most loaded has nothing of this topic to give. */
  excludeMostLoaded(): void {
    const at = this.#nextHigh + 1;
    const last = this.#highEnd - 1;
    const member = this.#sorted[at]!;
    this.#sorted[at] = this.#sorted[last]!;
    this.#sorted[last] = member;
    this.#highEnd = last;
  }

  #loadAt(position: number): number {
    return this.#loads[this.#sorted[position]!]!;
  }
}
