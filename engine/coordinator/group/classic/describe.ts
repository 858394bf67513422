import { type DescribeGroupsResponse, ErrorCode, OPERATIONS_NOT_REQUESTED } from '../../../wire/index.ts';
import type { ClassicGroup } from './classic-group.ts';
import { NO_ASSIGNMENT } from './classic-group-member.ts';
import { ClassicGroupState } from './classic-group-state.ts';

type DescribedGroup = DescribeGroupsResponse['groups'][number];

/** From here on a group that is not there is an error, not a dead group (KIP-1043). */
const NOT_FOUND_VERSION = 6;

/** What a member told and was given is shown of a stable group only: else it may be of two generations. */
export function describeGroup(
  groupId: string,
  group: ClassicGroup | null,
  apiVersion: number,
): DescribedGroup {
  if (group === null) return describeMissing(groupId, apiVersion);
  const { protocolName, state } = group;
  const isStable = state === ClassicGroupState.Stable && protocolName !== null;
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    groupId,
    groupState: state,
    protocolType: group.protocolTypeAt(),
    protocolData: isStable ? protocolName : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? member.metadataOf(protocolName) : NO_ASSIGNMENT,
      memberAssignment: member.assignment,
    })),
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}

function describeMissing(groupId: string, apiVersion: number): DescribedGroup {
  const isError = apiVersion >= NOT_FOUND_VERSION;
  return {
    errorCode: isError ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE,
    errorMessage: isError ? `Group ${groupId} not found.` : null,
    groupId,
    groupState: ClassicGroupState.Dead,
    protocolType: '',
    protocolData: '',
    members: [],
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}
