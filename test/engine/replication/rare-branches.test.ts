import { describe, expect, test } from 'vitest';
import {
  type AlterPartitionRequest,
  ApiKey,
  ErrorCode,
  type FetchResponse,
} from '../../../engine/wire/index.ts';
import { batchOf, type Call, NO_EFFECTS, TestCluster, topicIdOf, valuesIn } from './cluster.ts';

function all(cluster: TestCluster, id: number): string[] {
  return valuesIn([...cluster.broker(id).log('t').batches(0)]);
}

/** The fetch of a follower whose answer is on the way. */
function answerTo(cluster: TestCluster, follower: number): Call {
  const call = cluster.calls.find((each) => each.from === follower && each.stage === 'response');
  if (call === undefined) throw new Error(`no answer is on the way to ${follower}`);
  return call;
}

describe('rare branches', () => {
  test('a batch damaged on the way is fetched again', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2 && call.stage === 'response';
    cluster.produce(1, 't', ['a'], 1);
    const call = answerTo(cluster, 2);
    const body = structuredClone((call.reply as { body: FetchResponse }).body);
    const [chunk] = body.responses[0]!.partitions[0]!.records!;
    chunk![chunk!.length - 1]! ^= 1;
    call.reply = { kind: 'response', apiVersion: 18, body };
    cluster.holds = () => false;
    cluster.run(0);
    expect(all(cluster, 2)).toEqual([]);
    expect(cluster.broker(2).probes).toContain('corrupt batch fetched');
    cluster.run(1_100);
    expect(all(cluster, 2)).toEqual(['a']);
  });

  test.each([
    ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
    ErrorCode.INVALID_FETCH_SESSION_EPOCH,
    ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
  ])('a follower whose session ends with error %i starts a new one', (errorCode) => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2 && call.stage === 'response';
    cluster.produce(1, 't', ['a'], 1);
    const body: FetchResponse = {
      throttleTimeMs: 0,
      errorCode,
      sessionId: 0,
      responses: [],
      nodeEndpoints: [],
    };
    answerTo(cluster, 2).reply = { kind: 'response', apiVersion: 18, body };
    cluster.holds = () => false;
    cluster.run(2_000);
    expect(cluster.broker(2).probes).toContain('replica fetch session started over');
    expect(all(cluster, 2)).toEqual(['a']);
  });

  test('an answer that names a partition nobody asked for starts the session over', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2 && call.stage === 'response';
    cluster.produce(1, 't', ['a'], 1);
    const call = answerTo(cluster, 2);
    const body = (call.reply as { body: FetchResponse }).body;
    const responses = body.responses.map((topic) => ({ ...topic, topicId: topicIdOf('other') }));
    call.reply = { kind: 'response', apiVersion: 18, body: { ...body, responses } };
    cluster.holds = () => false;
    cluster.run(2_000);
    expect(all(cluster, 2)).toEqual(['a']);
  });

  test('an empty follower may start below the leader log start when that lies inside a batch', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.holds = (call) => call.from === 2;
    cluster.createTopic('t', [1, 2], { isr: [1] });
    cluster.produceBatch(1, 't', batchOf('a', 'b', 'c'), 1);
    cluster.broker(1).log('t').advanceLogStart(1, NO_EFFECTS);
    cluster.holds = () => false;
    cluster.run(3_000);
    const log = cluster.broker(2).log('t');
    expect(cluster.broker(2).probes).toContain('follower restarted below the leader log start');
    expect([log.logStartOffset, log.logEndOffset, log.highWatermark]).toEqual([1, 3, 3]);
  });

  test('a proposal is not attempted while one of an earlier state is under way', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.holds = (call) => call.from === 2;
    cluster.createTopic('t', [1, 2], { isr: [1] });
    cluster.holds = (call) => call.apiKey === ApiKey.AlterPartition;
    cluster.run(0);
    // Metadata resets the ISR; the next fetch would propose again, and the first proposal has no answer yet.
    cluster.change('t', { isr: [1] });
    cluster.publish(1);
    cluster.run(1_000);
    expect(cluster.broker(1).probes).toContain('isr change not attempted');
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1]);
    cluster.holds = () => false;
    cluster.run(1_000);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
  });

  test('an answer of the controller from another leader epoch changes nothing', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.holds = (call) => call.from === 2;
    cluster.createTopic('t', [1, 2], { isr: [1] });
    cluster.intercept = ({ topics }: AlterPartitionRequest) => ({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      topics: topics.map(({ topicId }) => ({
        topicId,
        partitions: [
          {
            partitionIndex: 0,
            errorCode: ErrorCode.NONE,
            leaderId: 1,
            leaderEpoch: 5,
            isr: [1, 2],
            leaderRecoveryState: 0,
            partitionEpoch: 9,
          },
        ],
      })),
    });
    cluster.holds = () => false;
    cluster.run(100);
    const view = cluster.broker(1).view('t');
    expect([view.isr, view.maximalIsr, view.partitionEpoch]).toEqual([[1], [1, 2], 0]);
  });

  test('a minimum raised in the step that moves the high watermark is told after the append', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2;
    const answer = cluster.produce(1, 't', ['a'], -1, 120_000);
    cluster.change('t', { isr: [1] });
    cluster.configure('t', 'min.insync.replicas', '2');
    cluster.fence(2);
    cluster.run(31_000);
    cluster.publish(1);
    const code = answer.body?.responses[0]?.partitionResponses[0]?.errorCode;
    expect(code).toBe(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    expect(cluster.broker(1).log('t').logEndOffset).toBe(1);
  });

  test('an unclean leader takes itself for recovered', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.change('t', { leader: 2, isr: [2], leaderRecoveryState: 1 });
    cluster.publish();
    expect(cluster.broker(2).probes).toContain('recovering leader marked as recovered');
    expect(cluster.broker(2).view('t').role.kind).toBe('leader');
  });

  test('a stopping broker does not fetch what it has lost its place in', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.broker(2).replicas.becomeStopping(cluster.now, NO_EFFECTS);
    cluster.change('t', { isr: [1] });
    cluster.publish();
    cluster.produce(1, 't', ['a'], 1);
    cluster.run(2_000);
    expect(all(cluster, 2)).toEqual([]);
    expect(cluster.calls.filter((call) => call.from === 2)).toEqual([]);
  });

  test('what was deleted or moved away while a broker was down is a stray when it comes back', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.createTopic('u', [1, 2]);
    cluster.createTopic('v', [1, 2]);
    cluster.broker(2).crash();
    cluster.write({ type: 'RemoveTopicRecord', topicId: topicIdOf('t') });
    cluster.change('u', { replicas: [1], isr: [1] });
    cluster.publish();
    cluster.broker(2).restart();
    cluster.publish();
    expect(cluster.broker(2).disk.list('/data')).toEqual(['v-0']);
  });

  test('a log that knows no epoch is cut to its high watermark before it is fetched into', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    cluster.broker(2).checkpointHighWatermarks();
    cluster.holds = (call) => call.from === 2;
    cluster.produce(1, 't', ['b'], 1);
    cluster.holds = (call) => call.from === 2 && call.stage === 'request';
    cluster.run(0);
    expect(all(cluster, 2)).toEqual(['a', 'b']);
    cluster.broker(2).crash();
    cluster.broker(2).disk.remove('/data/t-0/leader-epoch-checkpoint');
    cluster.broker(2).restart(cluster.broker(2).disk, true);
    cluster.publish();
    expect(cluster.broker(2).probes).toContain('truncated to the high watermark for want of epochs');
    expect(all(cluster, 2)).toEqual(['a']);
    cluster.holds = () => false;
    cluster.run(2_000);
    expect(all(cluster, 2)).toEqual(['a', 'b']);
  });

  test('a coordinator appends to what it leads, and is told when it does not', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    const append = (id: number, topic: string) =>
      cluster.broker(id).replicas.append(cluster.now, topic, 0, [batchOf('a')], -1, NO_EFFECTS);
    expect(append(1, 't')).toMatchObject({ baseOffset: 0, lastOffset: 0 });
    expect(append(2, 't')).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(append(1, 'x')).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });
});
