import { assert } from '../machine/index.ts';
import type { VoterSet } from './voters.ts';

/** Who has granted and who has rejected in one epoch's vote or pre-vote (`EpochElection`). */
export class VoteTally {
  readonly #voters: VoterSet;
  readonly #granted = new Set<number>();
  readonly #rejected = new Set<number>();

  constructor(voters: VoterSet) {
    this.#voters = voters;
  }

  /** A voter's word; the last one counts. */
  record(voter: number, granted: boolean): void {
    assert(this.#voters.has(voter), () => `a vote from ${voter}, which is not a voter`);
    (granted ? this.#rejected : this.#granted).delete(voter);
    (granted ? this.#granted : this.#rejected).add(voter);
  }

  get isGranted(): boolean {
    return this.#granted.size >= this.#voters.majority;
  }

  /** No majority can be reached any more. */
  get isRejected(): boolean {
    return this.#voters.ids.length - this.#rejected.size < this.#voters.majority;
  }

  isRecorded(voter: number): boolean {
    return this.#granted.has(voter) || this.#rejected.has(voter);
  }

  /** Sorted. */
  grantingVoters(): readonly number[] {
    return this.#voters.ids.filter((id) => this.#granted.has(id));
  }
}
