import { ClassicGroup, ConsumerGroup, type Group } from '../../../engine/coordinator/index.ts';
import type { ControllerView } from '../../../engine/server/index.ts';
import type { ClusterViews, LiveMember } from '../cluster-views.ts';

/**
 * Which group has not converged, and why (`EventuallyConverges`): every live member is in, by its own word and by the
 * coordinator's, the group is stable, and every partition of what they read is owned by one of them.
 */
export function groupsPending(views: ClusterViews, { image }: ControllerView, said: string[]): void {
  const coordinated = new Map<string, Group>();
  for (const { view } of views.brokers)
    for (const group of view?.groups() ?? []) coordinated.set(group.groupId, group);
  const byGroup = new Map<string, LiveMember[]>();
  for (const member of views.members) {
    const members = byGroup.get(member.group);
    if (members === undefined) byGroup.set(member.group, [member]);
    else members.push(member);
  }
  for (const [groupId, members] of byGroup) {
    const group = coordinated.get(groupId);
    if (group === undefined) {
      said.push(`group ${groupId}: no coordinator that is loaded knows it`);
      continue;
    }
    strangers(group, members, said);
    const why = whyUnstable(group);
    if (why !== null) said.push(`group ${groupId} is ${group.stateNameAt()}: ${why}`);
    const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
    for (const topic of topics) {
      const count = image.topicsByName.get(topic)?.partitions.length ?? 0;
      for (let i = 0; i < count; i++) ownership(groupId, `${topic}-${i}`, members, said);
    }
  }
}

function strangers(group: Group, members: readonly LiveMember[], said: string[]): void {
  for (const { client, memberId } of members) {
    if (memberId === '') said.push(`group ${group.groupId}: ${client} is no member by its own word`);
    else if (!knows(group, memberId))
      said.push(`group ${group.groupId}: ${client} is ${memberId}, which its coordinator does not know`);
  }
}

function knows(group: Group, memberId: string): boolean {
  if (group instanceof ClassicGroup) return group.members.has(memberId);
  return group instanceof ConsumerGroup && group.member(memberId) !== undefined;
}

function ownership(groupId: string, log: string, members: readonly LiveMember[], said: string[]): void {
  const owners = members.filter(({ owned }) => owned.includes(log)).map(({ client }) => client);
  if (owners.length === 1) return;
  const by = owners.length === 0 ? 'nobody that lives' : owners.join(' and ');
  said.push(`group ${groupId}: ${log} is owned by ${by}`);
}

/** What a group waits for; null when it is stable. */
function whyUnstable(group: Group): string | null {
  if (group.stateNameAt() === 'Stable') return null;
  if (group instanceof ClassicGroup) return whyClassic(group);
  return group instanceof ConsumerGroup ? whyConsumer(group) : 'it is of no kind that is known';
}

function whyClassic({ leaderId, members, pendingJoins, state }: ClassicGroup): string {
  const all = [...members.values()];
  switch (state) {
    case 'PreparingRebalance': {
      const missing = all.filter(({ awaitingJoin }) => awaitingJoin === null).map(({ memberId }) => memberId);
      return `it waits for ${[...missing, ...pendingJoins].join(', ') || 'its time to begin'} to join`;
    }
    case 'CompletingRebalance':
      return `it waits for ${leaderId ?? 'a leader'} to say who gets what`;
    case 'Empty':
      return 'nobody is in it';
    case 'Stable':
    case 'Dead':
      return 'it is about to go';
  }
}

function whyConsumer(group: ConsumerGroup): string {
  const { assignmentEpoch, groupEpoch } = group;
  if (group.isEmpty) return 'nobody is in it';
  if (groupEpoch > assignmentEpoch)
    return `its target is of epoch ${assignmentEpoch}, the group in ${groupEpoch}`;
  for (const { memberEpoch, memberId, pendingRevocation, state } of group.members()) {
    if (pendingRevocation.size > 0) return `${memberId} has yet to give up partitions`;
    if (state !== 0) return `${memberId} waits for partitions that others have`;
    if (memberEpoch !== assignmentEpoch)
      return `${memberId} is in epoch ${memberEpoch}, the target of ${assignmentEpoch}`;
  }
  return 'nobody can say why';
}
