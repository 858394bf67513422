import { describe, expect, test } from 'vitest';
import { OffsetSpec } from '../../../engine/replication/index.ts';
import { ErrorCode } from '../../../engine/wire/index.ts';
import { NO_EFFECTS, TestCluster } from './cluster.ts';

function list(
  cluster: TestCluster,
  id: number,
  timestamp: number,
  options: { version?: number; replicaId?: number; currentLeaderEpoch?: number } = {},
) {
  const partitions = [{ partitionIndex: 0, timestamp, currentLeaderEpoch: options.currentLeaderEpoch ?? -1 }];
  const body = { replicaId: options.replicaId ?? -1, topics: [{ name: 't', partitions }] };
  return cluster.listOffsets(id, body, options.version ?? 11).topics[0]?.partitions[0];
}

describe('list offsets', () => {
  test('consumers see the high watermark, followers the log end', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2;
    cluster.produce(1, 't', ['a'], 1);
    expect(list(cluster, 1, OffsetSpec.Latest)).toMatchObject({ errorCode: 0, offset: 0, leaderEpoch: 0 });
    expect(list(cluster, 1, OffsetSpec.Latest, { replicaId: 2 })?.offset).toBe(1);
  });

  test('earliest is the log start, with its epoch', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    for (const value of ['a', 'b', 'c']) cluster.produce(1, 't', [value]);
    cluster.broker(1).log('t').advanceLogStart(2, NO_EFFECTS);
    expect(list(cluster, 1, OffsetSpec.Earliest)).toMatchObject({ offset: 2, timestamp: -1, leaderEpoch: 0 });
    expect(list(cluster, 1, OffsetSpec.EarliestLocal)?.offset).toBe(2);
    expect(list(cluster, 1, OffsetSpec.LatestTiered)?.offset).toBe(-1);
  });

  test('a time is found, the latest one too, and neither beyond the high watermark', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    expect(list(cluster, 1, 500)).toMatchObject({ offset: 0, timestamp: 1_000 });
    expect(list(cluster, 1, OffsetSpec.MaxTimestamp)).toMatchObject({ offset: 0, timestamp: 1_000 });
    expect(list(cluster, 1, 2_000)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
    const other = new TestCluster([1, 2]);
    other.createTopic('t', [1, 2]);
    other.holds = (call) => call.from === 2;
    other.produce(1, 't', ['a'], 1);
    expect(list(other, 1, 500)).toMatchObject({ errorCode: 0, offset: -1 });
  });

  test('a new leader does not go back in time: latest waits for the start of its epoch (KIP-207)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2 && call.stage === 'request';
    cluster.produce(1, 't', ['a'], 1);
    cluster.elect('t', 2, [1, 2]);
    cluster.holds = () => false;
    cluster.run(0);
    cluster.holds = (call) => call.from === 1;
    cluster.publish();
    expect(cluster.broker(2).view('t').leaderEpochStartOffset).toBe(1);
    expect(list(cluster, 2, OffsetSpec.Latest)?.errorCode).toBe(ErrorCode.OFFSET_NOT_AVAILABLE);
    expect(list(cluster, 2, OffsetSpec.Latest, { version: 4 })?.errorCode).toBe(
      ErrorCode.LEADER_NOT_AVAILABLE,
    );
    expect(list(cluster, 2, 500)?.errorCode).toBe(ErrorCode.OFFSET_NOT_AVAILABLE);
    expect(list(cluster, 2, OffsetSpec.Earliest)?.errorCode).toBe(ErrorCode.NONE);
    expect(list(cluster, 2, OffsetSpec.Latest, { replicaId: 1 })?.offset).toBe(1);
    cluster.holds = () => false;
    cluster.run(2_000);
    expect(list(cluster, 2, OffsetSpec.Latest)?.offset).toBe(1);
  });

  test('epochs, roles and versions are checked', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.elect('t', 1, [1, 2]);
    cluster.publish();
    expect(list(cluster, 1, -1, { currentLeaderEpoch: 0 })?.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    expect(list(cluster, 1, -1, { currentLeaderEpoch: 5 })?.errorCode).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
    expect(list(cluster, 2, -1)?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(list(cluster, 2, -1, { replicaId: -2 })?.errorCode).toBe(ErrorCode.NONE);
    expect(list(cluster, 1, OffsetSpec.MaxTimestamp, { version: 6 })?.errorCode).toBe(
      ErrorCode.UNSUPPORTED_VERSION,
    );
    expect(list(cluster, 1, -7)?.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    const twice = [
      { partitionIndex: 0, timestamp: -1 },
      { partitionIndex: 0, timestamp: -2 },
    ];
    const answer = cluster.listOffsets(1, { replicaId: -1, topics: [{ name: 't', partitions: twice }] });
    expect(answer.topics[0]?.partitions.map((each) => each.errorCode)).toEqual([
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
    ]);
  });
});

describe('offset for leader epoch', () => {
  function endOf(cluster: TestCluster, id: number, leaderEpoch: number, currentLeaderEpoch = -1) {
    const partitions = [{ partition: 0, leaderEpoch, currentLeaderEpoch }];
    return cluster.offsetForLeaderEpoch(id, { topics: [{ topic: 't', partitions }] }).topics[0]
      ?.partitions[0];
  }

  test('tells where an epoch ended, and only the leader does', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['a', 'b']);
    cluster.run(1_000);
    cluster.elect('t', 1, [1, 2]);
    cluster.elect('t', 1, [1, 2]);
    cluster.publish();
    cluster.produce(1, 't', ['c']);
    expect(endOf(cluster, 1, 0)).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 2 });
    expect(endOf(cluster, 1, 1)).toMatchObject({ leaderEpoch: 0, endOffset: 2 });
    expect(endOf(cluster, 1, 2)).toMatchObject({ leaderEpoch: 2, endOffset: 3 });
    expect(endOf(cluster, 1, 3)).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1 });
    expect(endOf(cluster, 2, 0)?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(endOf(cluster, 1, 0, 0)?.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
  });
});
