import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import { buildBatch } from '../../../engine/records/index.ts';
import {
  type AddPartitionsToTxnResponse,
  ApiKey,
  type DescribeTransactionsResponse,
  type EndTxnResponse,
  ErrorCode,
  type FindCoordinatorResponse,
  type InitProducerIdResponse,
  type ProduceResponse,
  type WriteTxnMarkersResponse,
} from '../../../engine/wire/index.ts';
import { TinyCluster } from './tiny-cluster.ts';

const CONFIG = { 'offsets.topic.num.partitions': 4, 'transaction.state.log.num.partitions': 4 };
const TRANSACTION = 1;

function started(codec: 'objects' | 'bytes'): TinyCluster {
  const cluster = new TinyCluster({ codec, config: CONFIG });
  expect(cluster.started()).toBe(true);
  expect(cluster.createTopic('t', 3, 3)).toMatchObject({ errorCode: 0 });
  return cluster;
}

/** Asks whoever coordinates `x` now, until the answer is not "come again". */
function ask<Body extends object>(
  cluster: TinyCluster,
  apiKey: number,
  body: object,
  errorOf: (answer: Body) => number,
): Body {
  const retriable: number[] = [
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.CONCURRENT_TRANSACTIONS,
  ];
  for (let tries = 0; tries < 60; tries++) {
    const node = coordinatorNode(cluster);
    const answer = node < 0 ? 'nobody' : cluster.client.ask<Body>(node, apiKey, body);
    if (typeof answer !== 'string' && !retriable.includes(errorOf(answer))) return answer;
    cluster.until(() => false, SECOND / 2);
  }
  throw new Error(`API ${apiKey} is not answered`);
}

function coordinatorNode(cluster: TinyCluster): number {
  const body = { key: '', keyType: TRANSACTION, coordinatorKeys: ['x'] };
  const found = cluster.client.ask<FindCoordinatorResponse>(
    cluster.running()[0]!,
    ApiKey.FindCoordinator,
    body,
  );
  return typeof found === 'string' ? -1 : found.coordinators[0]!.nodeId;
}

function begin(cluster: TinyCluster) {
  const body = {
    transactionalId: 'x',
    transactionTimeoutMs: 60_000,
    producerId: -1,
    producerEpoch: -1,
    enable2Pc: false,
    keepPreparedTxn: false,
  };
  const { producerEpoch, producerId } = ask<InitProducerIdResponse>(
    cluster,
    ApiKey.InitProducerId,
    body,
    ({ errorCode }) => errorCode,
  );
  return { transactionalId: 'x', producerId, producerEpoch };
}

function add(cluster: TinyCluster, producer: ReturnType<typeof begin>): number {
  const topics = [{ name: 't', partitions: [0, 1, 2] }];
  const body = {
    transactions: [{ ...producer, verifyOnly: false, topics }],
    v3AndBelowTransactionalId: '',
    v3AndBelowProducerId: 0,
    v3AndBelowProducerEpoch: 0,
    v3AndBelowTopics: [],
  };
  const codeOf = ({ resultsByTransaction }: AddPartitionsToTxnResponse) =>
    resultsByTransaction[0]!.topicResults[0]!.resultsByPartition[0]!.partitionErrorCode;
  return codeOf(ask(cluster, ApiKey.AddPartitionsToTxn, body, codeOf));
}

function state(cluster: TinyCluster): string {
  const body = { transactionalIds: ['x'] };
  const { transactionStates } = ask<DescribeTransactionsResponse>(
    cluster,
    ApiKey.DescribeTransactions,
    body,
    ({ transactionStates: [first] }) => first!.errorCode,
  );
  return transactionStates[0]!.transactionState;
}

function end(cluster: TinyCluster, producer: ReturnType<typeof begin>, committed: boolean): EndTxnResponse {
  const body = { ...producer, committed };
  return ask<EndTxnResponse>(cluster, ApiKey.EndTxn, body, ({ errorCode }) => errorCode);
}

function leaderOf(cluster: TinyCluster): number {
  return cluster.activeController()!.image.topicsByName.get('t')!.partitions[0]!.leader;
}

/** One record at the beginning of a transaction. A client comes again while the one before is being ended. */
function write(
  cluster: TinyCluster,
  producer: ReturnType<typeof begin>,
  transactionalId: string | null,
): number {
  const { producerEpoch, producerId } = producer;
  const batch = buildBatch({ producerId, producerEpoch, baseSequence: 0, isTransactional: true }, [
    { timestamp: 1_000, key: null, value: Uint8Array.of(1) },
  ]);
  const partitionData = [{ index: 0, records: [batch] }];
  const topicData = [{ name: '', topicId: cluster.topicId('t'), partitionData }];
  const body = { transactionalId, acks: -1, timeoutMs: 10_000, topicData };
  for (let tries = 0; tries < 60; tries++) {
    const answer = cluster.client.ask<ProduceResponse>(leaderOf(cluster), ApiKey.Produce, body);
    if (typeof answer === 'string') throw new Error(answer);
    const { errorCode } = answer.responses[0]!.partitionResponses[0]!;
    if (errorCode !== ErrorCode.CONCURRENT_TRANSACTIONS && errorCode !== ErrorCode.NOT_ENOUGH_REPLICAS) {
      return errorCode;
    }
    cluster.until(() => false, SECOND / 50);
  }
  return ErrorCode.CONCURRENT_TRANSACTIONS;
}

function settled(cluster: TinyCluster): string {
  for (let tries = 0; tries < 60; tries++) {
    const now = state(cluster);
    if (!now.startsWith('Prepare')) return now;
    cluster.until(() => false, SECOND / 2);
  }
  return 'not settled';
}

describe('transactions of a cluster', () => {
  for (const codec of ['objects', 'bytes'] as const) {
    test(`a transaction over partitions of all brokers is committed (${codec})`, () => {
      const cluster = started(codec);
      const producer = begin(cluster);
      expect(add(cluster, producer)).toBe(ErrorCode.NONE);
      expect(state(cluster)).toBe('Ongoing');
      expect(end(cluster, producer, true)).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 1 });
      expect(settled(cluster)).toBe('CompleteCommit');
    });
  }

  test('a producer that begins aborts what the one before it left open', () => {
    const cluster = started('objects');
    const old = begin(cluster);
    add(cluster, old);
    const next = begin(cluster);
    expect(next).toEqual({ ...old, producerEpoch: 2 });
    expect(state(cluster)).toBe('Empty');
    expect(add(cluster, old)).toBe(ErrorCode.PRODUCER_FENCED);
  });

  test('a decision outlives its coordinator, and a partition whose leader is gone gets its marker from the next', () => {
    const cluster = started('objects');
    const producer = begin(cluster);
    add(cluster, producer);
    const coordinator = coordinatorNode(cluster);
    const leader = cluster.running().find((id) => id !== coordinator)!;
    cluster.broker(leader).kill();
    expect(end(cluster, producer, true)).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 1 });
    expect(state(cluster)).toBe('PrepareCommit');
    expect(settled(cluster)).toBe('CompleteCommit');
    cluster.broker(coordinator).kill();
    expect(settled(cluster)).toBe('CompleteCommit');
    expect(end(cluster, producer, true)).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 1 });
  });

  test('whoever does not coordinate a group refuses its marker as one who does not lead', () => {
    const cluster = started('objects');
    const looked = { key: '', keyType: 0, coordinatorKeys: ['g'] };
    const find = () => {
      const via = cluster.running()[0]!;
      const found = cluster.client.ask<FindCoordinatorResponse>(via, ApiKey.FindCoordinator, looked);
      return typeof found === 'string' ? -1 : found.coordinators[0]!.nodeId;
    };
    for (let tries = 0; tries < 20 && find() < 0; tries++) cluster.until(() => false, SECOND / 2);
    const topics = [{ name: '__consumer_offsets', partitionIndexes: [0, 1, 2, 3] }];
    const marker = { producerId: 7, producerEpoch: 1, transactionResult: true, coordinatorEpoch: 0 };
    const body = { markers: [{ ...marker, topics, transactionVersion: 0 }] };
    const told = cluster.client.ask<WriteTxnMarkersResponse>(find(), ApiKey.WriteTxnMarkers, body);
    if (typeof told === 'string') throw new Error(told);
    const codes = told.markers[0]!.topics[0]!.partitions.map(({ errorCode }) => errorCode);
    expect(new Set(codes)).toEqual(new Set([ErrorCode.NONE, ErrorCode.NOT_LEADER_OR_FOLLOWER]));
  });

  test('a transaction may write as soon as the one before is decided, while its markers are on their way', () => {
    const cluster = started('objects');
    let producer = begin(cluster);
    for (let round = 0; round < 4; round++) {
      expect(write(cluster, producer, 'x')).toBe(ErrorCode.NONE);
      const { producerEpoch, producerId } = end(cluster, producer, true);
      producer = { ...producer, producerId, producerEpoch };
    }
    expect(producer.producerEpoch).toBe(4);
  });

  test('records of a transaction that names nobody are refused: nobody would ever end it (KAFKA-14916)', () => {
    const cluster = started('objects');
    const producer = begin(cluster);
    expect(write(cluster, producer, null)).toBe(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    const replicas = [...cluster.brokerView(leaderOf(cluster))!.replicas()];
    const written = replicas.find(({ index, topic }) => topic === 't' && index === 0);
    expect(written?.log?.logEndOffset).toBe(0);
  });
});
