import { describe, expect, test } from 'vitest';
import {
  Admin,
  type AdminAction,
  type AdminCall,
  type AdminDriver,
  type AdminListener,
  type AdminResult,
  adminConfig,
  alterGroupOffsets,
  deleteGroup,
  deleteGroupOffsets,
  describeClassicGroup,
  describeConsumerGroup,
  listGroupOffsets,
  listGroups,
  removeMembersFromGroup,
} from '../../../../engine/client/index.ts';
import { MS } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  deleteGroupsResponse,
  ErrorCode,
  errorName,
  type FindCoordinatorRequest,
  findCoordinatorResponse,
  listGroupsResponse,
  make,
  offsetFetchResponse,
} from '../../../../engine/wire/index.ts';
import { ClientStage, FixedRandoms, type Received } from '../client-stage.ts';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** One admin that makes one call. */
class GroupStage implements AdminDriver, AdminListener {
  readonly stage = new ClientStage();
  readonly events: string[] = [];
  readonly #actions: AdminAction[];

  constructor(call: AdminCall) {
    this.#actions = [
      { do: 'call', id: 1, call },
      { do: 'think', until: Number.MAX_SAFE_INTEGER },
    ];
    this.stage.topic('t', [1, 3]);
    const config = adminConfig({ 'bootstrap.servers': ['b2:9092'] });
    this.stage.boot(new Admin({ config, driver: this, listener: this, randoms: new FixedRandoms() }));
  }

  next(): AdminAction {
    return this.#actions.shift()!;
  }
  onCall(): void {}
  onResult(_now: number, _id: number, _call: unknown, result: AdminResult): void {
    this.events.push(result.kind === 'failed' ? errorName(result.error.code) : 'response');
  }

  /** Answers the look-up; what it asked for. */
  coordinate(node: number): string {
    const received = this.one<FindCoordinatorRequest>(ApiKey.FindCoordinator);
    const [key = ''] = received.body.coordinatorKeys;
    const found = { key, nodeId: node, host: `b${node}`, port: 9092, errorCode: 0, errorMessage: null };
    this.stage.answer(received, make(findCoordinatorResponse, { coordinators: [found] }));
    return `${received.body.keyType} ${key}`;
  }

  one<Body extends object>(apiKey: number): Received<Body> {
    const taken = this.stage.take<Body>(apiKey);
    expect(taken).toHaveLength(1);
    return taken[0]!;
  }
}

describe('calls about groups', () => {
  test.each([
    [describeClassicGroup('g'), ApiKey.DescribeGroups, { groups: ['g'] }],
    [describeConsumerGroup('g'), ApiKey.ConsumerGroupDescribe, { groupIds: ['g'] }],
    [deleteGroup('g'), ApiKey.DeleteGroups, { groupsNames: ['g'] }],
    [
      listGroupOffsets('g', null, true),
      ApiKey.OffsetFetch,
      { groups: [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: null }], requireStable: true },
    ],
    [
      deleteGroupOffsets('g', [{ topic: 't', partition: 1 }]),
      ApiKey.OffsetDelete,
      { groupId: 'g', topics: [{ name: 't', partitions: [{ partitionIndex: 1 }] }] },
    ],
    [
      removeMembersFromGroup('g', [{ groupInstanceId: 'one' }, { memberId: 'm' }], 'gone'),
      ApiKey.LeaveGroup,
      {
        members: [
          { memberId: '', groupInstanceId: 'one', reason: 'gone' },
          { memberId: 'm', groupInstanceId: null, reason: 'gone' },
        ],
      },
    ],
    [
      alterGroupOffsets('g', [{ topic: 't', topicId: TOPIC_ID, partition: 1, offset: 7 }]),
      ApiKey.OffsetCommit,
      {
        groupId: 'g',
        memberId: '',
        generationIdOrMemberEpoch: -1,
        topics: [
          {
            topicId: TOPIC_ID,
            partitions: [{ partitionIndex: 1, committedOffset: 7, committedMetadata: '' }],
          },
        ],
      },
    ],
  ])('go to the coordinator of the group (%#)', (call, apiKey, body) => {
    const s = new GroupStage(call);
    expect(s.coordinate(3)).toBe('0 g');
    const received = s.one(apiKey);
    expect(received.broker).toBe(3);
    expect(received.body).toMatchObject(body);
  });

  test('groups are listed by one broker, with filters, once it has loaded', () => {
    const s = new GroupStage(listGroups(2, { states: ['Stable'], types: ['classic'] }));
    const received = s.one(ApiKey.ListGroups);
    expect(received.broker).toBe(2);
    expect(received.body).toEqual({ statesFilter: ['Stable'], typesFilter: ['classic'] });
    const loading = make(listGroupsResponse, { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS });
    s.stage.answer(received, loading);
    s.stage.advance(200 * MS);
    s.stage.answer(s.one(ApiKey.ListGroups), make(listGroupsResponse, {}));
    expect(s.events).toEqual(['response']);
  });

  test('a verdict on the group is the answer; one on the coordinator is not', () => {
    const s = new GroupStage(deleteGroup('g'));
    s.coordinate(3);
    const told = (errorCode: number) =>
      make(deleteGroupsResponse, { results: [{ groupId: 'g', errorCode, errorMessage: null }] });
    s.stage.answer(s.one(ApiKey.DeleteGroups), told(ErrorCode.NOT_COORDINATOR));
    s.stage.advance(200 * MS);
    expect(s.coordinate(1)).toBe('0 g');
    const again = s.one(ApiKey.DeleteGroups);
    expect(again.broker).toBe(1);
    s.stage.answer(again, told(ErrorCode.NON_EMPTY_GROUP));
    expect(s.events).toEqual(['response']);
  });

  test('positions that a transaction may still change are asked for again', () => {
    const s = new GroupStage(listGroupOffsets('g', [{ topic: 't', topicId: TOPIC_ID, partition: 1 }], true));
    s.coordinate(3);
    const told = (errorCode: number) =>
      make(offsetFetchResponse, {
        groups: [
          { groupId: 'g', topics: [{ topicId: TOPIC_ID, partitions: [{ partitionIndex: 1, errorCode }] }] },
        ],
      });
    s.stage.answer(s.one(ApiKey.OffsetFetch), told(ErrorCode.UNSTABLE_OFFSET_COMMIT));
    expect(s.events).toEqual([]);
    s.stage.advance(200 * MS);
    s.stage.answer(s.one(ApiKey.OffsetFetch), told(ErrorCode.NONE));
    expect(s.events).toEqual(['response']);
  });
});
