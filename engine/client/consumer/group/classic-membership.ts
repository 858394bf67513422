import { assert } from '../../../machine/index.ts';

/**
 * Where a classic member stands (`AbstractCoordinator.MemberState`).
 *
 *   unjoined -> preparing -> completing -> stable
 *
 * and from everywhere back to unjoined; from stable back to preparing.
 */
export type ClassicState =
  | 'unjoined'
  /** JoinGroup is on its way. No heartbeats: the coordinator waits for the join itself. */
  | 'preparing'
  /** JoinGroup was answered, SyncGroup is on its way. */
  | 'completing'
  | 'stable';

/** Which rebalance a member took part in last, and as whom. */
export interface Generation {
  readonly generationId: number;
  readonly memberId: string;
  /** Null: it was reset. */
  readonly protocolName: string | null;
}

export const NO_GENERATION: Generation = { generationId: -1, memberId: '', protocolName: null };

/** The state and the generation of a classic member, and whether it has to join again. */
export class ClassicMembership {
  state: ClassicState = 'unjoined';
  rejoinNeeded = true;
  needsJoinPrepare = true;
  rejoinReason = '';
  #generation: Generation = NO_GENERATION;
  get generation(): Generation {
    return this.#generation;
  }

  get isRebalancing(): boolean {
    return this.state === 'preparing' || this.state === 'completing';
  }

  /** Generations are values: the same one says that nothing has happened since. */
  setGeneration(generation: Generation): void {
    this.#generation = generation;
  }

  requestRejoin(reason: string): void {
    this.rejoinReason = reason;
    this.rejoinNeeded = true;
  }

  /** Not a member any more; with its id a coordinator may still know it. */
  resetAndRejoin(reason: string, forgetsMemberId: boolean): void {
    this.state = 'unjoined';
    const { memberId } = this.#generation;
    this.setGeneration(forgetsMemberId ? NO_GENERATION : { ...NO_GENERATION, memberId });
    this.requestRejoin(reason);
    this.needsJoinPrepare = true;
  }

  onSynced(): void {
    assert(this.state === 'completing', 'a sync completes a rebalance');
    this.state = 'stable';
    this.rejoinReason = '';
    this.rejoinNeeded = false;
  }
}

export function isGenerationReset({ generationId, protocolName }: Generation): boolean {
  return generationId === NO_GENERATION.generationId && protocolName === null;
}

export function isSameGeneration(a: Generation, b: Generation): boolean {
  return a.generationId === b.generationId && a.memberId === b.memberId && a.protocolName === b.protocolName;
}
