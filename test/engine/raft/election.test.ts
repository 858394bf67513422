import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  type VoteRequest,
  type VoteResponse,
  ZERO_UUID,
} from '../../../engine/wire/index.ts';
import { TestQuorum } from './test-quorum.ts';

function voteRequest(
  quorum: TestQuorum,
  nominee: number,
  epoch: number,
  over: { preVote?: boolean; lastOffset?: number; lastOffsetEpoch?: number } = {},
): VoteRequest {
  return {
    clusterId: quorum.clusterId,
    voterId: -1,
    topics: [
      {
        topicName: '__cluster_metadata',
        partitions: [
          {
            partitionIndex: 0,
            replicaEpoch: epoch,
            replicaId: nominee,
            replicaDirectoryId: ZERO_UUID,
            voterDirectoryId: ZERO_UUID,
            lastOffsetEpoch: over.lastOffsetEpoch ?? 0,
            lastOffset: over.lastOffset ?? 0,
            preVote: over.preVote ?? false,
          },
        ],
      },
    ],
  };
}

function askVote(quorum: TestQuorum, to: number, request: VoteRequest): () => VoteResponse | null {
  const asked = quorum.ask(to, ApiKey.Vote, 2, request);
  return () => asked.answer as VoteResponse | null;
}

function isGranted(answer: VoteResponse | null): boolean | null {
  return answer === null ? null : answer.topics[0]!.partitions[0]!.voteGranted;
}

describe('an election', () => {
  it('gives three voters one leader, which tells its state machine only after it has read to its epoch', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    quorum.until('the state machine told', () => quorum.applied(leader).isLeader);
    expect(quorum.applied(leader).nextOffset).toBe(1);
    quorum.run(SECOND);
    for (const id of quorum.ids) expect(quorum.raft(id).leader).toBe(leader);
  });

  it('is won by an only voter at once, in a new epoch after each restart', () => {
    const quorum = new TestQuorum({ voters: 1 }).startAll();
    expect(quorum.untilLeader()).toBe(101);
    expect(quorum.raft(101).quorumEpoch).toBe(1);
    expect(quorum.now).toBeLessThan(100 * MS);
    quorum.restart(101);
    quorum.untilLeader();
    expect(quorum.raft(101).quorumEpoch).toBe(2);
  });

  it('leaves observers out: they follow, however long there is no leader', () => {
    const quorum = new TestQuorum({ observers: 2 });
    quorum.start(1);
    quorum.run(20 * SECOND);
    expect(quorum.raft(1).role).toBe('unattached');
    for (const id of [101, 102, 103, 2]) quorum.start(id);
    quorum.untilLeader();
    quorum.until('observers follow', () => [1, 2].every((id) => quorum.raft(id).role === 'follower'));
    for (const told of quorum.factsOf(1, 'quorum role changed')) expect(told.role).toBe('observer');
  });

  it('is not won by a voter whose log is behind', () => {
    const quorum = new TestQuorum({ seed: 3 }).startAll();
    const leader = quorum.untilLeader();
    const [behind, other] = quorum.ids.filter((id) => id !== leader) as [number, number];
    quorum.isolate(behind);
    quorum.append(leader, 'a');
    quorum.untilApplied('a', [leader, other]);
    quorum.crash(leader);
    quorum.network.heal();
    expect(quorum.untilLeader([other, behind])).toBe(other);
    expect(quorum.applied(other).values).toEqual(['a']);
  });
});

describe('a vote', () => {
  it('is told only when it is durable', () => {
    const quorum = new TestQuorum();
    quorum.start(101);
    quorum.run(100 * MS);
    quorum.holdSyncs(101);
    const answer = askVote(quorum, 101, voteRequest(quorum, 102, 5));
    quorum.run(900 * MS);
    expect(answer()).toBeNull();
  });

  it('survives the loss of power: none other gets one in the same epoch', () => {
    const quorum = new TestQuorum();
    quorum.start(101);
    quorum.run(100 * MS);
    const first = askVote(quorum, 101, voteRequest(quorum, 102, 5));
    quorum.until('an answer', () => first() !== null);
    expect(isGranted(first())).toBe(true);
    quorum.losePower(101);
    quorum.start(101);
    quorum.run(50 * MS);
    const second = askVote(quorum, 101, voteRequest(quorum, 103, 5));
    const again = askVote(quorum, 101, voteRequest(quorum, 102, 5));
    quorum.run(50 * MS);
    expect(isGranted(second())).toBe(false);
    expect(isGranted(again())).toBe(true);
  });

  it('is refused to a log that is behind, to an old epoch, and to a stranger of another cluster', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    const follower = quorum.ids.find((id) => id !== leader)!;
    quorum.run(SECOND);
    const old = askVote(quorum, follower, voteRequest(quorum, leader, 0, { preVote: true }));
    const stranger = askVote(quorum, follower, { ...voteRequest(quorum, leader, 9), clusterId: 'another' });
    const behind = askVote(quorum, follower, voteRequest(quorum, leader, 9));
    quorum.run(50 * MS);
    expect(old()!.topics[0]!.partitions[0]).toMatchObject({
      errorCode: ErrorCode.FENCED_LEADER_EPOCH,
      leaderId: leader,
      leaderEpoch: 1,
    });
    expect(stranger()!.errorCode).toBe(ErrorCode.INCONSISTENT_CLUSTER_ID);
    expect(isGranted(behind())).toBe(false);
  });

  it('is not given beforehand against a leader that answers: pre-vote (KIP-996)', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    quorum.run(SECOND);
    const [follower, other] = quorum.ids.filter((id) => id !== leader) as [number, number];
    const request = voteRequest(quorum, other, 1, { preVote: true, lastOffset: 1, lastOffsetEpoch: 1 });
    const answer = askVote(quorum, follower, request);
    expect(isGranted(answer())).toBe(false);
    expect(quorum.raft(follower).quorumEpoch).toBe(1);
  });
});

describe('a leader', () => {
  it('is not dethroned by a voter that was cut off for long', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    const disruptive = quorum.ids.find((id) => id !== leader)!;
    quorum.isolate(disruptive);
    quorum.run(60 * SECOND);
    expect(quorum.raft(disruptive).quorumEpoch).toBe(1);
    quorum.network.heal();
    quorum.run(20 * SECOND);
    expect(quorum.leader()).toBe(leader);
    expect(quorum.raft(leader).quorumEpoch).toBe(1);
    expect(quorum.raft(disruptive).role).toBe('follower');
  });

  it('resigns when it hears no majority for 1.5 fetch timeouts, while the others elect another (KAFKA-15489)', () => {
    const quorum = new TestQuorum({ observers: 1 }).startAll();
    const old = quorum.untilLeader();
    quorum.run(SECOND);
    for (const other of quorum.voters.map((voter) => voter.id).filter((id) => id !== old)) {
      quorum.network.cut(old, other);
      quorum.network.cut(other, old);
    }
    quorum.run(3100 * MS);
    expect(['resigned', 'unattached', 'prospective']).toContain(quorum.raft(old).role);
    expect(quorum.applied(old).isLeader).toBe(false);
    const others = quorum.ids.filter((id) => id !== old && id > 100);
    const successor = quorum.untilLeader(others);
    quorum.append(successor, 'after');
    // The observer could still reach the old leader; it must find the new one.
    quorum.untilApplied('after', [successor, 1]);
  });

  it('does not resign over a slow follower as long as a majority fetches', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    quorum.crash(quorum.ids.find((id) => id !== leader)!);
    quorum.run(30 * SECOND);
    expect(quorum.leader()).toBe(leader);
    expect(quorum.raft(leader).quorumEpoch).toBe(1);
  });

  it('never leads the same epoch again: it comes back resigned (KAFKA-10527)', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    const epoch = quorum.raft(leader).quorumEpoch;
    for (const id of quorum.ids) if (id !== leader) quorum.crash(id);
    quorum.append(leader, 'unsynced');
    quorum.run(26 * MS);
    quorum.losePower(leader);
    quorum.start(leader);
    expect(quorum.raft(leader).role).toBe('resigned');
    expect(quorum.raft(leader).quorumEpoch).toBe(epoch);
    for (const id of quorum.ids) if (id !== leader) quorum.start(id);
    quorum.untilLeader();
    expect(quorum.raft(quorum.leader()).quorumEpoch).toBeGreaterThan(epoch);
  });

  it('is elected in a new epoch when power goes between its election and its first record', () => {
    // At each moment of an election: no epoch may be led twice, and none of its offsets hold two records.
    for (let at = 0; at < 25; at++) {
      const quorum = new TestQuorum({ seed: 7 }).startAll();
      quorum.until('a candidate', () => quorum.ids.some((id) => quorum.raft(id).role === 'candidate'));
      const candidate = quorum.ids.find((id) => quorum.raft(id).role === 'candidate')!;
      quorum.run(at * 500);
      quorum.losePower(candidate, 'some');
      quorum.start(candidate);
      quorum.untilLeader();
      const led = quorum.facts.filter(
        ({ fact }) => fact.fact === 'quorum role changed' && fact.role === 'leader',
      );
      const epochs = led.map(({ fact }) => fact.fact === 'quorum role changed' && fact.quorumEpoch);
      expect(new Set(epochs).size).toBe(epochs.length);
    }
  });

  it('hands over when it is stopped: its successor leads well before an election timeout', () => {
    const quorum = new TestQuorum().startAll();
    const old = quorum.untilLeader();
    quorum.run(SECOND);
    const stoppedAt = quorum.now;
    quorum.shutdown(old);
    quorum.until('stopped', () => quorum.raft(old).isStopped);
    const others = quorum.ids.filter((id) => id !== old);
    quorum.untilLeader(others);
    expect(quorum.now - stoppedAt).toBeLessThan(200 * MS);
    expect(quorum.raft(others[0]!).quorumEpoch).toBe(2);
  });

  it('goes on as a voter after it was asked to resign', () => {
    const quorum = new TestQuorum().startAll();
    const old = quorum.untilLeader();
    quorum.run(SECOND);
    quorum.resign(old);
    expect(quorum.append(old, 'late')).toBeNull();
    const others = quorum.ids.filter((id) => id !== old);
    const successor = quorum.untilLeader(others);
    quorum.append(successor, 'next');
    quorum.untilApplied('next');
  });

  it('ends its process when its disk fails', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    quorum.breakDisk(leader);
    quorum.append(leader, 'nowhere');
    quorum.until('an exit', () => quorum.exitOf(leader) !== null, SECOND);
    expect(quorum.exitOf(leader)).toContain('metadata log');
    quorum.untilLeader();
  });
});
