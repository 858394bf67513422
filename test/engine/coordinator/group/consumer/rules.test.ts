import { describe, expect, test } from 'vitest';
import {
  type CommitClaim,
  ConsumerGroup,
  type GroupRecord,
} from '../../../../../engine/coordinator/index.ts';
import { MS, SECOND } from '../../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../../engine/wire/index.ts';
import { assignedIn, GROUP, GroupStage, idOf } from './group-stage.ts';

const claim: CommitClaim = {
  memberId: 'a',
  instanceId: null,
  generationIdOrMemberEpoch: 2,
  isTransactional: false,
  apiVersion: 9,
};

function reject(stage: GroupStage, part: Partial<CommitClaim>, partition = 0): number {
  const verdict = stage.shard.consumer.rejectCommit(stage.group!, { ...claim, ...part });
  return typeof verdict === 'number' ? verdict : verdict('t', idOf('t'), partition);
}

describe('epochs of members', () => {
  test('the epoch before is let through when its answer was lost, unless the member claims what it was not given', () => {
    const stage = new GroupStage();
    stage.join('a');
    stage.join('b');
    stage.beat('a', 2);
    expect(stage.beat('a', 2, { t: [0, 1] }).memberEpoch).toBe(3);
    // It has not heard of epoch 3.
    expect(stage.beat('a', 2, { t: [0, 1] })).toMatchObject({ errorCode: 0, memberEpoch: 3 });
    expect(stage.beat('a', 2, { t: [0, 1, 2] }).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    expect(stage.beat('a', 2).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    expect(stage.beat('a', 1, { t: [0] }).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    expect(stage.beat('a', 9, { t: [0] }).errorCode).toBe(ErrorCode.FENCED_MEMBER_EPOCH);
    // Fenced, it joins again under its id, with nothing.
    expect(stage.join('a')).toMatchObject({ errorCode: 0, memberEpoch: 3 });
  });

  test('a full request is told the assignment again, a short one only when it changes', () => {
    const stage = new GroupStage();
    stage.join('a');
    expect(assignedIn(stage.beat('a', 2, { t: [0, 1, 2, 3] }))).toBeNull();
    const full = { rebalanceTimeoutMs: 10_000, subscribedTopicNames: ['t'] };
    expect(assignedIn(stage.beat('a', 2, { t: [0, 1, 2, 3] }, full))).toEqual({ t: [0, 1, 2, 3] });
  });

  test('a member without an id is given one', () => {
    const stage = new GroupStage();
    const { memberId } = stage.join('');
    expect(memberId).toMatch(/^[\w-]{22}$/);
    expect(stage.group!.member(memberId!)).toBeDefined();
  });
});

describe('what raises the group’s epoch', () => {
  test('a change of topics that the member names does, the same again does not', () => {
    const stage = new GroupStage({}, { t: 2, u: 2 });
    stage.join('a');
    stage.beat('a', 2, null, { subscribedTopicNames: ['t'] });
    expect(stage.describe().groupEpoch).toBe(2);
    expect(assignedIn(stage.beat('a', 2, { t: [0, 1] }, { subscribedTopicNames: ['u'] }))).toEqual({});
    expect(stage.describe().groupEpoch).toBe(3);
    // It has to give up what it no longer subscribes to first.
    expect(assignedIn(stage.beat('a', 2, {}))).toEqual({ u: [0, 1] });
  });

  test('a topic that grows, is made or is deleted does', () => {
    const stage = new GroupStage();
    stage.join('a', ['t', 'later']);
    stage.growTopic('t', 5);
    expect(assignedIn(stage.beat('a', 2))).toEqual({ t: [0, 1, 2, 3, 4] });
    stage.createTopic('later', 1);
    expect(assignedIn(stage.beat('a', 3))).toEqual({ later: [0], t: [0, 1, 2, 3, 4] });
    stage.deleteTopic('t');
    expect(assignedIn(stage.beat('a', 4))).toEqual({ later: [0] });
    stage.createTopic('unrelated', 1);
    const { groupEpoch } = stage.describe();
    stage.beat('a', 4, { later: [0] });
    expect(stage.describe().groupEpoch).toBe(groupEpoch);
  });

  test('an assignor that most members wish does', () => {
    const stage = new GroupStage({}, { t: 3, u: 3 });
    stage.join('a', ['t', 'u']);
    expect(stage.describe()).toMatchObject({ assignorName: 'uniform', groupEpoch: 2 });
    stage.beat('a', 2, null, { serverAssignor: 'range' });
    expect(stage.describe()).toMatchObject({ assignorName: 'range', groupEpoch: 3 });
  });

  test('a member that leaves does, and the last one leaves an empty group that begins without delay', () => {
    const stage = new GroupStage({ 'group.consumer.assignment.interval.ms': 1000 });
    stage.join('a');
    stage.beat('a', -1);
    expect(stage.describe()).toMatchObject({ groupState: 'Empty', groupEpoch: 3, assignmentEpoch: 3 });
    expect(assignedIn(stage.join('b'))).toEqual({ t: [0, 1, 2, 3] });
  });
});

describe('the assignment interval', () => {
  test('gathers changes into one target', () => {
    const stage = new GroupStage({ 'group.consumer.assignment.interval.ms': 1000 });
    stage.join('a');
    stage.join('b');
    stage.join('c');
    expect(stage.describe()).toMatchObject({ groupState: 'Assigning', groupEpoch: 4, assignmentEpoch: 2 });
    stage.runtime.advance(999 * MS);
    stage.beat('a', 2);
    expect(stage.describe().assignmentEpoch).toBe(2);
    stage.runtime.advance(1 * MS);
    stage.beat('a', 2);
    expect(stage.describe()).toMatchObject({ groupState: 'Reconciling', assignmentEpoch: 4 });
  });
});

describe('members that take too long', () => {
  test('are out after a session of silence, and others get what they had', () => {
    const stage = new GroupStage();
    stage.join('a');
    stage.join('b');
    stage.runtime.advance(40 * SECOND);
    stage.beat('b', 3);
    stage.runtime.advance(6 * SECOND);
    expect(stage.beat('a', 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(assignedIn(stage.beat('b', 3))).toEqual({ t: [0, 1, 2, 3] });
  });

  test('are out when they do not give partitions up in their rebalance time, however they beat', () => {
    const stage = new GroupStage();
    stage.join('a');
    stage.join('b');
    stage.beat('a', 2);
    stage.runtime.advance(9 * SECOND);
    expect(stage.beat('a', 2, { t: [0, 1, 2, 3] }).errorCode).toBe(0);
    stage.runtime.advance(2 * SECOND);
    expect(stage.beat('a', 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('are not when they have given them up', () => {
    const stage = new GroupStage();
    stage.join('a');
    stage.join('b');
    stage.beat('a', 2);
    stage.beat('a', 2, { t: [0, 1] });
    stage.runtime.advance(11 * SECOND);
    expect(stage.beat('a', 3).errorCode).toBe(0);
  });

  test('have all their time again with another coordinator', () => {
    const stage = new GroupStage();
    stage.join('a');
    stage.join('b');
    stage.beat('a', 2);
    stage.runtime.advance(9 * SECOND);
    stage.failOver();
    stage.runtime.advance(9 * SECOND);
    expect(stage.beat('a', 2).errorCode).toBe(0);
    stage.runtime.advance(2 * SECOND);
    expect(stage.beat('a', 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('a group’s own settings count, within the broker’s bounds', () => {
    const stage = new GroupStage();
    stage.setGroupConfig('consumer.session.timeout.ms', '50000');
    stage.setGroupConfig('consumer.heartbeat.interval.ms', '99999');
    expect(stage.join('a').heartbeatIntervalMs).toBe(15_000);
    stage.runtime.advance(49 * SECOND);
    expect(stage.describe().members).toHaveLength(1);
    stage.runtime.advance(2 * SECOND);
    expect(stage.describe().members).toHaveLength(0);
  });
});

describe('commits and fetches of positions', () => {
  test('are the member’s in its epoch, and in older ones for what it has had since then (KIP-1251)', () => {
    const stage = new GroupStage();
    stage.join('a');
    expect(reject(stage, {})).toBe(ErrorCode.NONE);
    expect(reject(stage, { generationIdOrMemberEpoch: 3 })).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    expect(reject(stage, { memberId: 'b' })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(reject(stage, { apiVersion: 8 })).toBe(ErrorCode.UNSUPPORTED_VERSION);
    stage.join('b');
    stage.beat('a', 2);
    stage.beat('a', 2, { t: [0, 1] });
    stage.beat('b', 3);
    expect(reject(stage, { generationIdOrMemberEpoch: 2 }, 0)).toBe(ErrorCode.NONE);
    expect(reject(stage, { generationIdOrMemberEpoch: 2 }, 2)).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    expect(reject(stage, { generationIdOrMemberEpoch: 1 }, 0)).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    expect(reject(stage, { memberId: 'b', generationIdOrMemberEpoch: 2 }, 2)).toBe(
      ErrorCode.STALE_MEMBER_EPOCH,
    );
    const { rejectFetch } = { rejectFetch: stage.shard.consumer.rejectFetch.bind(stage.shard.consumer) };
    expect(rejectFetch(stage.group!, 'a', 3, undefined)).toBe(ErrorCode.NONE);
    expect(rejectFetch(stage.group!, 'a', 2, undefined)).toBe(ErrorCode.STALE_MEMBER_EPOCH);
    expect(rejectFetch(stage.group!, null, -1, undefined)).toBe(ErrorCode.NONE);
  });

  test('are fine for what is being given up', () => {
    const stage = new GroupStage();
    stage.join('a');
    stage.join('b');
    stage.beat('a', 2);
    expect(stage.group!.member('a')!.pendingRevocation.size).toBe(1);
    expect(reject(stage, { generationIdOrMemberEpoch: 2 }, 3)).toBe(ErrorCode.NONE);
  });

  test('are anybody’s in a group without members', () => {
    const stage = new GroupStage();
    stage.join('a');
    expect(reject(stage, { memberId: '', generationIdOrMemberEpoch: -1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(reject(stage, { memberId: '', generationIdOrMemberEpoch: -1, isTransactional: true })).toBe(0);
    stage.beat('a', -1);
    expect(reject(stage, { memberId: '', generationIdOrMemberEpoch: -1 })).toBe(ErrorCode.NONE);
  });
});

describe('patterns', () => {
  const byRegex = (subscribedTopicRegex: string) => ({ subscribedTopicNames: [], subscribedTopicRegex });

  test('are resolved right after the heartbeat that brings them', () => {
    const stage = new GroupStage({}, { eu1: 1, eu2: 1, us1: 1 });
    expect(assignedIn(stage.join('a', [], byRegex('eu.*')))).toEqual({});
    stage.runtime.advance(0);
    expect(stage.recordsSince(0).slice(-2)).toEqual(['RegularExpression', 'Metadata']);
    expect(assignedIn(stage.beat('a', 1))).toEqual({ eu1: [0], eu2: [0] });
    expect(stage.describe().members[0]!.subscribedTopicRegex).toBe('eu.*');
  });

  test('that are none are refused', () => {
    expect(new GroupStage().join('a', [], byRegex('(a')).errorCode).toBe(
      ErrorCode.INVALID_REGULAR_EXPRESSION,
    );
  });

  test('find topics that are made later, but not within ten seconds of the last time', () => {
    const stage = new GroupStage({}, { eu1: 1 });
    stage.join('a', [], byRegex('eu.*'));
    stage.runtime.advance(0);
    stage.beat('a', 1);
    stage.createTopic('eu2', 1);
    stage.beat('a', 2);
    stage.runtime.advance(5 * SECOND);
    expect(stage.describe().groupEpoch).toBe(2);
    stage.runtime.advance(6 * SECOND);
    stage.beat('a', 2);
    stage.runtime.advance(0);
    expect(assignedIn(stage.beat('a', 2))).toEqual({ eu1: [0], eu2: [0] });
  });

  test('are forgotten with their last member, and known at once to the next', () => {
    const stage = new GroupStage({}, { eu1: 1, eu2: 1 });
    stage.join('a', [], byRegex('eu.*'));
    stage.runtime.advance(0);
    expect(assignedIn(stage.beat('a', 1))).toEqual({ eu1: [0], eu2: [0] });
    stage.join('b', [], byRegex('eu.*'));
    expect(stage.describe()).toMatchObject({ groupEpoch: 3, assignmentEpoch: 3 });
    expect(stage.group!.target('b').size).toBe(1);
    stage.beat('a', -1);
    expect(stage.group!.resolvedRegexes.has('eu.*')).toBe(true);
    stage.beat('b', -1);
    expect(stage.group!.resolvedRegexes.has('eu.*')).toBe(false);
    expect(stage.group!.isSubscribedToTopic('eu1')).toBe(false);
  });

  test('and names together subscribe to both; a pattern that is given up takes its topics with it', () => {
    const stage = new GroupStage({}, { eu1: 1, us1: 1 });
    stage.join('a', ['us1'], { subscribedTopicRegex: 'eu.*' });
    stage.runtime.advance(0);
    expect(assignedIn(stage.beat('a', 2))).toEqual({ eu1: [0], us1: [0] });
    const without = stage.beat('a', 3, { eu1: [0], us1: [0] }, { subscribedTopicRegex: '' });
    expect(assignedIn(without)).toEqual({ us1: [0] });
    expect(stage.group!.isSubscribedToTopic('eu1')).toBe(false);
    // What was written is the hash without them: looking at the topics again changes nothing.
    const { groupEpoch } = stage.describe();
    stage.failOver();
    stage.beat('a', without.memberEpoch);
    expect(stage.describe().groupEpoch).toBe(groupEpoch);
  });

  test('that match nothing leave nobody’s partitions to the member that brings them', () => {
    const stage = new GroupStage({ 'group.consumer.assignment.interval.ms': 1000 }, { eu1: 3 });
    stage.join('a', [], byRegex('eu.*'));
    stage.runtime.advance(0);
    stage.join('b', [], byRegex('nothing'));
    stage.runtime.advance(2 * SECOND);
    expect(assignedIn(stage.beat('a', 1)) ?? assignedIn(stage.join('a'))).toEqual({ eu1: [0, 1, 2] });
    expect(stage.group!.target('b').size).toBe(0);
  });
});

describe('a member that gives partitions up', () => {
  test('and no longer subscribes to others, loses those at once, before it has finished', () => {
    const stage = new GroupStage({}, { t: 4, u: 2 });
    stage.join('a', ['t', 'u']);
    stage.join('b', ['t']);
    expect(assignedIn(stage.beat('a', 2))).toEqual({ t: [0], u: [0, 1] });
    // It still has what it is asked to give up, and drops a topic.
    const dropped = stage.beat('a', 2, { t: [0, 1, 2, 3], u: [0, 1] }, { subscribedTopicNames: ['t'] });
    expect(dropped.memberEpoch).toBe(2);
    expect(assignedIn(dropped)).toEqual({ t: [0] });
    expect(stage.group!.member('a')!.pendingRevocation.get(idOf('u'))!.size).toBe(2);
  });
});

describe('a partition that two records name', () => {
  test('is the newer epoch’s, in whatever order the records come', () => {
    const stage = new GroupStage();
    const current = (memberId: string, memberEpoch: number, partitions: readonly number[]): GroupRecord => ({
      type: 'ConsumerGroupCurrentMemberAssignment',
      key: { groupId: GROUP, memberId },
      value: {
        memberEpoch,
        previousMemberEpoch: memberEpoch - 1,
        state: 0,
        assignedPartitions: [{ topicId: idOf('t'), partitions, assignmentEpochs: null }],
        partitionsPendingRevocation: [],
      },
    });
    const shard = stage.replayed([current('a', 5, [0]), current('b', 6, [0]), current('a', 7, [1])]);
    const group = shard.groups.get(GROUP);
    if (!(group instanceof ConsumerGroup)) throw new Error('there is no group');
    expect(group.owners.epochOf(idOf('t'), 0)).toBe(6);
    expect(group.owners.epochOf(idOf('t'), 1)).toBe(7);
    // Records of older versions say no epochs of partitions.
    expect(group.member('b')!.assigned.get(idOf('t'))!.get(0)).toBe(6);
  });
});

describe('a compacted log', () => {
  test('may have positions before the records of their group, which is no classic group then (KAFKA-20254)', () => {
    const stage = new GroupStage();
    stage.join('a');
    const commit: GroupRecord = {
      type: 'OffsetCommit',
      key: { group: GROUP, topic: 't', partition: 0 },
      value: {
        offset: 5,
        leaderEpoch: -1,
        metadata: '',
        commitTimestamp: 0,
        expireTimestamp: -1,
        topicId: idOf('t'),
      },
    };
    const shard = stage.replayed([commit, ...stage.runtime.records.map(({ record }) => record)]);
    const group = shard.groups.get(GROUP);
    if (!(group instanceof ConsumerGroup)) throw new Error('there is no consumer group');
    expect(group.member('a')?.memberEpoch).toBe(2);
    expect(shard.offsets.offsets.get(GROUP, 't', 0)?.offset).toBe(5);
  });
});

describe('writes that fail', () => {
  test('leave the group as it was', () => {
    const stage = new GroupStage();
    stage.join('a');
    const before = stage.describe();
    stage.runtime.failWith = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    expect(stage.join('b').errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(stage.beat('a', -1).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    stage.runtime.failWith = 0;
    expect(stage.describe()).toEqual(before);
    // Its session still ends: a leave that is not written does not make it live for ever.
    stage.runtime.advance(46 * SECOND);
    expect(stage.describe().members).toEqual([]);
  });
});

describe('a group that is deleted', () => {
  test('has no members, and is gone from the log', () => {
    const stage = new GroupStage();
    stage.join('a');
    expect(stage.group!.rejectDelete()).toBe(ErrorCode.NON_EMPTY_GROUP);
    stage.beat('a', -1);
    expect(stage.group!.rejectDelete()).toBe(ErrorCode.NONE);
    stage.runtime.write((shard) => {
      const records: Parameters<typeof shard.deleteGroups>[1] = [];
      shard.deleteGroups([GROUP], records);
      return { records, settle: () => {} };
    });
    expect(stage.group).toBeNull();
    expect(stage.runtime.rebuild().groups.size).toBe(0);
    expect(stage.describe()).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND });
  });
});
