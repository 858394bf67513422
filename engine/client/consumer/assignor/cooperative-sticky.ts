import type { AssignedMember, Assignments, TopicRacks } from './assignor.ts';
import { idOf } from './previous-owners.ts';
import { assignByClaims } from './sticky.ts';
import { decodeCooperativeUserData } from './sticky-user-data.ts';

/**
 * Sticky, but what goes from one member to another is given to nobody yet: its owner has to give it up first, and
 * joins again when it has (`CooperativeStickyAssignor`, KIP-429).
 */
export function assignCooperativeSticky(
  topics: ReadonlyMap<string, TopicRacks>,
  members: readonly AssignedMember[],
): Assignments {
  const claims = members.map((member) => ({
    member,
    partitions: member.ownedPartitions,
    generation: member.generationId >= 0 ? member.generationId : decodeCooperativeUserData(member.userData),
  }));
  const { assignments, transferring } = assignByClaims(topics, claims);
  for (const [id, memberId] of transferring ?? transferred(members, assignments)) {
    const partitions = assignments.get(memberId)!;
    const index = partitions.findIndex((each) => idOf(each) === id);
    if (index >= 0) partitions.splice(index, 1);
  }
  return assignments;
}

/** What is added to one member and taken from another. */
function transferred(members: readonly AssignedMember[], assignments: Assignments): Map<string, string> {
  const added = new Map<string, string>();
  const revoked = new Set<string>();
  for (const { memberId, ownedPartitions } of members) {
    const owned = new Set(ownedPartitions.map(idOf));
    const assigned = new Set(assignments.get(memberId)!.map(idOf));
    for (const id of assigned) if (!owned.has(id)) added.set(id, memberId);
    for (const id of owned) if (!assigned.has(id)) revoked.add(id);
  }
  for (const id of [...added.keys()]) if (!revoked.has(id)) added.delete(id);
  return added;
}
