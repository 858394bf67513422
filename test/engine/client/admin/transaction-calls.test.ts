import { describe, expect, test } from 'vitest';
import {
  Admin,
  type AdminAction,
  type AdminCall,
  type AdminConfig,
  type AdminDriver,
  type AdminListener,
  type AdminResult,
  abortTransaction,
  adminConfig,
  describeProducers,
  describeTransactions,
  fenceProducers,
  forceTerminateTransaction,
  listTransactions,
} from '../../../../engine/client/index.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  type DescribeTransactionsRequest,
  describeProducersResponse,
  describeTransactionsResponse,
  ErrorCode,
  errorName,
  type FindCoordinatorRequest,
  findCoordinatorResponse,
  initProducerIdResponse,
  type ListTransactionsRequest,
  make,
  type WriteTxnMarkersRequest,
  writeTxnMarkersResponse,
} from '../../../../engine/wire/index.ts';
import { ClientStage, FixedRandoms, type Received } from '../client-stage.ts';

class AdminStage implements AdminDriver, AdminListener {
  readonly stage = new ClientStage();
  readonly events: string[] = [];
  readonly #admin: Admin;
  readonly #actions: AdminAction[] = [];

  constructor(calls: readonly AdminCall[], config: Partial<AdminConfig> = {}) {
    for (const [index, call] of calls.entries()) this.#actions.push({ do: 'call', id: index + 1, call });
    this.#actions.push({ do: 'think', until: Number.MAX_SAFE_INTEGER });
    this.#admin = new Admin({
      config: adminConfig({ 'bootstrap.servers': ['b2:9092'], ...config }),
      driver: this,
      listener: this,
      randoms: new FixedRandoms(),
    });
    this.stage.topic('t', [1, 3]);
  }

  boot(): this {
    this.stage.boot(this.#admin);
    return this;
  }
  next(): AdminAction {
    return this.#actions.shift()!;
  }
  onCall(): void {}
  onResult(_now: number, id: number, _call: unknown, result: AdminResult): void {
    const failure =
      result.kind === 'failed' ? `${result.outcome} ${errorName(result.error.code)}` : 'response';
    this.events.push(`${id}: ${failure}`);
  }

  /** Answers the look-ups so far. */
  coordinate(node: number, errorCode: number = ErrorCode.NONE): string[] {
    return this.stage.take<FindCoordinatorRequest>(ApiKey.FindCoordinator).map((received) => {
      const [key = ''] = received.body.coordinatorKeys;
      const found = { key, nodeId: node, host: `b${node}`, port: 9092, errorCode, errorMessage: null };
      this.stage.answer(received, make(findCoordinatorResponse, { coordinators: [found] }));
      return `${received.body.keyType} ${key}`;
    });
  }

  one<Body extends object>(apiKey: number): Received<Body> {
    const taken = this.stage.take<Body>(apiKey);
    expect(taken).toHaveLength(1);
    return taken[0]!;
  }
}

const described = (errorCode: number) =>
  make(describeTransactionsResponse, {
    transactionStates: [{ transactionalId: 'tx', errorCode, transactionState: 'Ongoing' }],
  });

describe('calls to a coordinator', () => {
  test('look it up, and go to it', () => {
    const s = new AdminStage([describeTransactions('tx')]).boot();
    expect(s.coordinate(3)).toEqual(['1 tx']);
    const received = s.one<DescribeTransactionsRequest>(ApiKey.DescribeTransactions);
    expect(received.broker).toBe(3);
    expect(received.body.transactionalIds).toEqual(['tx']);
    s.stage.answer(received, described(ErrorCode.NONE));
    expect(s.events).toEqual(['1: response']);
  });

  test('look it up for each id; one request at a time goes to a broker', () => {
    const s = new AdminStage([describeTransactions('one'), describeTransactions('two')]).boot();
    expect(s.coordinate(1)).toEqual(['1 one', '1 two']);
    const brokers = s.stage.take(ApiKey.DescribeTransactions).map(({ broker }) => broker);
    expect(brokers).toEqual([1]);
  });

  test.each([ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE])(
    'look it up anew after error %i',
    (errorCode) => {
      const s = new AdminStage([describeTransactions('tx')]).boot();
      s.coordinate(3);
      s.stage.answer(s.one(ApiKey.DescribeTransactions), described(errorCode));
      s.stage.advance(200 * MS);
      expect(s.coordinate(1)).toEqual(['1 tx']);
      const received = s.one(ApiKey.DescribeTransactions);
      expect(received.broker).toBe(1);
      s.stage.answer(received, described(ErrorCode.NONE));
      expect(s.events).toEqual(['1: response']);
    },
  );

  test('ask the same one again while it loads', () => {
    const s = new AdminStage([describeTransactions('tx')]).boot();
    s.coordinate(3);
    s.stage.answer(s.one(ApiKey.DescribeTransactions), described(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS));
    s.stage.advance(200 * MS);
    expect(s.stage.take(ApiKey.FindCoordinator)).toEqual([]);
    expect(s.one(ApiKey.DescribeTransactions).broker).toBe(3);
  });

  test('look it up anew when its connection breaks, and when there is none', () => {
    const s = new AdminStage([describeTransactions('tx')]).boot();
    s.coordinate(3);
    s.stage.down.add(3);
    s.stage.drop(s.one(ApiKey.DescribeTransactions));
    s.stage.advance(300 * MS);
    // Nobody has noticed yet: the one that is gone is found again.
    expect(s.coordinate(3)).toEqual(['1 tx']);
    s.stage.advance(500 * MS);
    expect(s.coordinate(1)).toEqual(['1 tx']);
    s.stage.advance(100 * MS);
    expect(s.one(ApiKey.DescribeTransactions).broker).toBe(1);
  });

  test('fail when it may not be known, and when there is none in time', () => {
    const s = new AdminStage([describeTransactions('tx')]).boot();
    s.coordinate(-1, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    expect(s.events).toEqual(['1: fail TRANSACTIONAL_ID_AUTHORIZATION_FAILED']);
    const other = new AdminStage([describeTransactions('tx')], { 'default.api.timeout.ms': 1_000 }).boot();
    for (let each = 0; each < 20; each++) {
      other.coordinate(-1, ErrorCode.COORDINATOR_NOT_AVAILABLE);
      other.stage.advance(100 * MS);
    }
    expect(other.events).toEqual(['1: fail REQUEST_TIMED_OUT']);
  });

  test('a look-up whose call has ended is answered into nothing', () => {
    const s = new AdminStage([describeTransactions('tx')], { 'default.api.timeout.ms': 1_000 }).boot();
    s.stage.advance(1 * SECOND);
    expect(s.events).toEqual(['1: fail REQUEST_TIMED_OUT']);
    s.coordinate(3);
    expect(s.stage.take(ApiKey.DescribeTransactions)).toEqual([]);
  });
});

describe('calls about transactions', () => {
  test('a producer is fenced by one that begins, however often it must ask', () => {
    const s = new AdminStage([fenceProducers('tx'), forceTerminateTransaction('ty')]).boot();
    s.coordinate(3);
    s.coordinate(3);
    const first = s.one(ApiKey.InitProducerId);
    expect(first.body).toMatchObject({ transactionalId: 'tx', transactionTimeoutMs: 30_000, producerId: -1 });
    const busy = make(initProducerIdResponse, { errorCode: ErrorCode.CONCURRENT_TRANSACTIONS });
    s.stage.answer(first, busy);
    const done = make(initProducerIdResponse, { producerId: 7, producerEpoch: 2 });
    s.stage.answer(s.one(ApiKey.InitProducerId), done);
    s.stage.advance(200 * MS);
    s.stage.answer(s.one(ApiKey.InitProducerId), done);
    expect(s.events).toEqual(['2: response', '1: response']);
  });

  test('producers are described by the leader, or by the broker that is asked for', () => {
    const s = new AdminStage([describeProducers('t', 1), describeProducers('t', 1, 2)]).boot();
    const taken = s.stage.take(ApiKey.DescribeProducers);
    expect(taken.map(({ broker }) => broker)).toEqual([3, 2]);
    const answer = make(describeProducersResponse, {
      topics: [
        { name: 't', partitions: [{ partitionIndex: 1, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }] },
      ],
    });
    for (const each of taken) s.stage.answer(each, answer);
    // Where a leader was looked for, another one is.
    expect(s.events).toEqual(['2: response']);
    s.stage.move('t', 1, 1);
    s.stage.advance(200 * MS);
    expect(s.one(ApiKey.DescribeProducers).broker).toBe(1);
  });

  test('transactions are listed by one broker, with filters', () => {
    const filters = { states: ['Ongoing'], producerIds: [5], durationMs: 9, pattern: 't.*' };
    const s = new AdminStage([listTransactions(2, filters)]).boot();
    const received = s.one<ListTransactionsRequest>(ApiKey.ListTransactions);
    expect(received.broker).toBe(2);
    expect(received.body).toEqual({
      stateFilters: ['Ongoing'],
      producerIdFilters: [5],
      durationFilter: 9,
      transactionalIdPattern: 't.*',
    });
  });

  test('a hanging transaction is aborted by a marker that goes straight to the partition', () => {
    const hanging = { topic: 't', partition: 1, producerId: 7, producerEpoch: 3, coordinatorEpoch: 4 };
    const s = new AdminStage([abortTransaction(hanging)]).boot();
    const received = s.one<WriteTxnMarkersRequest>(ApiKey.WriteTxnMarkers);
    expect(received.broker).toBe(3);
    expect(received.body.markers).toEqual([
      {
        producerId: 7,
        producerEpoch: 3,
        transactionResult: false,
        topics: [{ name: 't', partitionIndexes: [1] }],
        coordinatorEpoch: 4,
        transactionVersion: 0,
      },
    ]);
    const partitions = [{ partitionIndex: 1, errorCode: ErrorCode.TRANSACTION_COORDINATOR_FENCED }];
    const told = make(writeTxnMarkersResponse, {
      markers: [{ producerId: 7, topics: [{ name: 't', partitions }] }],
    });
    s.stage.answer(received, told);
    expect(s.events).toEqual(['1: response']);
  });
});
