import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { ApiKey, type DescribeQuorumResponse, ZERO_UUID } from '../../../engine/wire/index.ts';
import { QuorumInvariants } from './quorum-invariants.ts';
import { TestQuorum } from './test-quorum.ts';
import type { TestQuorumOptions } from './test-quorum-options.ts';
import { addVoter, removeVoter, type Verdict } from './voter-requests.ts';

/** A dynamic quorum of 101 to 103 with 104 as a spare, all running, whose leader may change the voters. */
function dynamicQuorum(options: TestQuorumOptions = {}): { quorum: TestQuorum; leader: number } {
  const quorum = new TestQuorum({ kraftVersion: 1, spares: 1, ...options });
  new QuorumInvariants(quorum);
  quorum.startAll();
  const leader = quorum.untilLeader();
  quorum.run(SECOND);
  return { quorum, leader };
}

function untilVerdict(quorum: TestQuorum, verdict: Verdict): string | null {
  quorum.until('a verdict', () => verdict() !== null, 10 * SECOND);
  return verdict();
}

function votersOf(quorum: TestQuorum, id: number): readonly number[] {
  return quorum.raft(id).voters.ids;
}

describe('a dynamic quorum', () => {
  it('is formatted with its voters, and its first leader writes them into the log for all others', () => {
    const { quorum, leader } = dynamicQuorum({ observers: 1 });
    expect(quorum.raft(leader).kraftVersion).toBe(1);
    for (const id of quorum.ids) expect(votersOf(quorum, id)).toEqual([101, 102, 103]);
    const told = quorum.factsOf(leader, 'quorum voters changed');
    // From the bootstrap snapshot, then behind LeaderChange and KRaftVersion in the first batch.
    expect(told.map(({ recordOffset, kraftVersion }) => [recordOffset, kraftVersion])).toEqual([
      [-1, 1],
      [2, 1],
    ]);
    expect(told[1]!.voters[0]).toEqual({ id: 101, directoryId: quorum.directoryIdOf(101) });
    expect(quorum.raft(104).role).toBe('follower');
  });

  it('describes itself with the directories and endpoints of its voters (KIP-853)', () => {
    const { quorum, leader } = dynamicQuorum();
    const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] };
    const { answer } = quorum.ask(leader, ApiKey.DescribeQuorum, 2, body);
    const { topics, nodes } = answer as DescribeQuorumResponse;
    const { currentVoters, observers } = topics[0]!.partitions[0]!;
    const keys = (replicas: typeof observers) =>
      replicas.map(({ replicaId, replicaDirectoryId }) => [replicaId, replicaDirectoryId]);
    expect(keys(currentVoters)).toEqual([101, 102, 103].map((id) => [id, quorum.directoryIdOf(id)]));
    expect(keys(observers)).toEqual([[104, quorum.directoryIdOf(104)]]);
    const listeners = [{ name: 'CONTROLLER', host: 'c101', port: 9093 }];
    expect(nodes.find(({ nodeId }) => nodeId === 101)).toEqual({ nodeId: 101, listeners });
  });

  it('writes down whom it voted for with the directory (quorum-state of data version 1)', () => {
    const { quorum, leader } = dynamicQuorum();
    const path = '/metadata/__cluster_metadata-0/quorum-state';
    const state = (id: number) => {
      const disk = quorum.disk(id);
      return JSON.parse(new TextDecoder().decode(disk.read(path, 0, disk.size(path)) as Uint8Array));
    };
    const voted = [101, 102, 103].map(state).find(({ votedId }) => votedId >= 0);
    expect(voted).toMatchObject({
      leaderId: leader,
      leaderEpoch: 1,
      votedId: leader,
      votedDirectoryId: quorum.directoryIdOf(leader),
      data_version: 1,
    });
  });

  it('knows its voters again after a restart, from snapshot and log', () => {
    const { quorum, leader } = dynamicQuorum();
    quorum.append(leader, 'a');
    quorum.untilApplied('a');
    expect(untilVerdict(quorum, addVoter(quorum, leader, 104))).toBe('NONE');
    quorum.run(SECOND);
    for (const id of quorum.ids) quorum.snapshot(id);
    quorum.run(SECOND);
    for (const id of quorum.ids) quorum.losePower(id);
    for (const id of quorum.ids) quorum.start(id);
    quorum.untilLeader();
    for (const id of quorum.ids) expect(votersOf(quorum, id)).toEqual([101, 102, 103, 104]);
  });

  it('tells its voters to who begins with a snapshot', () => {
    const { quorum, leader } = dynamicQuorum({ observers: 1 });
    quorum.append(leader, 'a');
    quorum.untilApplied('a');
    expect(untilVerdict(quorum, removeVoter(quorum, leader, leader === 101 ? 102 : 101))).toBe('NONE');
    quorum.append(leader, 'b');
    quorum.untilApplied('b');
    quorum.snapshot(leader);
    quorum.run(SECOND);
    quorum.wipe(1);
    quorum.start(1);
    quorum.untilApplied('b', [1]);
    expect(quorum.factsOf(1, 'log restarted').length).toBe(1);
    expect(quorum.raft(1).voters.equals(quorum.raft(leader).voters)).toBe(true);
  });
});

describe('adding a voter', () => {
  it('makes it count once the new voters are committed', () => {
    const { quorum, leader } = dynamicQuorum();
    expect(untilVerdict(quorum, addVoter(quorum, leader, 104))).toBe('NONE');
    quorum.run(SECOND);
    for (const id of quorum.ids) expect(votersOf(quorum, id)).toEqual([101, 102, 103, 104]);
    // Two of four are no majority any more.
    const others = quorum.ids.filter((id) => id !== leader);
    quorum.crash(others[0]!);
    quorum.crash(others[1]!);
    quorum.append(leader, 'alone');
    quorum.run(SECOND);
    expect(quorum.applied(leader).values).toEqual([]);
    quorum.start(others[0]!);
    quorum.untilApplied('alone', [leader, others[0]!, others[2]!]);
  });

  it('answers as soon as the record is written when it need not be committed', () => {
    const { quorum, leader } = dynamicQuorum();
    for (const id of [101, 102, 103]) if (id !== leader) quorum.crash(id);
    const verdict = addVoter(quorum, leader, 104, { ackWhenCommitted: false });
    expect(untilVerdict(quorum, verdict)).toBe('NONE');
    expect(votersOf(quorum, leader)).toEqual([101, 102, 103, 104]);
    // It counts at once, but nothing is committed; and as long as that is so nobody else may be added or removed.
    expect(untilVerdict(quorum, removeVoter(quorum, leader, 101))).toBe('REQUEST_TIMED_OUT');
  });

  it('is refused while the leader has committed nothing in its epoch', () => {
    const { quorum } = dynamicQuorum();
    quorum.crash(quorum.leader());
    const leads = () => quorum.leader() > 0 && quorum.raft(quorum.leader()).highWatermark < 0;
    quorum.until('another leader', leads);
    quorum.isolate(quorum.leader());
    quorum.run(100 * MS);
    expect(addVoter(quorum, quorum.leader(), 104)()).toBe('REQUEST_TIMED_OUT');
  });

  it('is refused to who votes already, by who does not lead, and with nonsense', () => {
    const { quorum, leader } = dynamicQuorum();
    const follower = quorum.ids.find((id) => id !== leader)!;
    expect(addVoter(quorum, leader, follower)()).toBe('DUPLICATE_VOTER');
    expect(addVoter(quorum, follower, 104)()).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(addVoter(quorum, leader, 104, { listeners: [] })()).toBe('INVALID_REQUEST');
    expect(addVoter(quorum, leader, 104, { voterDirectoryId: ZERO_UUID })()).toBe('INVALID_REQUEST');
    expect(addVoter(quorum, leader, 104, { clusterId: 'another' })()).toBe('INCONSISTENT_CLUSTER_ID');
  });

  it('is refused to who does not answer, and to who lags behind', () => {
    const { quorum, leader } = dynamicQuorum();
    quorum.crash(104);
    expect(untilVerdict(quorum, addVoter(quorum, leader, 104))).toBe('REQUEST_TIMED_OUT');
    quorum.run(3 * SECOND);
    quorum.start(104);
    // With that disk it has never fetched.
    const verdict = addVoter(quorum, leader, 104, { voterDirectoryId: quorum.directoryIdOf(103) });
    expect(untilVerdict(quorum, verdict)).toBe('REQUEST_TIMED_OUT');
    expect(votersOf(quorum, leader)).toEqual([101, 102, 103]);
  });

  it('waits for no other: one change at a time', () => {
    const { quorum, leader } = dynamicQuorum();
    const first = addVoter(quorum, leader, 104);
    expect(first()).toBeNull();
    expect(removeVoter(quorum, leader, leader)()).toBe('REQUEST_TIMED_OUT');
    expect(untilVerdict(quorum, first)).toBe('NONE');
  });

  it('is answered NOT_LEADER_OR_FOLLOWER when the leadership ends meanwhile', () => {
    const { quorum, leader } = dynamicQuorum();
    const verdict = addVoter(quorum, leader, 104);
    quorum.resign(leader);
    expect(untilVerdict(quorum, verdict)).toBe('NOT_LEADER_OR_FOLLOWER');
  });

  it('is undone with its record when that is cut off', () => {
    const { quorum, leader } = dynamicQuorum();
    const others = [101, 102, 103].filter((id) => id !== leader);
    for (const id of others) for (const end of [leader, 104]) quorum.network.cut(end, id);
    for (const id of others) for (const end of [leader, 104]) quorum.network.cut(id, end);
    untilVerdict(quorum, addVoter(quorum, leader, 104, { ackWhenCommitted: false }));
    quorum.until('effect', () => [leader, 104].every((id) => votersOf(quorum, id).length === 4));
    // A snapshot of all that is committed ends just before that record: the voters before it are not forgotten.
    quorum.append(leader, 'lost');
    quorum.run(100 * MS);
    for (const id of [leader, 104]) expect(quorum.snapshot(id)).toBe(true);
    quorum.run(100 * MS);
    const successor = quorum.untilLeader(others);
    quorum.network.heal();
    quorum.append(successor, 'after');
    quorum.untilApplied('after');
    for (const id of quorum.ids) expect(votersOf(quorum, id)).toEqual([101, 102, 103]);
    expect(quorum.factsOf(leader, 'log truncated').length).toBeGreaterThan(0);
  });
});

describe('removing a voter', () => {
  it('makes it an observer, which a majority of the others does without', () => {
    const { quorum, leader } = dynamicQuorum();
    const [removed, other] = [101, 102, 103].filter((id) => id !== leader) as [number, number];
    expect(untilVerdict(quorum, removeVoter(quorum, leader, removed))).toBe('NONE');
    quorum.run(SECOND);
    for (const id of quorum.ids) expect(votersOf(quorum, id)).not.toContain(removed);
    quorum.crash(other);
    quorum.append(leader, 'alone');
    quorum.run(SECOND);
    expect(quorum.applied(leader).values).toEqual([]);
    quorum.run(20 * SECOND);
    expect(['follower', 'unattached']).toContain(quorum.raft(removed).role);
  });

  it('lets a leader lead on until its own removal is committed, without itself, and resign then', () => {
    const { quorum, leader } = dynamicQuorum();
    const others = [101, 102, 103].filter((id) => id !== leader);
    quorum.network.cut(leader, others[0]!);
    quorum.network.cut(others[0]!, leader);
    const verdict = removeVoter(quorum, leader, leader);
    quorum.run(500 * MS);
    // The two that remain must both have it: the leader's own copy counts for nothing (KAFKA-16530).
    expect(verdict()).toBeNull();
    expect(quorum.raft(leader).isLeader).toBe(true);
    quorum.network.heal();
    expect(untilVerdict(quorum, verdict)).toBe('NONE');
    const successor = quorum.untilLeader(others);
    quorum.append(successor, 'after');
    quorum.untilApplied('after');
    expect(quorum.raft(leader).role).toBe('follower');
    expect(votersOf(quorum, leader)).toEqual(others);
  });

  it('is refused for who does not vote, in that directory, and for the last one', () => {
    const { quorum, leader } = dynamicQuorum();
    expect(removeVoter(quorum, leader, 104)()).toBe('VOTER_NOT_FOUND');
    const wrong = { voterDirectoryId: quorum.directoryIdOf(104) };
    expect(removeVoter(quorum, leader, leader, wrong)()).toBe('VOTER_NOT_FOUND');
    const alone = new TestQuorum({ kraftVersion: 1, voters: 1 }).startAll();
    alone.untilLeader();
    expect(removeVoter(alone, 101, 101)()).toBe('VOTER_NOT_FOUND');
  });
});

describe('a voter', () => {
  it('that listens elsewhere after a restart makes itself known, and so does a new leader', () => {
    const { quorum, leader } = dynamicQuorum();
    const moved = [101, 102, 103].find((id) => id !== leader)!;
    quorum.crash(moved);
    quorum.ports.set(moved, 9999);
    quorum.start(moved);
    quorum.until('a new endpoint', () =>
      quorum.ids.every((id) => quorum.raft(id).voters.get(moved)!.port === 9999),
    );
    quorum.crash(leader);
    quorum.ports.set(leader, 9998);
    quorum.start(leader);
    quorum.untilLeader();
    quorum.until('a new endpoint', () =>
      quorum.ids.every((id) => quorum.raft(id).voters.get(leader)!.port === 9998),
    );
  });

  it('that lost its disk is another replica, and its word counts for nothing', () => {
    const { quorum, leader } = dynamicQuorum();
    const others = [101, 102, 103].filter((id) => id !== leader);
    quorum.wipe(others[0]!);
    quorum.start(others[0]!);
    quorum.crash(others[1]!);
    quorum.append(leader, 'alone');
    quorum.run(SECOND);
    expect(quorum.applied(leader).values).toEqual([]);
    expect(quorum.raft(others[0]!).role).toBe('follower');
    // Asked for its vote under its old directory it says that it is not the one.
    const body = {
      clusterId: null,
      voterId: others[0]!,
      topics: [
        {
          topicName: '__cluster_metadata',
          partitions: [
            {
              partitionIndex: 0,
              replicaEpoch: 9,
              replicaId: leader,
              replicaDirectoryId: quorum.directoryIdOf(leader),
              voterDirectoryId: quorum.directoryIdOf(104),
              lastOffsetEpoch: 1,
              lastOffset: 100,
              preVote: false,
            },
          ],
        },
      ],
    };
    const asked = quorum.ask(others[0]!, ApiKey.Vote, 2, body);
    quorum.until('an answer', () => asked.answer !== null);
    expect(JSON.stringify(asked.answer)).toContain('"errorCode":125');
  });

  it('joins by itself where it may, after its former self was removed (KIP-1186)', () => {
    const config = { 'controller.quorum.auto.join.enable': true };
    const { quorum } = dynamicQuorum({ config });
    quorum.until('104 votes', () => quorum.ids.every((id) => votersOf(quorum, id).includes(104)));
    const lost = quorum.ids.find((id) => id !== quorum.leader())!;
    quorum.wipe(lost);
    quorum.start(lost);
    const directoryId = quorum.directoryIdOf(lost);
    quorum.until('the new disk votes', () => quorum.raft(quorum.leader()).voters.isVoter(lost, directoryId));
    expect(votersOf(quorum, quorum.leader())).toEqual([101, 102, 103, 104]);
  });

  it('that led and lost its disk is not upset to hear that it leads', () => {
    const { quorum, leader } = dynamicQuorum();
    quorum.wipe(leader);
    quorum.start(leader);
    const successor = quorum.untilLeader(quorum.ids.filter((id) => id !== leader));
    quorum.append(successor, 'after');
    quorum.untilApplied('after');
    expect(quorum.exitOf(leader)).toBeNull();
  });
});

describe('a static quorum', () => {
  it('takes no changes', () => {
    const { quorum, leader } = dynamicQuorum({ kraftVersion: 0 });
    expect(addVoter(quorum, leader, 104)()).toBe('UNSUPPORTED_VERSION');
    expect(removeVoter(quorum, leader, 101)()).toBe('UNSUPPORTED_VERSION');
    expect(quorum.raft(104).role).toBe('follower');
  });

  it('becomes dynamic when each voter has told its directory', () => {
    const { quorum, leader } = dynamicQuorum({ kraftVersion: 0 });
    expect(quorum.raiseKRaftVersion(leader, 1)).toContain('not all of the voters support it');
    quorum.run(10 * SECOND);
    expect(quorum.raiseKRaftVersion(leader, 1)).toBeNull();
    expect(quorum.raft(leader).kraftVersion).toBe(1);
    quorum.until('dynamic', () => quorum.ids.every((id) => quorum.raft(id).kraftVersion === 1));
    expect(quorum.raft(leader).voters.isVoter(101, quorum.directoryIdOf(104))).toBe(false);
    quorum.run(SECOND);
    expect(untilVerdict(quorum, addVoter(quorum, leader, 104))).toBe('NONE');
    for (const id of quorum.ids) quorum.restart(id);
    quorum.untilLeader();
    for (const id of quorum.ids) expect(votersOf(quorum, id)).toEqual([101, 102, 103, 104]);
    expect(quorum.raiseKRaftVersion(quorum.leader(), 0)).toContain('downgrade');
  });
});
