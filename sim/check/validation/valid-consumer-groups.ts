import { ConsumerGroup } from '../../../engine/coordinator/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

export const VALID_PARTITION_EPOCH = {
  name: 'ValidPartitionEpoch',
  property:
    'By which epoch a coordinator guards a partition of a consumer group is the epoch of the member that has it.',
} as const;

export const VALID_STABLE_GROUP_STATE = {
  name: 'ValidStableGroupState',
  property:
    'A consumer group is Stable only when every member is in its epoch and has what the target says, neither more nor less.',
} as const;

/** Vanlightly's `ValidPartitionEpoch` and `ValidStableGroupState`, of the coordinators as they are between two steps. */
export function validateConsumerGroups(at: number, views: ClusterViews): Violation[] {
  const violations: Violation[] = [];
  for (const { name, view } of views.brokers) {
    for (const group of view?.groups() ?? []) {
      if (!(group instanceof ConsumerGroup)) continue;
      const report = (check: string, flaw: string | null): void => {
        if (flaw === null) return;
        const message = `group ${group.groupId} on ${name}: ${flaw}`;
        violations.push({ check, at, message, evidence: { group: group.groupId, node: name } });
      };
      report(VALID_PARTITION_EPOCH.name, unguarded(group));
      report(VALID_STABLE_GROUP_STATE.name, group.stateNameAt() === 'Stable' ? unstable(group) : null);
    }
  }
  return violations;
}

function unguarded(group: ConsumerGroup): string | null {
  for (const { assigned, memberEpoch, memberId, pendingRevocation } of group.members()) {
    for (const held of [assigned, pendingRevocation]) {
      for (const [topicId, partitions] of held) {
        for (const partition of partitions.keys()) {
          const guarded = group.owners.epochOf(topicId, partition);
          if (guarded !== memberEpoch)
            return `${memberId} has ${topicId}:${partition} in epoch ${memberEpoch}, and it is guarded by ${guarded}`;
        }
      }
    }
  }
  return null;
}

function unstable(group: ConsumerGroup): string | null {
  const { assignmentEpoch, groupEpoch } = group;
  if (assignmentEpoch !== groupEpoch)
    return `its target is of epoch ${assignmentEpoch}, the group in ${groupEpoch}`;
  for (const { assigned, memberEpoch, memberId, pendingRevocation } of group.members()) {
    if (memberEpoch !== groupEpoch) return `${memberId} is in epoch ${memberEpoch} of ${groupEpoch}`;
    if (pendingRevocation.size > 0) return `${memberId} has yet to give up partitions`;
    const has = [...assigned].flatMap(([id, all]) => [...all.keys()].map((each) => `${id}:${each}`)).sort();
    const target = [...group.target(memberId)].flatMap(([id, all]) => all.map((each) => `${id}:${each}`));
    if (has.join(' ') !== target.sort().join(' '))
      return `${memberId} has ${has.join(' ') || 'nothing'}, and shall have ${target.join(' ') || 'nothing'}`;
  }
  return null;
}
