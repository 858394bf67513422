import type { RequestId } from '../exchange/index.ts';
import type { Us } from '../machine/index.ts';
import type { VoterNode } from './voters.ts';

/** A replica that is to vote, or votes, and whose directory is known. */
export type KeyedVoter = VoterNode & { readonly directoryId: string };

/** What a leader that changes the voters is asked for. */
export type VoterChangeGoal =
  | { readonly kind: 'add'; readonly voter: KeyedVoter; readonly ackWhenCommitted: boolean }
  | { readonly kind: 'update'; readonly voter: KeyedVoter }
  | { readonly kind: 'remove' };

/**
 * The one change of voters that a leader has under way (`ChangeVoterHandlerState`): two at a time could leave two
 * majorities without a common voter.
 */
export class VoterChange {
  readonly goal: VoterChangeGoal;
  readonly request: RequestId;
  readonly deadline: Us;
  /** The offset of the new voters' record; -1 until it is written. */
  lastOffset = -1;
  isAnswered = false;

  constructor(goal: VoterChangeGoal, request: RequestId, deadline: Us) {
    this.goal = goal;
    this.request = request;
    this.deadline = deadline;
  }

  /** The replica has been asked what it supports. */
  awaitsVersionsOf(id: number): boolean {
    return this.goal.kind !== 'remove' && this.lastOffset < 0 && this.goal.voter.id === id;
  }
}
