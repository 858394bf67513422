import { describe, expect, test } from 'vitest';
import {
  Admin,
  type AdminAction,
  type AdminCall,
  type AdminConfig,
  type AdminDriver,
  type AdminListener,
  type AdminResult,
  addRaftVoter,
  adminConfig,
  alterConfigs,
  alterPartitionReassignments,
  alterReplicaLogDirs,
  createPartitions,
  createTopics,
  deleteRecords,
  describeCluster,
  describeConfigs,
  describeFeatures,
  describeLogDirs,
  describeQuorum,
  electLeaders,
  firstError,
  incrementalAlterConfigs,
  listConfigResources,
  listOffsets,
  listPartitionReassignments,
  removeRaftVoter,
  unregisterBroker,
  updateFeatures,
} from '../../../../engine/client/index.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  type CreateTopicsRequest,
  createTopicsResponse,
  type DeleteRecordsRequest,
  deleteRecordsResponse,
  describeClusterResponse,
  ErrorCode,
  errorName,
  make,
  ZERO_UUID,
} from '../../../../engine/wire/index.ts';
import { ClientStage, FixedRandoms } from '../client-stage.ts';

class AdminStage implements AdminDriver, AdminListener {
  readonly stage = new ClientStage();
  readonly actions: AdminAction[] = [];
  readonly events: string[] = [];
  readonly admin: Admin;

  constructor(config: Partial<AdminConfig> = {}) {
    this.admin = new Admin({
      config: adminConfig({ 'bootstrap.servers': ['b2:9092'], ...config }),
      driver: this,
      listener: this,
      randoms: new FixedRandoms(),
    });
  }
  start(...actions: AdminAction[]): this {
    this.actions.push(...actions);
    this.stage.boot(this.admin);
    return this;
  }
  next(): AdminAction {
    return this.actions.shift() ?? ({ do: 'await calls' } as AdminAction);
  }
  onCall(): void {}
  onResult(_now: number, id: number, _call: unknown, result: AdminResult): void {
    const what =
      result.kind === 'response' ? 'response' : `${result.outcome} ${errorName(result.error.code)}`;
    this.events.push(`${id}: ${what}`);
  }
}

const newTopic: AdminAction = {
  do: 'call',
  id: 1,
  call: createTopics([
    { name: 'n', partitions: 3, replicationFactor: 2, configs: { 'min.insync.replicas': '2' } },
  ]),
};
const close: AdminAction = { do: 'think', until: Number.MAX_SAFE_INTEGER };
const created = (errorCode: number) =>
  make(createTopicsResponse, { topics: [{ name: 'n', errorCode, errorMessage: null }] });

describe('admin', () => {
  test('a call goes to the broker that metadata names as controller, its response comes back', () => {
    const s = new AdminStage();
    s.stage.controllerId = 3;
    s.start(newTopic, close);
    const [received] = s.stage.take<CreateTopicsRequest>(ApiKey.CreateTopics);
    expect(received!.broker).toBe(3);
    expect(received!.body.topics[0]).toEqual({
      name: 'n',
      numPartitions: 3,
      replicationFactor: 2,
      assignments: [],
      configs: [{ name: 'min.insync.replicas', value: '2' }],
    });
    s.stage.answer(received!, created(ErrorCode.NONE));
    expect(s.events).toEqual(['1: response']);
  });

  test('a verdict that is final is a response, not a failure', () => {
    const s = new AdminStage().start(newTopic, close);
    s.stage.answer(s.stage.take(ApiKey.CreateTopics)[0]!, created(ErrorCode.TOPIC_ALREADY_EXISTS));
    expect(s.events).toEqual(['1: response']);
  });

  test('NOT_CONTROLLER is asked again after a backoff', () => {
    const s = new AdminStage().start(newTopic, close);
    s.stage.answer(s.stage.take(ApiKey.CreateTopics)[0]!, created(ErrorCode.NOT_CONTROLLER));
    s.stage.controllerId = 2;
    s.stage.advance(99 * MS);
    expect(s.stage.take(ApiKey.CreateTopics)).toEqual([]);
    s.stage.advance(100 * MS);
    expect(s.stage.take(ApiKey.CreateTopics).map(({ broker }) => broker)).toEqual([2]);
  });

  test('a call whose answer was lost is unknown when its time is up', () => {
    const s = new AdminStage({ 'default.api.timeout.ms': 1_000 }).start(newTopic, close);
    s.stage.drop(s.stage.take(ApiKey.CreateTopics)[0]!);
    for (const broker of [1, 2, 3]) s.stage.down.add(broker);
    s.stage.advance(1 * SECOND);
    expect(s.events).toEqual(['1: unknown REQUEST_TIMED_OUT']);
  });

  test('a call that never left has certainly not happened', () => {
    const s = new AdminStage({ 'default.api.timeout.ms': 1_000 });
    for (const broker of [1, 2, 3]) s.stage.down.add(broker);
    s.start(newTopic, close);
    s.stage.advance(1 * SECOND);
    expect(s.events).toEqual(['1: fail REQUEST_TIMED_OUT']);
  });

  test('a late answer to a call that was given up says nothing', () => {
    const s = new AdminStage({ 'default.api.timeout.ms': 1_000 }).start(newTopic, close);
    const [received] = s.stage.take(ApiKey.CreateTopics);
    s.stage.advance(1 * SECOND);
    s.stage.answer(received!, created(ErrorCode.NONE));
    expect(s.events).toEqual(['1: unknown REQUEST_TIMED_OUT']);
  });

  test('a call about a partition goes to its leader', () => {
    const s = new AdminStage();
    s.stage.topic('t', [1, 3]);
    s.start({ do: 'call', id: 1, call: listOffsets('t', 1, -1) }, close);
    expect(s.stage.take(ApiKey.ListOffsets).map(({ broker }) => broker)).toEqual([3]);
  });

  test('waits for its calls, and then goes on', () => {
    const s = new AdminStage().start(
      { do: 'call', id: 1, call: describeCluster() },
      { do: 'await calls' },
      { do: 'close' },
    );
    expect(s.stage.out.exited).toBe(null);
    s.stage.answer(
      s.stage.take(ApiKey.DescribeCluster)[0]!,
      make(describeClusterResponse, { clusterId: 'c' }),
    );
    expect(s.events).toEqual(['1: response']);
    expect(s.stage.out.exited).toBe('clean');
  });

  test('a shutdown ends what is open', () => {
    const s = new AdminStage().start(newTopic, close);
    s.stage.input({ kind: 'shutdown' });
    expect(s.events).toEqual(['1: unknown REQUEST_TIMED_OUT']);
    expect(s.stage.out.exited).toBe('clean');
  });
});

describe('what an admin can ask', () => {
  const topic = { kind: 'topic', name: 't' } as const;
  const change = { key: 'retention.ms', operation: 'set', value: '1' } as const;
  const listeners = [{ name: 'CONTROLLER', host: 'c4', port: 9093 }];
  const upgrade = { feature: 'metadata.version', level: 30, kind: 'upgrade' } as const;
  const here = [{ topic: 't', partition: 1 }];

  /** `t-1` is led by 3, metadata names 2 as controller, and the least loaded broker is the first that answers. */
  const calls: readonly (readonly [name: string, call: AdminCall, broker: number | 'any'])[] = [
    ['createPartitions', createPartitions([{ name: 't', count: 4, assignments: [[1, 2]] }]), 2],
    ['electLeaders', electLeaders('unclean', here), 2],
    ['alterPartitionReassignments', alterPartitionReassignments([{ ...here[0]!, replicas: [3, 1] }]), 2],
    ['listPartitionReassignments', listPartitionReassignments(here), 2],
    ['deleteRecords', deleteRecords('t', 1, 10), 3],
    ['listOffsets', listOffsets('t', 1, -2), 3],
    ['describeConfigs of a topic', describeConfigs(topic), 'any'],
    ['describeConfigs of a broker', describeConfigs({ kind: 'broker', id: 1 }, ['log.dirs']), 1],
    ['incrementalAlterConfigs of a topic', incrementalAlterConfigs(topic, [change]), 'any'],
    ['incrementalAlterConfigs of a broker', incrementalAlterConfigs({ kind: 'broker', id: 3 }, [change]), 3],
    [
      'incrementalAlterConfigs of all',
      incrementalAlterConfigs({ kind: 'broker', id: null }, [change]),
      'any',
    ],
    ['alterConfigs', alterConfigs(topic, { 'retention.ms': '1' }), 'any'],
    ['listConfigResources', listConfigResources(), 'any'],
    ['describeLogDirs', describeLogDirs(3, null), 3],
    ['alterReplicaLogDirs', alterReplicaLogDirs(1, '/data2', here), 1],
    ['unregisterBroker', unregisterBroker(3), 'any'],
    ['updateFeatures', updateFeatures([upgrade]), 2],
    ['describeFeatures', describeFeatures(), 'any'],
    ['describeQuorum', describeQuorum(), 'any'],
    ['addRaftVoter', addRaftVoter(104, ZERO_UUID, listeners), 'any'],
    ['removeRaftVoter', removeRaftVoter(103, ZERO_UUID), 'any'],
  ];

  test.each(calls)('%s travels as the wire has it, to whom it concerns', (_, call, broker) => {
    const s = new AdminStage();
    s.stage.controllerId = 2;
    s.stage.topic('t', [1, 3]);
    s.start({ do: 'call', id: 1, call }, close);
    if (call.apiKey === ApiKey.ApiVersions) {
      expect(s.events).toEqual(['1: response']);
      return;
    }
    // The stage holds every request against its schema before it keeps it.
    const received = s.stage.take(call.apiKey);
    expect(received).toHaveLength(1);
    if (broker !== 'any') expect(received[0]!.broker).toBe(broker);
  });

  test('a call about a partition follows its leader when the old one refuses', () => {
    const s = new AdminStage();
    s.stage.topic('t', [1, 3]);
    s.start({ do: 'call', id: 1, call: deleteRecords('t', 1, 10) }, close);
    const refused = (errorCode: number) =>
      make(deleteRecordsResponse, {
        topics: [{ name: 't', partitions: [{ partitionIndex: 1, lowWatermark: 10, errorCode }] }],
      });
    const [first] = s.stage.take<DeleteRecordsRequest>(ApiKey.DeleteRecords);
    s.stage.move('t', 1, 2);
    s.stage.answer(first!, refused(ErrorCode.NOT_LEADER_OR_FOLLOWER));
    s.stage.advance(250 * MS);
    const [again] = s.stage.take<DeleteRecordsRequest>(ApiKey.DeleteRecords);
    expect(again!.broker).toBe(2);
    s.stage.answer(again!, refused(ErrorCode.OFFSET_OUT_OF_RANGE));
    expect(s.events).toEqual(['1: response']);
  });

  test('the first error is found however deep it lies', () => {
    expect(firstError({ errorCode: 0, topics: [{ errorCode: 0, partitions: [{ errorCode: 0 }] }] })).toBe(
      null,
    );
    const deep = { topics: [{ partitions: [{ errorCode: 0 }, { errorCode: 6, errorMessage: 'moved' }] }] };
    expect(firstError(deep)).toEqual({ code: 6, message: 'moved' });
    expect(firstError({ errorCode: 41, topics: [{ errorCode: 3 }] })).toEqual({ code: 41, message: '' });
  });
});
