import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { Leader } from '../../../engine/raft/roles/leader.ts';
import type { ReplicaProgress } from '../../../engine/raft/roles/replica-progress.ts';
import { QuorumInvariants } from './quorum-invariants.ts';
import { converge, runActions, type Schedule, schedulesFor } from './quorum-schedule.ts';
import { TestQuorum } from './test-quorum.ts';
import { addVoter, removeVoter } from './voter-requests.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Voters 101 to 103, spares 104 and 105, an observer. */
const schedules = schedulesFor(6, true);

/** Runs a schedule that also changes the voters, then heals all and demands that they agree. */
function runSchedule(schedule: Schedule): void {
  const { seed, slowestSyncMs } = schedule;
  const quorum = new TestQuorum({
    seed,
    kraftVersion: 1,
    spares: 2,
    observers: 1,
    config: { 'metadata.max.retention.bytes': 600 },
    syncUs: [500, slowestSyncMs * MS],
  });
  const invariants = new QuorumInvariants(quorum);
  runActions(quorum, schedule);
  quorum.run(20 * SECOND);
  if (isStuck(quorum)) return;
  const leader = converge(quorum);
  const { values } = quorum.applied(leader);
  for (const id of quorum.ids) {
    if (quorum.applied(id).values.join() !== values.join()) throw new Error(`violation: ${id} differs`);
    if (!quorum.raft(id).voters.equals(quorum.raft(leader).voters))
      throw new Error(`violation: ${id} has other voters`);
  }
  if (invariants.committedValues.join() !== values.join())
    throw new Error('violation: committed values are lost');
}

/**
 * Nobody leads, because a replica that removed itself alone has that record: it does not stand, being no voter in
 * its own eyes, and does not vote for the others, whose logs are shorter. Ongaro's thesis (4.2.2) has it stand all the
 * same; Kafka's does not (KIP-853), and waits for an operator.
 */
function isStuck(quorum: TestQuorum): boolean {
  if (quorum.leader() >= 0) return false;
  const replicas = quorum.ids
    .filter((id) => quorum.isRunning(id))
    .map((id) => ({ id, raft: quorum.raft(id) }));
  return replicas.some(
    ({ id, raft }) =>
      !raft.voters.has(id) &&
      replicas.some((other) => other.raft.voters.has(id) && other.raft.logEndOffset < raft.logEndOffset),
  );
}

describe('whatever happens to a quorum whose voters change', () => {
  it('has one leader an epoch, commits by majorities of its voters, and loses nothing committed', () => {
    fc.assert(fc.property(schedules, runSchedule), { seed: 20_261_121, numRuns: 12 });
  });
});

/**
 * The bug of Raft's single-server changes (K8). A leads 1, and adds E; only A and E have that. B leads 2, and removes A
 * before anything of epoch 2 is committed; B and C have that. Neither majority of the other knows:
 *
 *   A | voters ABCDE | e1 |        D has voted for B in epoch 2, but has none of its records: A wins epoch 3 with
 *   B | voters BCD   | e2 |        the votes of D and E, three of five, while B and C, two of three, have committed
 *   C | voters BCD   | e2 |        in epoch 2 what A does not have.
 *   D | voters ABCD  |    |
 *   E | voters ABCDE | e1 |
 */
function removeBeforeCommit(): { verdict: string | null; quorum: TestQuorum } {
  const quorum = new TestQuorum({ kraftVersion: 1, voters: 4, spares: 1 });
  new QuorumInvariants(quorum);
  quorum.startAll();
  const a = quorum.untilLeader();
  quorum.run(SECOND);
  const others = [101, 102, 103, 104].filter((id) => id !== a);
  for (const id of others) {
    for (const end of [a, 105]) {
      quorum.network.cut(id, end);
      quorum.network.cut(end, id);
    }
  }
  addVoter(quorum, a, 105);
  quorum.until('B leads', () => others.includes(quorum.leader()));
  const b = quorum.leader();
  const [c, d] = others.filter((id) => id !== b) as [number, number];
  quorum.isolate(d);
  quorum.run(100 * MS);
  const verdict = removeVoter(quorum, b, a);
  quorum.append(b, 'committed by B and C');
  quorum.run(500 * MS);
  const told = verdict();
  quorum.network.heal();
  for (const id of [b, c]) quorum.isolate(id);
  quorum.run(20 * SECOND);
  return { verdict: told, quorum };
}

describe('a change of voters before the leader has committed in its epoch', () => {
  it('is refused, and nothing is lost', () => {
    const { verdict, quorum } = removeBeforeCommit();
    expect(verdict).toBe('REQUEST_TIMED_OUT');
    quorum.network.heal();
    converge(quorum);
  });

  it('would be seen to lose what is committed, if it were taken (K8)', () => {
    vi.spyOn(Leader.prototype, 'hasCommittedInEpoch').mockReturnValue(true);
    const isCommitted = Leader.prototype.isCommitted;
    vi.spyOn(Leader.prototype, 'isCommitted').mockImplementation(function (this: Leader, offset) {
      return this.highWatermark < 0 || isCommitted.call(this, offset);
    });
    expect(removeBeforeCommit).toThrow('violation: committed at');
  });
});

/** The leader removes itself while only one of the two others hears it. */
function removeLeader(): TestQuorum {
  const quorum = new TestQuorum({ kraftVersion: 1 });
  new QuorumInvariants(quorum);
  quorum.startAll();
  const leader = quorum.untilLeader();
  quorum.run(SECOND);
  quorum.isolate(quorum.ids.find((id) => id !== leader)!);
  removeVoter(quorum, leader, leader);
  quorum.run(SECOND);
  return quorum;
}

describe('a leader that is no voter any more', () => {
  it('leaves the quorum without a leader when it dies, needed, with the only copy of its removal, as in Kafka', () => {
    const quorum = new TestQuorum({ kraftVersion: 1, voters: 2 }).startAll();
    new QuorumInvariants(quorum);
    const leader = quorum.untilLeader();
    quorum.run(SECOND);
    quorum.isolate(leader);
    removeVoter(quorum, leader, leader);
    quorum.run(SECOND);
    quorum.restart(leader);
    quorum.network.heal();
    quorum.run(30 * SECOND);
    expect(isStuck(quorum)).toBe(true);
  });

  it('does not count itself', () => {
    const quorum = removeLeader();
    quorum.network.heal();
    converge(quorum);
  });

  it('would be seen to commit without a majority, if it did (K9, KAFKA-16530)', () => {
    const { voterProgress } = Leader.prototype;
    vi.spyOn(Leader.prototype, 'voterProgress').mockImplementation(function (
      this: Leader,
    ): ReplicaProgress[] {
      const own = this.observerProgress(0).filter(({ id }) => id === this.leader);
      return [...voterProgress.call(this), ...own];
    });
    expect(removeLeader).toThrow('violation: 10');
  });
});
