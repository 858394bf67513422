import { describe, expect, test } from 'vitest';
import {
  Admin,
  type AdminAction,
  type AdminConfig,
  type AdminDriver,
  type AdminListener,
  type AdminResult,
  adminConfig,
  createTopics,
  describeCluster,
  listOffsets,
} from '../../../../engine/client/index.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  type CreateTopicsRequest,
  createTopicsResponse,
  describeClusterResponse,
  ErrorCode,
  errorName,
  make,
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
