import { describe, expect, test } from 'vitest';
import {
  ErrorCode,
  type FetchRequest,
  type FetchResponse,
  type Partially,
} from '../../../engine/wire/index.ts';
import { batchOf, TestCluster, topicIdOf, valuesIn } from './cluster.ts';

type Asked = Partially<FetchRequest['topics'][number]['partitions'][number]>;

function ask(...partitions: readonly Asked[]): NonNullable<Partially<FetchRequest>['topics']> {
  const bounded = partitions.map((partition) => ({ partitionMaxBytes: 1 << 20, ...partition }));
  return [{ topicId: topicIdOf('t'), partitions: bounded }];
}

function told(body: FetchResponse | null): readonly number[] {
  return (body?.responses ?? []).flatMap((topic) => topic.partitions.map((each) => each.partitionIndex));
}

function withSession(partitions = 3): { cluster: TestCluster; sessionId: number } {
  const cluster = new TestCluster([1]);
  cluster.createTopic('t', [1], { partitions });
  const all = Array.from({ length: partitions }, (_, partition) => ({ partition }));
  const body = cluster.fetch(1, { sessionEpoch: 0, topics: ask(...all) }).body;
  expect(told(body)).toHaveLength(partitions);
  expect(body?.sessionId).toBeGreaterThan(0);
  return { cluster, sessionId: body?.sessionId ?? 0 };
}

describe('fetch session', () => {
  test('an incremental fetch is told only what changed', () => {
    const { cluster, sessionId } = withSession();
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 1 }).body)).toEqual([]);
    cluster.produceBatch(1, 't', batchOf('a'), 1, 100, 1);
    const body = cluster.fetch(1, { sessionId, sessionEpoch: 2 }).body;
    expect(told(body)).toEqual([1]);
    expect(valuesIn(body?.responses[0]?.partitions[0]?.records ?? null)).toEqual(['a']);
  });

  test('records that the reader did not take come again', () => {
    const { cluster, sessionId } = withSession();
    cluster.produceBatch(1, 't', batchOf('a'), 1, 100, 1);
    cluster.fetch(1, { sessionId, sessionEpoch: 1 });
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 2 }).body)).toEqual([1]);
    const topics = ask({ partition: 1, fetchOffset: 1 });
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 3, topics }).body)).toEqual([]);
  });

  test('an error is told on every fetch until it is over', () => {
    const { cluster, sessionId } = withSession();
    const topics = ask({ partition: 1, fetchOffset: 5 });
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 1, topics }).body)).toEqual([1]);
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 2 }).body)).toEqual([1]);
    expect(
      told(cluster.fetch(1, { sessionId, sessionEpoch: 3, topics: ask({ partition: 1 }) }).body),
    ).toEqual([1]);
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 4 }).body)).toEqual([]);
  });

  test('a forgotten partition is not read any more', () => {
    const { cluster, sessionId } = withSession();
    const forgottenTopicsData = [{ topicId: topicIdOf('t'), partitions: [1] }];
    cluster.fetch(1, { sessionId, sessionEpoch: 1, forgottenTopicsData });
    for (const index of [0, 1]) cluster.produceBatch(1, 't', batchOf('a'), 1, 100, index);
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 2 }).body)).toEqual([0]);
  });

  test('a session that forgets everything ends', () => {
    const { cluster, sessionId } = withSession();
    const forgottenTopicsData = [{ topicId: topicIdOf('t'), partitions: [0, 1, 2] }];
    expect(cluster.fetch(1, { sessionId, sessionEpoch: 1, forgottenTopicsData }).body?.sessionId).toBe(0);
    expect(cluster.fetch(1, { sessionId, sessionEpoch: 2 }).body?.errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    );
  });

  test('the wrong epoch, an unknown session and a mix of names and ids are refused', () => {
    const { cluster, sessionId } = withSession();
    expect(cluster.fetch(1, { sessionId, sessionEpoch: 2 }).body?.errorCode).toBe(
      ErrorCode.INVALID_FETCH_SESSION_EPOCH,
    );
    expect(cluster.fetch(1, { sessionId: sessionId + 1, sessionEpoch: 1 }).body?.errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    );
    expect(cluster.fetch(1, { sessionId, sessionEpoch: 1 }, 12).body?.errorCode).toBe(
      ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
    );
    expect(cluster.fetch(1, { sessionId, sessionEpoch: 1 }).body?.errorCode).toBe(ErrorCode.NONE);
  });

  test('a full fetch closes the session that it names', () => {
    const { cluster, sessionId } = withSession();
    const body = cluster.fetch(1, { sessionId, sessionEpoch: 0, topics: ask({ partition: 0 }) }).body;
    expect(body?.sessionId).not.toBe(sessionId);
    expect(cluster.fetch(1, { sessionId, sessionEpoch: 1 }).body?.errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    );
    const closed = cluster.fetch(1, {
      sessionId: body?.sessionId ?? 0,
      sessionEpoch: -1,
      topics: ask({ partition: 0 }),
    });
    expect(closed.body?.sessionId).toBe(0);
  });

  test('a leader epoch that a session learned once is checked on every fetch (R28)', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    const topics = ask({ partition: 0, currentLeaderEpoch: 0 });
    const { sessionId = 0 } = cluster.fetch(1, { sessionEpoch: 0, topics }).body ?? {};
    cluster.elect('t', 1, [1]);
    cluster.publish();
    const body = cluster.fetch(1, { sessionId, sessionEpoch: 1 }).body;
    expect(body?.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
  });

  test('the epoch moves with the request, not with its answer: a duplicate is refused (R28)', () => {
    const { cluster, sessionId } = withSession();
    const waiting = cluster.fetch(1, { sessionId, sessionEpoch: 1, maxWaitMs: 500, minBytes: 1 });
    const duplicate = cluster.fetch(1, { sessionId, sessionEpoch: 1, maxWaitMs: 500, minBytes: 1 });
    expect(duplicate.body?.errorCode).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
    expect(waiting.ended).toBe('not yet');
    const next = cluster.fetch(1, { sessionId, sessionEpoch: 2 });
    expect(next.body?.errorCode).toBe(ErrorCode.NONE);
    expect(waiting.body?.errorCode).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
  });

  test('who got records goes to the end of the line', () => {
    const { cluster, sessionId } = withSession(3);
    for (const index of [0, 1, 2]) cluster.produceBatch(1, 't', batchOf('a'), 1, 100, index);
    const order: number[] = [];
    for (let sessionEpoch = 1; sessionEpoch <= 3; sessionEpoch += 1) {
      const body = cluster.fetch(1, { sessionId, sessionEpoch, maxBytes: 1 }).body;
      const fed = body?.responses.flatMap((topic) => topic.partitions).find((each) => each.records?.length);
      order.push(fed?.partitionIndex ?? -1);
    }
    expect(order).toEqual([0, 1, 2]);
  });

  test('a full cache refuses a consumer, serves a follower, and gives way after two idle minutes', () => {
    const cluster = new TestCluster([1], { 'max.incremental.fetch.session.cache.slots': 1 });
    cluster.createTopic('t', [1, 2], { isr: [1] });
    const open = (replicaId: number) =>
      cluster.fetch(1, {
        sessionEpoch: 0,
        replicaState: { replicaId, replicaEpoch: -1 },
        topics: ask({ partition: 0 }),
      }).body?.sessionId ?? -1;
    const consumer = open(-1);
    expect(consumer).toBeGreaterThan(0);
    expect(open(-1)).toBe(0);
    const follower = open(2);
    expect(follower).toBeGreaterThan(0);
    expect(cluster.fetch(1, { sessionId: consumer, sessionEpoch: 1 }).body?.errorCode).toBe(
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    );
    expect(open(-1)).toBe(0);
    cluster.run(121_000);
    expect(open(-1)).toBeGreaterThan(0);
  });

  test('a topic deleted and made anew under its name is not the one the session reads', () => {
    const { cluster, sessionId } = withSession(1);
    cluster.write({ type: 'RemoveTopicRecord', topicId: topicIdOf('t') });
    cluster.createTopic('t', [1], { topicId: topicIdOf('t-again') });
    const body = cluster.fetch(1, { sessionId, sessionEpoch: 1 }).body;
    expect(body?.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.INCONSISTENT_TOPIC_ID);
  });

  test('an idle session reads none of its partitions', () => {
    const { cluster, sessionId } = withSession(200);
    const before = cluster.broker(1).work.partitions;
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 1 }).body)).toEqual([]);
    expect(cluster.broker(1).work.partitions).toBe(before);
    cluster.produceBatch(1, 't', batchOf('a'), 1, 100, 150);
    expect(told(cluster.fetch(1, { sessionId, sessionEpoch: 2 }).body)).toEqual([150]);
    expect(cluster.broker(1).work.partitions).toBe(before + 1);
  });

  test('between brokers only the first fetch names all partitions', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2], { partitions: 5 });
    cluster.run(2_000);
    const underWay = cluster.calls.find((call) => call.from === 2)?.body as FetchRequest;
    expect(underWay.sessionEpoch).toBeGreaterThan(1);
    expect(underWay.topics).toEqual([]);
    cluster.produceBatch(1, 't', batchOf('a'), -1, 1_000, 3);
    cluster.run(0);
    const next = cluster.calls.find((call) => call.from === 2)?.body as FetchRequest;
    expect(next.topics[0]?.partitions.map((each) => [each.partition, each.fetchOffset])).toEqual([[3, 1]]);
  });

  test('a leader that restarted and lost its sessions is asked for everything again', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2], { partitions: 2 });
    cluster.run(1_000);
    cluster.broker(1).crash();
    cluster.run(100);
    cluster.broker(1).restart();
    cluster.publish();
    cluster.produce(1, 't', ['a']);
    cluster.run(3_000);
    expect(cluster.broker(2).log('t').highWatermark).toBe(1);
  });
});
