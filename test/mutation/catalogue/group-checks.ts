import type { Mutation } from '../mutation.ts';

const CURRENT = 'engine/coordinator/group/consumer/decide-current-assignment.ts';

/** What the checks of groups see in a whole cluster, one for each. */
export const groupChecks: readonly Mutation[] = [
  {
    id: 'G1d',
    bug: 'A partition is given before its owner has given it up: two own it by the coordinator’s records (KIP-848)',
    patches: [
      {
        file: CURRENT,
        find: 'towards.currentPartitionEpoch(topicId, partition) === -1 ||',
        replace: 'towards.currentPartitionEpoch(topicId, partition) >= -2 ||',
      },
    ],
    caughtBy: ['OneOwnerPerPartition'],
    scenario: 'a consumer group is rolled',
    seeds: 5,
  },
  {
    id: 'G1e',
    bug: 'A member need not say that it has given up: two clients own what it has not (KIP-848)',
    patches: [
      {
        file: CURRENT,
        find: 'if (revoked.size > 0 && ownsAny(towards.owned, revoked)) {',
        replace: 'if (revoked.size > 99) {',
      },
    ],
    caughtBy: ['NoDoubleClientAssignment'],
    scenario: 'a consumer group is rolled',
    seeds: 10,
  },
  {
    id: 'G21',
    bug: 'The assignor is told of one partition more than there is',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/update-target.ts',
        find: 'image.topicsById.get(topicId)?.partitions.length ?? -1,',
        replace: '(image.topicsById.get(topicId)?.partitions.length ?? -2) + 1,',
      },
    ],
    caughtBy: ['LegalTargetAssignment'],
    scenario: 'a consumer group is rolled',
    seeds: 1,
  },
  {
    id: 'G24',
    bug: 'A member goes ahead of the target that it was given',
    patches: [
      {
        file: CURRENT,
        find: '    memberEpoch: towards.targetAssignmentEpoch,\n    previousMemberEpoch: member.memberEpoch,\n    state: hasUnreleased',
        replace:
          '    memberEpoch: towards.targetAssignmentEpoch + 1,\n    previousMemberEpoch: member.memberEpoch,\n    state: hasUnreleased',
      },
    ],
    caughtBy: ['ValidMemberEpoch'],
    scenario: 'a consumer group is rolled',
    seeds: 1,
  },
  {
    id: 'G22',
    bug: 'A consumer commits one record further than it has handed out',
    patches: [
      {
        file: 'engine/client/consumer/group/commits.ts',
        find: 'offsets.push({ topic, partition, offset, leaderEpoch: offsetEpoch',
        replace: 'offsets.push({ topic, partition, offset: offset + 1, leaderEpoch: offsetEpoch',
      },
    ],
    caughtBy: ['CommittedOffsetsAreRead'],
    scenario: 'a classic member sleeps',
    seeds: 3,
  },
  {
    id: 'G22b',
    bug: 'A consumer commits where it stood before its last poll or the one before, as they come',
    patches: [
      {
        file: 'engine/client/consumer/group/commits.ts',
        find: 'offsets.push({ topic, partition, offset, leaderEpoch: offsetEpoch',
        replace:
          'offsets.push({ topic, partition, offset: offset - (offset % 3) * 2 < 0 ? 0 : offset - (offset % 3) * 2, leaderEpoch: offsetEpoch',
      },
    ],
    caughtBy: ['CommittedOffsetsRise'],
    scenario: 'a classic member sleeps',
    seeds: 3,
  },
  {
    id: 'G23',
    bug: 'A static member that is back is not written: a failover finds the one before (KAFKA-10284)',
    patches: [
      {
        file: 'engine/coordinator/group/classic/join.ts',
        find: 'records: [groupMetadataRecord(group, null)],',
        replace: 'records: [],',
      },
    ],
    caughtBy: ['CoordinatorReload', 'NoZombieCommit'],
    scenario: 'a static member is back',
    seeds: 3,
  },
  {
    id: 'G25',
    bug: 'A free partition is given to nobody, whatever the target says: the group never comes to rest',
    patches: [
      {
        file: CURRENT,
        find: 'if (isFree) free.push(partition);',
        replace: 'if (isFree && partition !== 1) free.push(partition);',
      },
    ],
    caughtBy: ['stuck'],
    scenario: 'a consumer group is rolled',
    seeds: 1,
  },
];
