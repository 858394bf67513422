import { describe, expect, test } from 'vitest';
import { ErrorCode, type ProduceResponse, ZERO_UUID } from '../../../engine/wire/index.ts';
import { type Answer, batchOf, TestCluster, topicIdOf, valuesIn } from './cluster.ts';

function verdict(answer: Answer<ProduceResponse>, partition = 0) {
  return answer.body?.responses[0]?.partitionResponses[partition];
}

describe('produce', () => {
  test('acks=all is answered once the whole ISR has the records', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.holds = (call) => call.from === 3;
    const answer = cluster.produce(1, 't', ['a']);
    cluster.run(100);
    expect(answer.ended).toBe('not yet');
    cluster.holds = () => false;
    cluster.run(1_000);
    expect(verdict(answer)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0, logStartOffset: 0 });
    const fetched = cluster.consume(1, 't', 0).responses[0]?.partitions[0];
    expect(valuesIn(fetched?.records ?? null)).toEqual(['a']);
  });

  test('acks=1 is answered by the leader alone', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = () => true;
    expect(verdict(cluster.produce(1, 't', ['a'], 1))).toMatchObject({
      errorCode: ErrorCode.NONE,
      baseOffset: 0,
    });
    expect(cluster.broker(1).log('t').highWatermark).toBe(0);
  });

  test('acks=0 is never answered', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    expect(cluster.produce(1, 't', ['a'], 0).ended).toBe('silently');
    expect(cluster.broker(1).log('t').logEndOffset).toBe(1);
  });

  test('acks=0 in error ends the connection', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [2, 1]);
    expect(cluster.produce(1, 't', ['a'], 0).ended).toBe('disconnected');
  });

  test('acks=all is refused, and nothing appended, when the ISR is below the minimum', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.holds = () => true;
    cluster.createTopic('t', [1, 2], { isr: [1], minIsr: 2 });
    expect(verdict(cluster.produce(1, 't', ['a']))).toMatchObject({
      errorCode: ErrorCode.NOT_ENOUGH_REPLICAS,
      baseOffset: -1,
      logStartOffset: 0,
    });
    expect(cluster.broker(1).log('t').logEndOffset).toBe(0);
  });

  test('acks=all that times out keeps its records and says so', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2;
    const answer = cluster.produce(1, 't', ['a'], -1, 1_000);
    cluster.run(999);
    expect(answer.ended).toBe('not yet');
    cluster.run(1);
    expect(verdict(answer)?.errorCode).toBe(ErrorCode.REQUEST_TIMED_OUT);
    expect(cluster.broker(1).log('t').logEndOffset).toBe(1);
  });

  test('a minimum raised while acks=all waits makes it wait on', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2, 3], { isr: [1, 2], minIsr: 2 });
    cluster.holds = (call) => call.from === 2;
    const answer = cluster.produce(1, 't', ['a']);
    cluster.configure('t', 'min.insync.replicas', '3');
    cluster.publish(1);
    cluster.holds = () => false;
    cluster.run(2_000);
    // Strict min ISR: the high watermark stands, so this neither succeeds nor fails before its time-out.
    expect(cluster.broker(2).log('t').logEndOffset).toBe(1);
    expect(answer.ended).toBe('not yet');
    cluster.run(30_000);
    expect(verdict(answer)?.errorCode).toBe(ErrorCode.REQUEST_TIMED_OUT);
  });

  test('a leader that loses its place tells who waits', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2;
    const answer = cluster.produce(1, 't', ['a']);
    cluster.elect('t', 2, [1, 2]);
    cluster.publish(1);
    expect(verdict(answer)).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: 2, leaderEpoch: 1 },
    });
  });

  test('a deleted topic tells who waits', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2;
    const answer = cluster.produce(1, 't', ['a']);
    cluster.write({ type: 'RemoveTopicRecord', topicId: topicIdOf('t') });
    cluster.publish(1);
    expect(verdict(answer)?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(cluster.broker(1).replicas.view('t', 0)).toBeUndefined();
    expect(cluster.broker(1).disk.list('/data')).toEqual([]);
  });

  test('a topic created again under its name starts with an empty log', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    cluster.produce(1, 't', ['a']);
    cluster.write({ type: 'RemoveTopicRecord', topicId: topicIdOf('t') });
    // Both in one delta: the deletion comes first.
    cluster.createTopic('t', [1], { topicId: topicIdOf('t-again') });
    expect(cluster.broker(1).log('t').logEndOffset).toBe(0);
    expect(cluster.broker(1).log('t').topicId).toBe(topicIdOf('t-again'));
  });

  test('one request waits for all of its partitions and reports each', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2], { partitions: 2 });
    cluster.createTopic('u', [2, 1]);
    const records = [batchOf('a')];
    const answer = cluster.produceBody(1, {
      acks: -1,
      timeoutMs: 5_000,
      topicData: [
        {
          topicId: topicIdOf('t'),
          partitionData: [
            { index: 0, records },
            { index: 1, records },
            { index: 7, records },
          ],
        },
        { topicId: topicIdOf('u'), partitionData: [{ index: 0, records }] },
        { topicId: topicIdOf('nobody'), partitionData: [{ index: 0, records }] },
      ],
    });
    cluster.run(2_000);
    const codes = answer.body?.responses.map((topic) =>
      topic.partitionResponses.map((each) => each.errorCode),
    );
    expect(codes).toEqual([
      [ErrorCode.NONE, ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [ErrorCode.NOT_LEADER_OR_FOLLOWER],
      [ErrorCode.UNKNOWN_TOPIC_ID],
    ]);
  });

  test('a version without topic ids names topics', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    const topicData = [{ name: 't', partitionData: [{ index: 0, records: [batchOf('a')] }] }];
    const answer = cluster.produceBody(1, { acks: -1, timeoutMs: 100, topicData }, 4);
    expect(answer.body?.responses[0]).toMatchObject({ name: 't', topicId: ZERO_UUID });
    expect(verdict(answer)).toMatchObject({ errorCode: ErrorCode.NONE, logStartOffset: -1 });
  });

  test.each([
    ['no records', [], ErrorCode.INVALID_RECORD],
    ['two batches', [batchOf('a'), batchOf('b')], ErrorCode.INVALID_RECORD],
    ['a torn batch', [batchOf('a').subarray(0, 40)], ErrorCode.CORRUPT_MESSAGE],
    ['a changed byte', [flipped(batchOf('a'))], ErrorCode.CORRUPT_MESSAGE],
  ])('%s is refused', (_what, records, errorCode) => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    const topicData = [{ topicId: topicIdOf('t'), partitionData: [{ index: 0, records }] }];
    expect(verdict(cluster.produceBody(1, { acks: -1, topicData }))?.errorCode).toBe(errorCode);
    expect(cluster.broker(1).log('t').logEndOffset).toBe(0);
  });

  test('acks out of range and internal topics are refused', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    cluster.createTopic('__consumer_offsets', [1]);
    expect(verdict(cluster.produce(1, 't', ['a'], 2))?.errorCode).toBe(ErrorCode.INVALID_REQUIRED_ACKS);
    expect(verdict(cluster.produce(1, '__consumer_offsets', ['a']))?.errorCode).toBe(
      ErrorCode.INVALID_TOPIC_EXCEPTION,
    );
  });

  test('with flush.messages nobody vouches for records that are not durable', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.configure('t', 'flush.messages', '1');
    cluster.publish();
    const answer = cluster.produce(1, 't', ['a']);
    cluster.run(5_000);
    // 2 has the record, and does not ask for the next one before it is on its disk.
    expect(cluster.broker(2).log('t').logEndOffset).toBe(1);
    expect(answer.ended).toBe('not yet');
    cluster.broker(2).completeSyncs();
    cluster.run(0);
    expect(answer.ended).toBe('answered');
    expect(answer.sync).toBeGreaterThan(0);
  });

  test('a disk that fails takes every replica of the broker offline', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.createTopic('u', [2, 1]);
    cluster.holds = (call) => call.from === 2;
    const waiting = cluster.produce(1, 't', ['a']);
    cluster.broker(1).disk.failing = true;
    expect(verdict(cluster.produce(1, 't', ['b']))?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(verdict(waiting)?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect([...cluster.broker(1).replicas.views()].map((view) => view.role.kind)).toEqual([
      'offline',
      'offline',
    ]);
    expect(cluster.consume(1, 't', 0).responses[0]?.partitions[0]?.errorCode).toBe(
      ErrorCode.KAFKA_STORAGE_ERROR,
    );
  });
});

function flipped(batch: Uint8Array): Uint8Array {
  const copy = batch.slice();
  copy[copy.length - 1] = copy[copy.length - 1]! ^ 0xff;
  return copy;
}
