import type { GroupMetadataValue, GroupRecord } from '../records/index.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicGroupMember, NO_ASSIGNMENT } from './classic-group-member.ts';
import { ClassicGroupState } from './classic-group-state.ts';

/** The group as it stands; with `assignments` not what its members have, but what they shall have. */
export function groupMetadataRecord(
  group: ClassicGroup,
  assignments: ReadonlyMap<string, Uint8Array> | null,
): GroupRecord {
  const { protocolName } = group;
  return {
    type: 'GroupMetadata',
    key: { group: group.groupId },
    value: {
      protocolType: group.protocolType ?? '',
      generation: group.generationId,
      protocol: protocolName,
      leader: group.leaderId,
      currentStateTimestamp: group.stateSinceMs,
      members: [...group.members.values()].map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.instanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: protocolName === null ? NO_ASSIGNMENT : member.metadataOf(protocolName),
        assignment: assignments?.get(member.memberId) ?? member.assignment,
      })),
    },
  };
}

/** A group that nobody is in, so that it is there at all (`newEmptyGroupMetadataRecord`). */
export function emptyGroupRecord({ groupId, stateSinceMs }: ClassicGroup): GroupRecord {
  return {
    type: 'GroupMetadata',
    key: { group: groupId },
    value: {
      protocolType: '',
      generation: 0,
      protocol: null,
      leader: null,
      currentStateTimestamp: stateSinceMs,
      members: [],
    },
  };
}

/** The group that a record tells of: with members it is stable, in the generation that was assigned last. */
export function groupOfRecord(groupId: string, value: GroupMetadataValue): ClassicGroup {
  const group = new ClassicGroup({
    groupId,
    state: value.members.length === 0 ? ClassicGroupState.Empty : ClassicGroupState.Stable,
    generationId: value.generation,
    protocolType: value.protocolType === '' ? null : value.protocolType,
    protocolName: value.protocol,
    leaderId: value.leader,
    stateSinceMs: value.currentStateTimestamp,
  });
  for (const each of value.members) {
    const identity = {
      memberId: each.memberId,
      instanceId: each.groupInstanceId,
      clientId: each.clientId,
      clientHost: each.clientHost,
      protocolType: value.protocolType,
    };
    // Only what was chosen is remembered, and until they rejoin it is all that they support.
    const protocols = [{ name: value.protocol ?? '', metadata: each.subscription }];
    const rebalanceTimeoutMs = each.rebalanceTimeout === -1 ? each.sessionTimeout : each.rebalanceTimeout;
    const member = new ClassicGroupMember(identity, protocols, rebalanceTimeoutMs, each.sessionTimeout);
    member.assignment = each.assignment;
    group.add(member);
  }
  group.refreshSubscribedTopics();
  return group;
}
