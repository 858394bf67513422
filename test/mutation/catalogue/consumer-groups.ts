import type { Mutation } from '../mutation.ts';

export const consumerGroups: readonly Mutation[] = [
  {
    id: 'G6b',
    bug: 'A group of positions alone keeps the records of its consumer group out (KAFKA-19862)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/replay.ts',
        find: `there === undefined || (there.isEmpty && there.protocolTypeAt() === ''),`,
        replace: 'there === undefined,',
      },
    ],
    caughtBy: [
      'a compacted log may have positions before the records of their group, which is no classic group then (KAFKA-20254)',
    ],
    scenario: 'test/engine/coordinator/group/consumer/rules.test.ts',
    seeds: 1,
  },
  {
    id: 'G1',
    bug: 'A partition is given before its owner has given it up (KIP-848)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/decide-current-assignment.ts',
        find: 'towards.currentPartitionEpoch(topicId, partition) === -1 ||',
        replace: 'towards.currentPartitionEpoch(topicId, partition) >= -2 ||',
      },
    ],
    caughtBy: [
      'heartbeats of a consumer group a second member waits until the first has given up what it shall have',
    ],
    scenario: 'test/engine/coordinator/group/consumer/heartbeat.test.ts',
    seeds: 1,
  },
  {
    id: 'G1b',
    bug: 'A member need not say that it has given up (KIP-848)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/decide-current-assignment.ts',
        find: 'if (revoked.size > 0 && ownsAny(towards.owned, revoked)) {',
        replace: 'if (revoked.size > 99) {',
      },
    ],
    caughtBy: [
      'heartbeats of a consumer group a second member waits until the first has given up what it shall have',
    ],
    scenario: 'test/engine/coordinator/group/consumer/heartbeat.test.ts',
    seeds: 1,
  },
  {
    id: 'G1c',
    bug: 'What is being given up counts as free (KIP-848)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/partition-owners.ts',
        find: `      this.#take(after.pendingRevocation, after.memberEpoch);
`,
        replace: '',
      },
    ],
    caughtBy: [
      'heartbeats of a consumer group a second member waits until the first has given up what it shall have',
    ],
    scenario: 'test/engine/coordinator/group/consumer/heartbeat.test.ts',
    seeds: 1,
  },
  {
    id: 'G16',
    bug: 'A record of a former owner frees the partition of the present one (KAFKA-19862)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/partition-owners.ts',
        find: 'if (epochs.get(partition) === memberEpoch) epochs.delete(partition);',
        replace: 'epochs.delete(partition);',
      },
    ],
    caughtBy: ['a partition that two records name is the newer epoch’s, in whatever order the records come'],
    scenario: 'test/engine/coordinator/group/consumer/rules.test.ts',
    seeds: 1,
  },
  {
    id: 'G17',
    bug: 'A commit’s member epoch is not looked at (KIP-848)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/reject-offsets.ts',
        find: 'if (memberEpoch > member.memberEpoch) return stale;',
        replace: 'return ErrorCode.NONE;',
      },
    ],
    caughtBy: [
      'commits and fetches of positions are the member’s in its epoch, and in older ones for what it has had since then (KIP-1251)',
    ],
    scenario: 'test/engine/coordinator/group/consumer/rules.test.ts',
    seeds: 1,
  },
  {
    id: 'G17b',
    bug: 'A commit of an old epoch is taken for a partition that was given later (KIP-1251)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/reject-offsets.ts',
        find: 'return since === undefined || memberEpoch < since ? stale : ErrorCode.NONE;',
        replace: 'return since === undefined ? stale : ErrorCode.NONE;',
      },
    ],
    caughtBy: [
      'commits and fetches of positions are the member’s in its epoch, and in older ones for what it has had since then (KIP-1251)',
    ],
    scenario: 'test/engine/coordinator/group/consumer/rules.test.ts',
    seeds: 1,
  },
  {
    id: 'G18',
    bug: 'A second member of one instance id takes the place of a living one (KIP-848)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/subscribe-member.ts',
        find: 'if (speakConsumer && existing.memberEpoch !== LEAVE_STATIC_EPOCH) return ErrorCode.UNRELEASED_INSTANCE_ID;',
        replace: 'if (speakConsumer && existing.memberEpoch < -9) return ErrorCode.UNRELEASED_INSTANCE_ID;',
      },
    ],
    caughtBy: ['a static member is not replaced while it is there'],
    scenario: 'test/engine/coordinator/group/consumer/static-members.test.ts',
    seeds: 1,
  },
  {
    id: 'G19',
    bug: 'A member of an epoch of long ago is served',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/subscribe-member.ts',
        find: 'return hasMissedAnswer ? ErrorCode.NONE : ErrorCode.FENCED_MEMBER_EPOCH;',
        replace:
          'return memberEpoch <= member.memberEpoch || hasMissedAnswer ? ErrorCode.NONE : ErrorCode.FENCED_MEMBER_EPOCH;',
      },
    ],
    caughtBy: [
      'epochs of members the epoch before is let through when its answer was lost, unless the member claims what it was not given',
    ],
    scenario: 'test/engine/coordinator/group/consumer/rules.test.ts',
    seeds: 1,
  },
  {
    id: 'G20',
    bug: 'After a failover nobody has a time to give partitions up',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/consumer-groups.ts',
        find: `        if (state === MemberState.UNREVOKED_PARTITIONS) {
          timers.startRebalance(now, groupId, memberId, memberEpoch, rebalanceTimeoutMs, out);
        }
`,
        replace: '',
      },
    ],
    caughtBy: ['members that take too long have all their time again with another coordinator'],
    scenario: 'test/engine/coordinator/group/consumer/rules.test.ts',
    seeds: 1,
  },
  {
    id: 'G8',
    bug: 'An assignor that most members wish makes no new target (KAFKA-20434)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/heartbeat.ts',
        find: `namesChanged || regexChange === 'changed and resolved' || changesAssignor(room, group, before, member);`,
        replace: `namesChanged || regexChange === 'changed and resolved';`,
      },
    ],
    caughtBy: ['what raises the group’s epoch an assignor that most members wish does'],
    scenario: 'test/engine/coordinator/group/consumer/rules.test.ts',
    seeds: 1,
  },
  {
    id: 'G8b',
    bug: 'Members with different topics are assigned as if they had the same (KAFKA-19546)',
    patches: [
      {
        file: 'engine/coordinator/group/consumer/update-target.ts',
        find: 'isHomogeneous: isHomogeneousWith(group, before, member),',
        replace: 'isHomogeneous: true || isHomogeneousWith(group, before, member),',
      },
    ],
    caughtBy: [
      'members that come, go, lose messages and change their minds have each partition once, and what they shall have in the end, at an interval of 0 ms',
    ],
    scenario: 'test/engine/coordinator/group/consumer/consumer-groups.property.test.ts',
    seeds: 1,
  },
];
