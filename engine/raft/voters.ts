import { assert } from '../machine/index.ts';

/** A voter as `controller.quorum.voters` names it. Its directory id is unknown at kraft.version 0. */
export interface Voter {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** A replica as a request names it: `ReplicaKey`. A null directory id matches any. */
export interface ReplicaKey {
  readonly id: number;
  readonly directoryId: string | null;
}

/**
 * Who votes. Static at kraft.version 0: with KIP-853 this becomes the history of VotersRecords that
 * `KRaftControlRecordStateMachine` keeps, and a latest uncommitted set decides; every majority is asked of this
 * object, so that the change stays here.
 */
export class Voters {
  /** Sorted. */
  readonly ids: readonly number[];
  readonly #byId = new Map<number, Voter>();

  constructor(voters: readonly Voter[]) {
    this.ids = voters.map((voter) => voter.id).sort((a, b) => a - b);
    for (const voter of voters) this.#byId.set(voter.id, voter);
    assert(this.#byId.size === voters.length, 'each voter has an id of its own');
    assert(this.ids.length > 0, 'a quorum has at least one voter');
  }

  get majority(): number {
    return (this.ids.length >> 1) + 1;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  endpoint(id: number): Voter | undefined {
    return this.#byId.get(id);
  }
}

/** `voted` is the same nominee as `nominee`, as far as both say their directories. */
export function sameReplica(voted: ReplicaKey, nominee: ReplicaKey): boolean {
  if (voted.id !== nominee.id) return false;
  return voted.directoryId === null || voted.directoryId === nominee.directoryId;
}
