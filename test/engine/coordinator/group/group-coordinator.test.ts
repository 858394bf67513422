import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  type DeleteGroupsResponse,
  type DescribeGroupsResponse,
  ErrorCode,
  type HeartbeatResponse,
  type JoinGroupResponse,
  type LeaveGroupResponse,
  type ListGroupsResponse,
  type OffsetCommitResponse,
  type OffsetFetchResponse,
  type TxnOffsetCommitResponse,
  ZERO_UUID,
} from '../../../../engine/wire/index.ts';
import { CoordinatorStage, TOPIC_A } from './coordinator-stage.ts';

function commitBody(version: number, offset = 42, partition = 0) {
  const committed = {
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: version >= 6 ? 2 : -1,
    committedMetadata: '',
  };
  const isById = version >= 10;
  return {
    groupId: 'g',
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [{ name: isById ? '' : 'a', topicId: isById ? TOPIC_A : ZERO_UUID, partitions: [committed] }],
  };
}

function fetchBody(version: number, requireStable = false) {
  const isById = version >= 10;
  const topic = { name: isById ? '' : 'a', topicId: isById ? TOPIC_A : ZERO_UUID, partitionIndexes: [0, 1] };
  return version >= 8
    ? {
        groupId: '',
        topics: [],
        groups: [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: [topic] }],
        requireStable,
      }
    : { groupId: 'g', topics: [{ name: 'a', partitionIndexes: [0, 1] }], groups: [], requireStable };
}

function txnBody(version: number, offset = 42) {
  return {
    ...commitBody(version >= 6 ? 10 : 9, offset),
    transactionalId: 'x',
    producerId: 7,
    producerEpoch: 0,
  };
}

function codeOf(response: OffsetCommitResponse | TxnOffsetCommitResponse): number {
  return response.topics[0]!.partitions[0]!.errorCode;
}

describe('group coordinator', () => {
  for (let version = 2; version <= 10; version++) {
    it(`commits in version ${version} and fetches in every version`, () => {
      const stage = new CoordinatorStage();
      stage.lead();
      const committed = stage.ask<OffsetCommitResponse>(ApiKey.OffsetCommit, version, commitBody(version));
      expect(codeOf(committed)).toBe(ErrorCode.NONE);
      for (let fetched = 1; fetched <= 10; fetched++) {
        const response = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, fetched, fetchBody(fetched));
        const topics = fetched >= 8 ? response.groups[0]!.topics : response.topics;
        expect(topics[0]!.partitions.map(({ committedOffset }) => committedOffset)).toEqual([42, -1]);
      }
    });
  }

  it('tells a client of a coordinator what went wrong with the log, in words that it knows', () => {
    const stage = new CoordinatorStage();
    stage.lead();
    const mapped = [
      [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE],
      [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR],
      [ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR],
      [ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR],
      [ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_EPOCH],
    ] as const;
    for (const [log, told] of mapped) {
      stage.log.failNext = log;
      expect(codeOf(stage.ask(ApiKey.OffsetCommit, 9, commitBody(9)))).toBe(told);
    }
    const late = stage.send(ApiKey.OffsetCommit, 9, commitBody(9));
    stage.run(5 * SECOND);
    expect(codeOf(stage.answer(late)!)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });

  it('names a partition, a topic, a group that it does not know', () => {
    const stage = new CoordinatorStage();
    expect(codeOf(stage.ask(ApiKey.OffsetCommit, 9, commitBody(9)))).toBe(ErrorCode.NOT_COORDINATOR);
    stage.lead();
    const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    expect(codeOf(stage.ask(ApiKey.OffsetCommit, 9, commitBody(9, 1, 5)))).toBe(unknown);
    const topics = [{ ...commitBody(10).topics[0], topicId: 'NobodyKnowsThisTopic1Q' }];
    const stranger = { ...commitBody(10), topics };
    expect(codeOf(stage.ask(ApiKey.OffsetCommit, 10, stranger))).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    const none = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 9, fetchBody(9));
    expect(none.groups[0]).toMatchObject({ errorCode: ErrorCode.NONE });
    const deleted = stage.ask<DeleteGroupsResponse>(ApiKey.DeleteGroups, 2, { groupsNames: ['g'] });
    expect(deleted.results).toMatchObject([{ groupId: 'g', errorCode: ErrorCode.GROUP_ID_NOT_FOUND }]);
  });

  it('says where the version has room that a group cannot be asked', () => {
    const stage = new CoordinatorStage();
    const refused = ErrorCode.NOT_COORDINATOR;
    const first = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 1, fetchBody(1));
    expect(first.topics[0]!.partitions.map(({ errorCode }) => errorCode)).toEqual([refused, refused]);
    const second = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 5, fetchBody(5));
    expect(second).toMatchObject({ errorCode: refused, topics: [] });
    const third = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 9, fetchBody(9));
    expect(third.groups).toMatchObject([{ errorCode: refused, topics: [] }]);
  });

  it('answers who requires stable positions when what it saw is replicated', () => {
    const stage = new CoordinatorStage();
    stage.lead();
    stage.send(ApiKey.OffsetCommit, 9, commitBody(9));
    const plain = stage.send(ApiKey.OffsetFetch, 9, fetchBody(9));
    const stable = stage.send(ApiKey.OffsetFetch, 9, fetchBody(9, true));
    const offsets = (id: number) => {
      const answer = stage.answer<OffsetFetchResponse>(id);
      return answer === undefined
        ? undefined
        : answer.groups[0]!.topics[0]!.partitions.map(({ committedOffset }) => committedOffset);
    };
    expect(offsets(plain)).toEqual([-1, -1]);
    expect(offsets(stable)).toBeUndefined();
    stage.replicate();
    expect(offsets(stable)).toEqual([42, -1]);
  });

  for (const version of [0, 2, 3, 5, 6]) {
    it(`holds positions of a transaction until its marker (version ${version})`, () => {
      const stage = new CoordinatorStage();
      stage.lead();
      const answer = stage.ask<TxnOffsetCommitResponse>(ApiKey.TxnOffsetCommit, version, txnBody(version));
      expect(codeOf(answer)).toBe(ErrorCode.NONE);
      const unstable = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 9, fetchBody(9, true));
      expect(unstable.groups[0]!.topics[0]!.partitions[0]).toMatchObject({
        errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT,
      });
      let settledWith = -1;
      const settle = (_now: number, errorCode: number) => {
        settledWith = errorCode;
      };
      stage.coordinator.completeTransaction(stage.now, 0, 7, 0, 3, true, 2, settle, stage.out);
      expect(settledWith).toBe(-1);
      stage.replicate();
      expect(settledWith).toBe(ErrorCode.NONE);
      const fetched = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 9, fetchBody(9, true));
      expect(fetched.groups[0]!.topics[0]!.partitions[0]).toMatchObject({ committedOffset: 42 });
    });
  }

  it('writes nothing for a transaction that its coordinator does not know', () => {
    const stage = new CoordinatorStage();
    stage.lead();
    stage.verdict = ErrorCode.INVALID_TXN_STATE;
    expect(codeOf(stage.ask(ApiKey.TxnOffsetCommit, 4, txnBody(4)))).toBe(ErrorCode.INVALID_TXN_STATE);
    stage.verdict = ErrorCode.NETWORK_EXCEPTION;
    const retriable = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    expect(codeOf(stage.ask(ApiKey.TxnOffsetCommit, 4, txnBody(4)))).toBe(retriable);
    expect(codeOf(stage.ask(ApiKey.TxnOffsetCommit, 1, txnBody(1)))).toBe(
      ErrorCode.COORDINATOR_NOT_AVAILABLE,
    );
    expect(stage.log.partition(0).batches).toEqual([]);
  });

  it('is patient with members while it loads', () => {
    const stage = new CoordinatorStage();
    stage.coordinator.onElected(0, 0, 1, stage.out);
    const member = { groupId: 'g', memberId: 'm', groupInstanceId: null };
    const heartbeat = stage.ask<HeartbeatResponse>(ApiKey.Heartbeat, 4, { ...member, generationId: 1 });
    expect(heartbeat.errorCode).toBe(ErrorCode.NONE);
    const listed = stage.ask<ListGroupsResponse>(ApiKey.ListGroups, 5, { statesFilter: [], typesFilter: [] });
    expect(listed).toMatchObject({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, groups: [] });
    const body = {
      ...member,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [],
      reason: null,
    };
    const joined = stage.ask<JoinGroupResponse>(ApiKey.JoinGroup, 9, body);
    expect(joined).toMatchObject({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, memberId: 'm' });
    const tooShort = { ...body, sessionTimeoutMs: 5_999 };
    expect(stage.ask(ApiKey.JoinGroup, 5, tooShort)).toMatchObject({
      errorCode: ErrorCode.INVALID_SESSION_TIMEOUT,
    });
    expect(stage.ask(ApiKey.JoinGroup, 5, { ...body, groupId: '' })).toMatchObject({
      errorCode: ErrorCode.INVALID_GROUP_ID,
    });
  });

  it('answers a member that leaves in the shape of its version', () => {
    const stage = new CoordinatorStage();
    stage.lead();
    const unavailable = ErrorCode.COORDINATOR_NOT_AVAILABLE;
    const old = stage.ask<LeaveGroupResponse>(ApiKey.LeaveGroup, 2, {
      groupId: 'g',
      memberId: 'm',
      members: [],
    });
    expect(old).toEqual({ throttleTimeMs: 0, errorCode: unavailable, members: [] });
    const invalid = stage.ask<LeaveGroupResponse>(ApiKey.LeaveGroup, 3, {
      groupId: '',
      memberId: '',
      members: [],
    });
    expect(invalid.errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
  });

  it('lists, describes and deletes', () => {
    const stage = new CoordinatorStage();
    stage.lead();
    stage.ask(ApiKey.OffsetCommit, 9, commitBody(9));
    const listed = stage.ask<ListGroupsResponse>(ApiKey.ListGroups, 5, {
      statesFilter: ['EMPTY'],
      typesFilter: ['Classic'],
    });
    expect(listed.groups.map(({ groupId }) => groupId)).toEqual(['g']);
    const groups = ['g', 'h'];
    const body = { groups, includeAuthorizedOperations: true };
    const described = stage.ask<DescribeGroupsResponse>(ApiKey.DescribeGroups, 6, body);
    expect(described.groups).toMatchObject([
      { groupId: 'g', groupState: 'Empty', errorCode: ErrorCode.NONE },
      { groupId: 'h', groupState: 'Dead', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
    ]);
    const deleting = stage.send(ApiKey.DeleteGroups, 2, { groupsNames: ['g', 'g', 'h'] });
    expect(stage.answer(deleting)).toBeUndefined();
    stage.replicate();
    expect(stage.answer<DeleteGroupsResponse>(deleting)!.results).toMatchObject([
      { groupId: 'g', errorCode: ErrorCode.NONE },
      { groupId: 'h', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
    ]);
    expect([...stage.coordinator.groups()]).toEqual([]);
  });

  it('forgets positions of a topic that is deleted', () => {
    const stage = new CoordinatorStage();
    stage.lead();
    stage.ask(ApiKey.OffsetCommit, 9, commitBody(9));
    expect(stage.coordinator.position('g', 'a', 0)?.offset).toBe(42);
    stage.deleteTopic(TOPIC_A);
    expect(stage.coordinator.position('g', 'a', 0)).toBeUndefined();
  });

  it('knows everything again after it was away', () => {
    const stage = new CoordinatorStage();
    stage.lead();
    stage.ask(ApiKey.OffsetCommit, 9, commitBody(9));
    const waiting = stage.send(ApiKey.OffsetCommit, 9, commitBody(9, 43));
    stage.coordinator.onResigned(stage.now, 0, 2, stage.out);
    expect(codeOf(stage.answer(waiting)!)).toBe(ErrorCode.NOT_COORDINATOR);
    stage.lead(3);
    stage.replicate();
    const fetched = stage.ask<OffsetFetchResponse>(ApiKey.OffsetFetch, 9, fetchBody(9));
    expect(fetched.groups[0]!.topics[0]!.partitions[0]).toMatchObject({ committedOffset: 43 });
  });
});
