import { describe, expect, test } from 'vitest';
import { type AlterPartitionRequest, ApiKey, ErrorCode } from '../../../engine/wire/index.ts';
import { TestCluster } from './cluster.ts';

const isAlterPartition = (call: { readonly apiKey: number }) => call.apiKey === ApiKey.AlterPartition;

/** A leader 1 and a follower 2 that is not in the ISR, and has fetched nothing yet. */
function withOutsider(minIsr = 1): TestCluster {
  const cluster = new TestCluster([1, 2]);
  cluster.holds = (call) => call.from === 2;
  cluster.createTopic('t', [1, 2], { isr: [1], minIsr });
  return cluster;
}

function proposals(cluster: TestCluster): AlterPartitionRequest['topics'][number]['partitions'][number][] {
  return cluster.calls
    .filter(isAlterPartition)
    .map((call) => (call.body as AlterPartitionRequest).topics[0]!.partitions[0]!);
}

function refusal(errorCode: number) {
  return (request: AlterPartitionRequest) => ({
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    topics: request.topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode,
        leaderId: 0,
        leaderEpoch: 0,
        isr: [],
        leaderRecoveryState: 0,
        partitionEpoch: 0,
      })),
    })),
  });
}

describe('isr', () => {
  test('a follower that has caught up joins', () => {
    const cluster = withOutsider();
    cluster.produce(1, 't', ['a'], 1);
    cluster.holds = () => false;
    cluster.run(1_000);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
    expect(cluster.truth.topicsByName.get('t')?.partitions[0]?.isr).toEqual([1, 2]);
  });

  test('a follower above a stale high watermark but below the start of the epoch must not join (R5)', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.createTopic('t', [1, 2, 3], { isr: [1, 2] });
    cluster.holds = (call) => call.from === 3;
    cluster.produce(1, 't', ['a']);
    cluster.produce(1, 't', ['b']);
    cluster.run(1_000);
    // 2 is elected with everything; its high watermark was lost. 3 has nothing, which is above it.
    cluster.broker(1).crash();
    cluster.broker(2).crash();
    cluster.broker(2).checkpoint.clear();
    cluster.broker(2).restart();
    cluster.elect('t', 2, [1, 2]);
    // 3 gets no answer to its first fetch, at offset 0.
    cluster.holds = (call) => call.from === 3 && call.stage === 'response';
    cluster.publish();
    expect(cluster.broker(2).log('t').highWatermark).toBe(0);
    expect(cluster.broker(2).view('t').leaderEpochStartOffset).toBe(2);
    expect(cluster.broker(2).view('t').maximalIsr).toEqual([1, 2]);
    expect(cluster.broker(2).probes).toContain('isr join refused below the start of the leader epoch');
    cluster.holds = () => false;
    cluster.run(1_000);
    expect(cluster.broker(2).view('t').isr).toContain(3);
  });

  test('a fenced replica is not proposed again (R14)', () => {
    const cluster = withOutsider();
    cluster.fence(2);
    cluster.publish();
    cluster.holds = () => false;
    cluster.run(2_000);
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1]);
    expect(cluster.broker(1).probes).toContain('isr join refused to an ineligible replica');
    cluster.unfence(2);
    cluster.publish();
    cluster.run(2_000);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
  });

  test('a replica in controlled shutdown is not proposed (R14)', () => {
    const cluster = withOutsider();
    cluster.shutDownControlled(2);
    cluster.publish();
    cluster.holds = () => false;
    cluster.run(2_000);
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1]);
  });

  test('a proposal that the controller refuses for eligibility reverts to the committed ISR (R14)', () => {
    const cluster = withOutsider();
    // Only the controller knows that 2 is fenced.
    cluster.fence(2);
    cluster.holds = (call) => isAlterPartition(call);
    cluster.run(0);
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1, 2]);
    cluster.holds = (call) => call.from === 2;
    cluster.run(0);
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1]);
    expect(cluster.broker(1).view('t').isr).toEqual([1]);
  });

  test('a proposal carries the broker epochs under which its members fetched (R15)', () => {
    const cluster = withOutsider();
    cluster.holds = isAlterPartition;
    cluster.run(0);
    const fetched = cluster.broker(2).brokerEpoch;
    // 2 comes back with an empty disk and a new epoch before the controller sees the proposal.
    cluster.register(2);
    expect(proposals(cluster)[0]?.newIsrWithEpochs).toEqual([
      { brokerId: 1, brokerEpoch: cluster.broker(1).brokerEpoch },
      { brokerId: 2, brokerEpoch: fetched },
    ]);
    cluster.holds = (call) => call.from === 2;
    cluster.run(0);
    expect(cluster.truth.topicsByName.get('t')?.partitions[0]?.isr).toEqual([1]);
  });

  test('a fetch of the next incarnation does not change a proposal that is retried (R16)', () => {
    const cluster = withOutsider();
    cluster.holds = isAlterPartition;
    cluster.run(0);
    const before = proposals(cluster)[0]?.newIsrWithEpochs;
    cluster.intercept = () => ({ throttleTimeMs: 0, errorCode: ErrorCode.NOT_CONTROLLER, topics: [] });
    cluster.broker(2).crash();
    cluster.register(2);
    cluster.broker(2).restart();
    cluster.publish();
    cluster.holds = () => false;
    cluster.run(20);
    cluster.holds = isAlterPartition;
    cluster.run(100);
    expect(proposals(cluster)[0]?.newIsrWithEpochs).toEqual(before);
  });

  test('a fetch of a former incarnation is refused once the new one is known', () => {
    const cluster = withOutsider();
    cluster.register(2);
    cluster.broker(2).brokerEpoch = 1;
    cluster.publish(1);
    cluster.holds = () => false;
    cluster.run(100);
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1]);
    expect(cluster.broker(1).probes).toContain('fetch of a stale broker epoch refused');
  });

  test('who falls behind for replica.lag.time.max.ms leaves, and the high watermark moves on (L6)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    // The answer of the controller alone must do: metadata comes later.
    cluster.publishes = false;
    cluster.broker(2).crash();
    const answer = cluster.produce(1, 't', ['a'], -1, 120_000);
    cluster.run(29_000);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
    cluster.run(31_000);
    expect(cluster.broker(1).view('t').isr).toEqual([1]);
    expect(cluster.broker(1).log('t').highWatermark).toBe(1);
    expect(answer.body?.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE);
  });

  test('an idle follower that keeps fetching stays, however long nothing is written', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.run(300_000);
    cluster.holds = (call) => call.from === 2;
    // It was caught up until just now: it has the full lag time before it is out.
    cluster.produce(1, 't', ['a'], 1);
    cluster.run(29_000);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
    cluster.run(31_000);
    expect(cluster.broker(1).view('t').isr).toEqual([1]);
  });

  test('a shrink counts its leaver until the controller confirms it (R22)', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.broker(3).crash();
    cluster.produce(1, 't', ['a'], 1);
    cluster.holds = isAlterPartition;
    cluster.run(60_000);
    const view = cluster.broker(1).view('t');
    expect(proposals(cluster)[0]?.newIsrWithEpochs.map((member) => member.brokerId)).toEqual([1, 2]);
    expect(view.isr).toEqual([1, 2, 3]);
    expect(view.maximalIsr).toEqual([1, 2, 3]);
    expect(cluster.broker(1).log('t').highWatermark).toBe(0);
    cluster.holds = () => false;
    cluster.run(0);
    expect(cluster.broker(1).log('t').highWatermark).toBe(1);
  });

  test('an expansion counts its newcomer at once (R22)', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.holds = (call) => call.from !== 1;
    cluster.createTopic('t', [1, 2, 3], { isr: [1, 2] });
    for (const value of ['a', 'b']) cluster.produce(1, 't', [value], 1);
    // 3 fetches once, at the high watermark and far from the end: proposed, and the answer is slow.
    cluster.holds = (call) => isAlterPartition(call) || call.from === 2 || call.stage === 'response';
    cluster.run(0);
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1, 2, 3]);
    cluster.holds = (call) => isAlterPartition(call) || call.from === 3;
    cluster.run(1_000);
    expect(cluster.broker(2).log('t').logEndOffset).toBe(2);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
    expect(cluster.broker(1).log('t').highWatermark).toBe(0);
  });

  test('an expansion that waits for its answer does not stop acks=all of the committed minimum', () => {
    const cluster = withOutsider(2);
    cluster.holds = isAlterPartition;
    cluster.run(0);
    const answer = cluster.produce(1, 't', ['a']);
    expect(answer.body?.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
  });

  test.each([
    ErrorCode.FENCED_LEADER_EPOCH,
    ErrorCode.INVALID_UPDATE_VERSION,
    ErrorCode.INVALID_REQUEST,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode.UNKNOWN_TOPIC_ID,
    ErrorCode.NEW_LEADER_ELECTED,
  ])('after error %i a proposal stays pending until metadata comes', (errorCode) => {
    const cluster = withOutsider();
    cluster.intercept = refusal(errorCode);
    cluster.holds = () => false;
    cluster.run(1_000);
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1, 2]);
    expect(cluster.broker(1).view('t').isr).toEqual([1]);
    cluster.intercept = () => null;
    cluster.change('t', { isr: [1] });
    cluster.holds = (call) => call.from === 2;
    cluster.publish();
    expect(cluster.broker(1).view('t').maximalIsr).toEqual([1]);
  });

  test('any other error of a partition is retried at once', () => {
    const cluster = withOutsider();
    let asked = 0;
    cluster.intercept = (request) => {
      asked += 1;
      return asked < 3 ? refusal(ErrorCode.UNKNOWN_SERVER_ERROR)(request) : null;
    };
    cluster.holds = () => false;
    cluster.run(0);
    expect(asked).toBe(3);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
  });

  test('an error of the whole request is retried after 50 ms', () => {
    const cluster = withOutsider();
    let asked = 0;
    cluster.intercept = () => {
      asked += 1;
      return asked === 1 ? { throttleTimeMs: 0, errorCode: ErrorCode.STALE_BROKER_EPOCH, topics: [] } : null;
    };
    cluster.holds = () => false;
    cluster.run(49);
    expect(asked).toBe(1);
    cluster.run(1);
    expect(cluster.broker(1).view('t').isr).toEqual([1, 2]);
  });

  test('an answer that comes after metadata has moved on is ignored', () => {
    const cluster = withOutsider();
    cluster.holds = (call) => isAlterPartition(call) && call.stage === 'response';
    cluster.publishes = false;
    cluster.run(0);
    // The controller applied it, and removed 2 again before its answer arrived.
    cluster.change('t', { isr: [1] });
    cluster.holds = (call) => call.from === 2 || (isAlterPartition(call) && call.stage === 'response');
    cluster.publish();
    cluster.holds = (call) => call.from === 2;
    cluster.run(0);
    const view = cluster.broker(1).view('t');
    expect([view.isr, view.maximalIsr, view.partitionEpoch]).toEqual([[1], [1], 2]);
    expect(cluster.broker(1).probes).toContain('late answer to an isr change ignored');
  });

  test('metadata older than what the controller has answered is ignored', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.holds = (call) => call.from !== 1;
    cluster.createTopic('t', [1, 2, 3], { isr: [1] });
    const known = cluster.records.length;
    cluster.publishes = false;
    cluster.holds = () => false;
    cluster.run(1_000);
    const view = cluster.broker(1).view('t');
    expect([view.isr, view.partitionEpoch]).toEqual([[1, 2, 3], 2]);
    // The metadata log is read up to the first of the two changes only.
    cluster.broker(1).readMetadata(cluster.records.slice(0, known + 1));
    expect([view.isr, view.partitionEpoch]).toEqual([[1, 2, 3], 2]);
    expect(cluster.broker(1).probes).toContain('older partition epoch ignored');
  });

  test('metadata that repeats an answer does not forget the change proposed since', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.holds = (call) => call.from !== 1;
    cluster.createTopic('t', [1, 2, 3], { isr: [1] });
    const known = cluster.records.length;
    cluster.publishes = false;
    // 2 joins, its join is answered; then 3 asks to, and that is still under way.
    cluster.holds = (call) => call.from === 3;
    cluster.run(0);
    cluster.holds = (call) => isAlterPartition(call) && call.stage === 'request';
    cluster.run(600);
    const view = cluster.broker(1).view('t');
    expect([view.isr, view.maximalIsr, view.partitionEpoch]).toEqual([[1, 2], [1, 2, 3], 1]);
    // The metadata log now tells that 2 joined: nothing new.
    cluster.broker(1).readMetadata(cluster.records.slice(0, known + 1));
    expect([view.isr, view.maximalIsr, view.partitionEpoch]).toEqual([[1, 2], [1, 2, 3], 1]);
    expect(cluster.broker(1).probes).toContain('isr change kept over metadata known before');
  });
});
