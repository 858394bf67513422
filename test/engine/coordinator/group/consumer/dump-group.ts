import { ConsumerGroup } from '../../../../../engine/coordinator/group/consumer/index.ts';
import type { GroupShard } from '../../../../../engine/coordinator/index.ts';
import type { ClusterImage } from '../../../../../engine/metadata/index.ts';
import { GROUP } from './group-stage.ts';

/** Everything that a consumer group holds, in an order that does not depend on its history. */
export function dumpGroup(shard: GroupShard, image: ClusterImage): unknown {
  const group = shard.groups.get(GROUP);
  if (!(group instanceof ConsumerGroup)) return group === undefined ? null : group.kind;
  const members = [...group.members()].sort((one, other) => (one.memberId < other.memberId ? -1 : 1));
  const owners: Record<string, number> = {};
  for (const { id, partitions } of image.topicsById.values()) {
    for (let at = 0; at < partitions.length; at += 1) owners[`${id}-${at}`] = group.owners.epochOf(id, at);
  }
  return {
    state: group.stateNameAt(),
    groupEpoch: group.groupEpoch,
    metadataHash: group.metadataHash,
    assignmentEpoch: group.assignmentEpoch,
    assignmentTimestampMs: group.assignmentTimestampMs,
    members: members.map((member) => ({
      ...member,
      assigned: sorted(member.assigned),
      pendingRevocation: sorted(member.pendingRevocation),
      target: sorted(group.target(member.memberId)),
      isStatic: group.staticMember(member.instanceId)?.memberId === member.memberId,
    })),
    owners,
    topics: sorted(group.topics),
    regexes: sorted(group.regexes),
    resolved: sorted(group.resolvedRegexes),
    assignor: group.preferredAssignor(),
    classicMemberCount: group.classicMemberCount,
  };
}

function sorted(map: Iterable<readonly [string, unknown]>): unknown {
  return [...map]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => [
      key,
      value instanceof Map ? [...value].sort(([one], [other]) => one - other) : value,
    ]);
}
