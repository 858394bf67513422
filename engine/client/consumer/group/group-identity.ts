import type { Outbox, Us } from '../../../machine/index.ts';
import type { CommitError, ConsumerGroupMetadata } from '../../ports.ts';

/** As whom a request went out; who the member is may have changed when its answer comes. */
export type SentMember = ConsumerGroupMetadata;

/** What became of one attempt to commit. */
export interface CommitVerdict {
  readonly error: CommitError;
  /** A sync commit may be tried again. */
  readonly isRetriable: boolean;
}

/** What commits and fetches of committed offsets need to know of the protocol that the member speaks. */
export interface GroupIdentity {
  /** Who it says it is outside; not a member while it has not joined. */
  readonly member: ConsumerGroupMetadata;
  /** As whom to commit now, or why that is pointless. */
  commitAs(): SentMember | CommitVerdict;
  /** As whom to ask for committed offsets. */
  fetchAs(): SentMember;
  /** Judges an answer, and draws its conclusions for the membership. */
  onCommitError(now: Us, code: number, sent: SentMember, out: Outbox): CommitVerdict;
  /** Whether another attempt makes sense after this answer to a fetch of committed offsets. */
  isFetchRetriable(code: number): boolean;
}

/** Of somebody who is not a member: commits of a consumer that assigns itself its partitions. */
export function nobody(groupId: string): ConsumerGroupMetadata {
  return { groupId, generationId: -1, memberId: '', groupInstanceId: null };
}

export function isSameMember(a: ConsumerGroupMetadata, b: ConsumerGroupMetadata): boolean {
  return a.generationId === b.generationId && a.memberId === b.memberId;
}
