import { ErrorCode } from '../../../wire/index.ts';
import type { CommitClaim, PartitionCheck } from '../group.ts';
import { epochOf } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';

/** The first version of OffsetCommit that knows STALE_MEMBER_EPOCH. */
const MEMBER_EPOCH_VERSION = 9;

/**
 * Whether a commit is the member's to make (`ConsumerGroup.validateOffsetCommit`). In its epoch it is; in an older one
 * it is for partitions that it has had since then, or is giving up (KIP-1251): nobody else can have committed them.
 */
export function rejectCommit(group: ConsumerGroup, claim: CommitClaim): number | PartitionCheck {
  const { generationIdOrMemberEpoch: memberEpoch, instanceId, isTransactional, memberId } = claim;
  // An administrator, or a consumer that assigns itself its partitions.
  if (memberEpoch < 0 && group.memberCount === 0) return ErrorCode.NONE;
  // A producer that says nothing of its group (before KIP-447).
  if (isTransactional && memberEpoch === -1 && memberId === '' && instanceId === null) return ErrorCode.NONE;
  const member = group.member(memberId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  const isTooOld = claim.apiVersion < MEMBER_EPOCH_VERSION;
  if (!isTransactional && member.classic === null && isTooOld) return ErrorCode.UNSUPPORTED_VERSION;
  if (memberEpoch === member.memberEpoch) return ErrorCode.NONE;
  const stale = staleCode(member);
  if (memberEpoch > member.memberEpoch) return stale;
  return (_topic, topicId, partition) => {
    const since =
      epochOf(member.assigned, topicId, partition) ?? epochOf(member.pendingRevocation, topicId, partition);
    return since === undefined || memberEpoch < since ? stale : ErrorCode.NONE;
  };
}

/** `ConsumerGroup.validateOffsetFetch` */
export function rejectFetch(
  group: ConsumerGroup,
  memberId: string | null,
  memberEpoch: number,
  atOffset: number | undefined,
): number {
  if (memberId === null && memberEpoch < 0) return ErrorCode.NONE;
  const member = memberId === null ? undefined : group.member(memberId, atOffset);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  return member.memberEpoch === memberEpoch ? ErrorCode.NONE : staleCode(member);
}

function staleCode({ classic }: ConsumerGroupMember): number {
  return classic === null ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.ILLEGAL_GENERATION;
}
