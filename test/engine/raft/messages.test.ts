import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { METADATA_TOPIC_ID } from '../../../engine/raft/index.ts';
import { electionBackoffMs } from '../../../engine/raft/messages/end-quorum-epoch.ts';
import {
  ApiKey,
  type BeginQuorumEpochResponse,
  type DescribeQuorumResponse,
  ErrorCode,
  type FetchRequest,
  type FetchResponse,
  type FetchSnapshotResponse,
  LONG_MAX,
  ZERO_UUID,
} from '../../../engine/wire/index.ts';
import { TestQuorum } from './test-quorum.ts';

interface FetchOver {
  readonly replicaId?: number;
  readonly epoch?: number;
  readonly fetchOffset?: number;
  readonly lastFetchedEpoch?: number;
  readonly highWatermark?: number;
  readonly clusterId?: string;
  readonly topicId?: string;
}

function fetchRequest(over: FetchOver = {}): FetchRequest {
  return {
    clusterId: over.clusterId ?? null,
    replicaId: -1,
    replicaState: { replicaId: over.replicaId ?? 77, replicaEpoch: -1 },
    maxWaitMs: 500,
    minBytes: 0,
    maxBytes: 1 << 20,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      {
        topic: '',
        topicId: over.topicId ?? METADATA_TOPIC_ID,
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: over.epoch ?? 1,
            fetchOffset: over.fetchOffset ?? 1,
            lastFetchedEpoch: over.lastFetchedEpoch ?? 1,
            logStartOffset: -1,
            partitionMaxBytes: 0,
            replicaDirectoryId: ZERO_UUID,
            highWatermark: over.highWatermark ?? LONG_MAX,
          },
        ],
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
  };
}

function settledQuorum(): { quorum: TestQuorum; leader: number; follower: number } {
  const quorum = new TestQuorum({ observers: 1 }).startAll();
  const leader = quorum.untilLeader();
  quorum.run(SECOND);
  return { quorum, leader, follower: quorum.ids.find((id) => id !== leader)! };
}

function askFetch(quorum: TestQuorum, to: number, over: FetchOver): () => FetchResponse | null {
  const asked = quorum.ask(to, ApiKey.Fetch, 18, fetchRequest(over));
  return () => asked.answer as FetchResponse | null;
}

function partitionOf(answer: FetchResponse | null) {
  return answer!.responses[0]!.partitions[0]!;
}

describe('a fetch', () => {
  it('of a stranger, or of another topic, is refused whole', () => {
    const { quorum, leader } = settledQuorum();
    expect(askFetch(quorum, leader, { clusterId: 'another' })()).toMatchObject({
      errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID,
      responses: [],
    });
    expect(askFetch(quorum, leader, { topicId: ZERO_UUID })()!.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('is fenced by epoch, and sent to the leader', () => {
    const { quorum, leader, follower } = settledQuorum();
    const old = partitionOf(askFetch(quorum, leader, { epoch: 0, lastFetchedEpoch: 0 })());
    const early = partitionOf(askFetch(quorum, leader, { epoch: 9 })());
    expect(old.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    expect(early.errorCode).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
    const misled = askFetch(quorum, follower, {})();
    expect(partitionOf(misled).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(partitionOf(misled).currentLeader).toEqual({ leaderId: leader, leaderEpoch: 1 });
    expect(misled!.nodeEndpoints).toEqual([{ nodeId: leader, host: `c${leader}`, port: 9093, rack: null }]);
  });

  it('with impossible positions is invalid', () => {
    const { quorum, leader } = settledQuorum();
    for (const over of [{ fetchOffset: -1 }, { lastFetchedEpoch: -1 }, { lastFetchedEpoch: 2 }]) {
      expect(partitionOf(askFetch(quorum, leader, over)()).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    }
  });

  it('is parked at the log end, and answered empty after its wait', () => {
    const { quorum, leader } = settledQuorum();
    const answer = askFetch(quorum, leader, {});
    quorum.run(490 * MS);
    expect(answer()).toBeNull();
    quorum.run(20 * MS);
    expect(partitionOf(answer())).toMatchObject({ errorCode: ErrorCode.NONE, records: [], highWatermark: 1 });
  });

  it('is not parked when its reader does not know the high watermark (KIP-1166)', () => {
    const { quorum, leader } = settledQuorum();
    expect(partitionOf(askFetch(quorum, leader, { highWatermark: 0 })()).highWatermark).toBe(1);
    expect(askFetch(quorum, leader, { highWatermark: 1 })()).toBeNull();
  });

  it('that is parked is answered by the append that it waits for, before the leader has synced it', () => {
    const { quorum, leader } = settledQuorum();
    const answer = askFetch(quorum, leader, {});
    quorum.holdSyncs(leader);
    quorum.append(leader, 'news');
    quorum.run(26 * MS);
    expect(partitionOf(answer()).records).toHaveLength(1);
  });

  it('that is parked is turned away when the leader resigns', () => {
    const { quorum, leader } = settledQuorum();
    const answer = askFetch(quorum, leader, {});
    quorum.resign(leader);
    expect(partitionOf(answer()).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  it('from beyond the leader’s history is told where to cut', () => {
    const { quorum, leader } = settledQuorum();
    const answer = partitionOf(askFetch(quorum, leader, { fetchOffset: 50 })());
    expect(answer.divergingEpoch).toEqual({ epoch: 1, endOffset: 1 });
    expect(answer.records).toEqual([]);
  });
});

describe('DescribeQuorum', () => {
  const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] };

  it('tells voters and observers as the leader sees them', () => {
    const { quorum, leader } = settledQuorum();
    const answer = quorum.ask(leader, ApiKey.DescribeQuorum, 2, body).answer as DescribeQuorumResponse;
    const partition = answer.topics[0]!.partitions[0]!;
    expect(partition).toMatchObject({ errorCode: 0, leaderId: leader, leaderEpoch: 1, highWatermark: 1 });
    expect(partition.currentVoters.map((each) => [each.replicaId, each.logEndOffset])).toEqual([
      [101, 1],
      [102, 1],
      [103, 1],
    ]);
    expect(partition.observers.map((each) => each.replicaId)).toEqual([1]);
    expect(answer.nodes.map((node) => node.nodeId)).toEqual([101, 102, 103]);
    for (const each of partition.currentVoters) expect(each.lastCaughtUpTimestamp).toBeGreaterThan(1.6e12);
  });

  it('is the leader’s to answer', () => {
    const { quorum, follower } = settledQuorum();
    const answer = quorum.ask(follower, ApiKey.DescribeQuorum, 2, body).answer as DescribeQuorumResponse;
    expect(answer.topics[0]!.partitions[0]!.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });
});

describe('BeginQuorumEpoch', () => {
  it('of an old epoch is fenced, of a new one followed', () => {
    const { quorum, leader, follower } = settledQuorum();
    const other = [101, 102, 103].find((id) => id !== leader && id !== follower)!;
    const begin = (leaderId: number, leaderEpoch: number) => ({
      clusterId: quorum.clusterId,
      voterId: follower,
      topics: [
        {
          topicName: '__cluster_metadata',
          partitions: [{ partitionIndex: 0, voterDirectoryId: ZERO_UUID, leaderId, leaderEpoch }],
        },
      ],
      leaderEndpoints: [],
    });
    const old = quorum.ask(follower, ApiKey.BeginQuorumEpoch, 1, begin(other, 0));
    expect((old.answer as BeginQuorumEpochResponse).topics[0]!.partitions[0]).toMatchObject({
      errorCode: ErrorCode.FENCED_LEADER_EPOCH,
      leaderId: leader,
    });
    quorum.ask(follower, ApiKey.BeginQuorumEpoch, 1, begin(other, 5));
    expect(quorum.raft(follower).leader).toBe(other);
    expect(quorum.raft(follower).quorumEpoch).toBe(5);
  });
});

describe('FetchSnapshot', () => {
  it('of a snapshot that is not there, or beyond its end, is refused', () => {
    const { quorum, leader } = settledQuorum();
    quorum.append(leader, 'a');
    quorum.untilApplied('a');
    quorum.snapshot(leader);
    quorum.run(SECOND);
    const id = quorum.raft(leader).latestSnapshotId!;
    const ask = (endOffset: number, position: number) => {
      const body = {
        clusterId: null,
        replicaId: 77,
        maxBytes: 1000,
        topics: [
          {
            name: '__cluster_metadata',
            partitions: [
              {
                partition: 0,
                currentLeaderEpoch: 1,
                snapshotId: { endOffset, epoch: 1 },
                position,
                replicaDirectoryId: ZERO_UUID,
              },
            ],
          },
        ],
      };
      const { answer } = quorum.ask(leader, ApiKey.FetchSnapshot, 1, body);
      return (answer as FetchSnapshotResponse).topics[0]!.partitions[0]!;
    };
    expect(ask(999, 0).errorCode).toBe(ErrorCode.SNAPSHOT_NOT_FOUND);
    const piece = ask(id.offset, 10);
    expect(piece.unalignedRecords[0]!.length).toBe(piece.size - 10);
    expect(ask(id.offset, piece.size).errorCode).toBe(ErrorCode.POSITION_OUT_OF_RANGE);
  });
});

describe('the back-off of successors', () => {
  it('is none for the first, doubles from one to the next, and is the maximum for who is not named', () => {
    const successors = [1, 2, 3, 4];
    expect([1, 2, 3, 4, 5].map((id) => electionBackoffMs(successors, id, 1000))).toEqual([
      0, 125, 250, 500, 1000,
    ]);
  });
});

describe('a replica whose quorum-state was lost', () => {
  it('goes on in the epoch that its log has reached', () => {
    const { quorum, follower } = settledQuorum();
    quorum.crash(follower);
    quorum.disk(follower).remove('/metadata/__cluster_metadata-0/quorum-state');
    quorum.start(follower);
    expect(quorum.probed('raft: log ahead of quorum-state')).toBe(1);
    expect(quorum.raft(follower).quorumEpoch).toBe(1);
    quorum.until('it follows', () => quorum.raft(follower).role === 'follower');
  });
});
