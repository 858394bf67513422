import type { ClusterImage } from '../../../metadata/index.ts';
import {
  type ConsumerGroupDescribeResponse,
  ErrorCode,
  OPERATIONS_NOT_REQUESTED,
} from '../../../wire/index.ts';
import { type Assignment, sorted } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';

type DescribedGroup = ConsumerGroupDescribeResponse['groups'][number];
type DescribedMember = DescribedGroup['members'][number];
type DescribedTopics = DescribedMember['assignment']['topicPartitions'];

const CLASSIC_MEMBER = 0;
const CONSUMER_MEMBER = 1;

/** As far as it is replicated (`ConsumerGroup.asDescribedGroup`). */
export function describeGroup(
  group: ConsumerGroup,
  image: ClusterImage,
  defaultAssignor: string,
  atOffset: number,
): DescribedGroup {
  const members: DescribedMember[] = [];
  for (const member of group.members(atOffset)) {
    members.push(describeMember(member, group.target(member.memberId, atOffset), image));
  }
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    groupId: group.groupId,
    groupState: group.stateNameAt(atOffset),
    groupEpoch: group.groupEpochAt(atOffset),
    assignmentEpoch: group.assignmentEpochAt(atOffset),
    assignorName: group.preferredAssignor(null, null, atOffset) ?? defaultAssignor,
    members,
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}

/** There is none, or it is of another kind. */
export function describeMissing(groupId: string, isThere: boolean): DescribedGroup {
  return {
    errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
    errorMessage: isThere ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}

function describeMember(
  member: ConsumerGroupMember,
  target: Assignment,
  image: ClusterImage,
): DescribedMember {
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.memberEpoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.subscribedTopicNames,
    subscribedTopicRegex: member.subscribedTopicRegex,
    assignment: { topicPartitions: describeTopics(heldBy(member), image) },
    targetAssignment: { topicPartitions: describeTopics(target, image) },
    memberType: member.classic === null ? CONSUMER_MEMBER : CLASSIC_MEMBER,
  };
}

/** With what it is giving up: until it has, it may be at work on it. */
function heldBy({ assigned, pendingRevocation }: ConsumerGroupMember): Assignment {
  const held = new Map<string, readonly number[]>();
  for (const [topicId, epochs] of assigned) held.set(topicId, sorted([...epochs.keys()]));
  for (const [topicId, epochs] of pendingRevocation) {
    held.set(topicId, sorted([...(held.get(topicId) ?? []), ...epochs.keys()]));
  }
  return held;
}

/** Topics that are gone are left out. */
function describeTopics(assignment: Assignment, image: ClusterImage): DescribedTopics {
  const topics: DescribedTopics[number][] = [];
  for (const [topicId, partitions] of assignment) {
    const topicName = image.topicsById.get(topicId)?.name;
    if (topicName !== undefined) topics.push({ topicId, topicName, partitions });
  }
  return topics;
}
