import { type AssignedMember, type Assignments, byIdentity, type TopicRacks } from './assignor.ts';

/** Deals all partitions of all topics out in turns (`RoundRobinAssignor`). */
export function assignRoundRobin(
  topics: ReadonlyMap<string, TopicRacks>,
  members: readonly AssignedMember[],
): Assignments {
  const ordered = members.toSorted(byIdentity);
  const assignments: Assignments = new Map(members.map(({ memberId }) => [memberId, []]));
  const wanted = [...new Set(members.flatMap((member) => member.topics))].sort();
  let turn = 0;
  for (const topic of wanted) {
    const count = topics.get(topic)?.length ?? 0;
    for (let partition = 0; partition < count; partition++) {
      while (!ordered[turn % ordered.length]!.topics.includes(topic)) turn++;
      assignments.get(ordered[turn % ordered.length]!.memberId)!.push({ topic, partition });
      turn++;
    }
  }
  return assignments;
}
