import { afterEach, describe, expect, it, vi } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { Quorum } from '../../../engine/raft/quorum.ts';
import { TestQuorum } from './test-quorum.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function othersOf(quorum: TestQuorum, id: number): [number, number] {
  return quorum.voters.map((voter) => voter.id).filter((other) => other !== id) as [number, number];
}

describe('replication', () => {
  it('brings what the leader appends to every voter and observer, in order, once', () => {
    const quorum = new TestQuorum({ observers: 2 }).startAll();
    const leader = quorum.untilLeader();
    quorum.append(leader, 'a', 'b');
    quorum.append(leader, 'c');
    quorum.untilApplied('c');
    for (const id of quorum.ids) expect(quorum.applied(id).values).toEqual(['a', 'b', 'c']);
  });

  it('refuses an append by who does not lead', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    expect(quorum.append(othersOf(quorum, leader)[0], 'no')).toBeNull();
    const expected = quorum.raft(leader).nextOffset;
    expect(quorum.append(leader, 'yes', 'yes')).toBe(expected + 1);
    expect(quorum.raft(leader).nextOffset).toBe(expected + 2);
  });

  it('lets appends linger, so that one round serves many', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    quorum.run(SECOND);
    const end = quorum.raft(leader).logEndOffset;
    quorum.append(leader, 'a');
    quorum.run(20 * MS);
    quorum.append(leader, 'b');
    expect(quorum.raft(leader).logEndOffset).toBe(end);
    quorum.run(6 * MS);
    expect(quorum.raft(leader).logEndOffset).toBe(end + 2);
  });

  it('costs a few messages a second when there is nothing to replicate', () => {
    const quorum = new TestQuorum({ observers: 1 }).startAll();
    quorum.untilLeader();
    // Each follower tells the leader of itself once, after four seconds, or at the next try four seconds later.
    quorum.run(10 * SECOND);
    const before = quorum.network.messages;
    quorum.run(10 * SECOND);
    // Three fetches that each wait half a second.
    expect(quorum.network.messages - before).toBeLessThanOrEqual(60);
    expect(quorum.network.messages - before).toBeGreaterThan(50);
  });

  it('tells the followers of a new high watermark at once (KIP-1166)', () => {
    const quorum = new TestQuorum({ config: { 'controller.quorum.append.linger.ms': 0 } }).startAll();
    const leader = quorum.untilLeader();
    quorum.run(SECOND);
    const at = quorum.now;
    quorum.append(leader, 'a');
    quorum.untilApplied('a');
    expect(quorum.now - at).toBeLessThan(40 * MS);
  });
});

describe('what is committed', () => {
  it('survives that all lose power at once', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    quorum.append(leader, 'kept');
    quorum.untilApplied('kept', [leader]);
    for (const id of quorum.ids) quorum.losePower(id);
    quorum.startAll();
    quorum.untilApplied('kept');
  });

  it('needs a majority that has synced: a voter acknowledges nothing before (KAFKA-13884 for observers only)', () => {
    const quorum = new TestQuorum().startAll();
    const leader = quorum.untilLeader();
    quorum.run(SECOND);
    const [one, other] = othersOf(quorum, leader);
    quorum.holdSyncs(one);
    quorum.holdSyncs(other);
    const offset = quorum.append(leader, 'lost')!;
    quorum.run(SECOND);
    expect(quorum.raft(one).logEndOffset).toBe(offset + 1);
    expect(quorum.raft(other).logEndOffset).toBe(offset + 1);
    expect(quorum.raft(leader).highWatermark).toBe(offset);
  });

  it('needs the sync of a leader that is alone', () => {
    const quorum = new TestQuorum({ voters: 1 }).startAll();
    quorum.untilLeader();
    quorum.run(SECOND);
    quorum.holdSyncs(101);
    const offset = quorum.append(101, 'lost')!;
    quorum.run(SECOND);
    expect(quorum.raft(101).logEndOffset).toBe(offset + 1);
    expect(quorum.raft(101).highWatermark).toBe(offset);
  });

  it('is not waited for with observers: they do not sync', () => {
    const quorum = new TestQuorum({ observers: 1 }).startAll();
    const leader = quorum.untilLeader();
    quorum.until('the observer has what there is', () => quorum.applied(1).nextOffset === 1);
    quorum.run(SECOND);
    quorum.holdSyncs(1);
    quorum.append(leader, 'read along');
    quorum.untilApplied('read along', [1]);
  });
});

/**
 * Raft's figure 8: a record of an old epoch lies on a majority, but no record of the new leader's epoch does. Three
 * voters, one batch a fetch. Runs until the new leader knows that a majority has all before its epoch, and no more.
 */
function untilMajorityAtEpochStart(): { quorum: TestQuorum; leader: number; start: number } {
  const quorum = new TestQuorum({ seed: 5, config: { 'controller.quorum.fetch.max.bytes': 1 } }).startAll();
  const old = quorum.untilLeader();
  quorum.run(SECOND);
  const [one, other] = othersOf(quorum, old);
  quorum.network.cut(old, other);
  quorum.network.cut(other, old);
  const offset = quorum.append(old, 'x')!;
  // `one` has x and is syncing it; that it has it, it can tell nobody.
  quorum.until('x at one follower', () => quorum.raft(one).logEndOffset > offset);
  quorum.network.cut(one, old);
  quorum.crash(old);
  const end = quorum.raft(one).logEndOffset;
  quorum.until('its election', () => quorum.raft(one).isLeader);
  quorum.until('x at a majority', () => quorum.raft(other).logEndOffset === end);
  // What follows x stays away from the other, whose fetches still arrive.
  quorum.network.cut(one, other);
  quorum.run(500 * MS);
  return { quorum, leader: one, start: end };
}

describe('the own-epoch rule (KAFKA-12619)', () => {
  it('hides the high watermark until a record of the new epoch is on a majority', () => {
    const { quorum, leader, start } = untilMajorityAtEpochStart();
    expect(quorum.raft(leader).logEndOffset).toBeGreaterThan(start);
    expect(quorum.raft(leader).highWatermark).toBe(-1);
    expect(quorum.applied(leader).values).not.toContain('x');
    expect(quorum.applied(leader).isLeader).toBe(false);
    quorum.network.heal();
    quorum.untilApplied('x', [leader]);
  });

  it('is what hides it: without the rule the old record shows', () => {
    const becomeLeader = Quorum.prototype.becomeLeader;
    vi.spyOn(Quorum.prototype, 'becomeLeader').mockImplementation(function (this: Quorum, start, now, out) {
      return becomeLeader.call(this, start - 1, now, out);
    });
    const { quorum, leader } = untilMajorityAtEpochStart();
    expect(quorum.applied(leader).values).toContain('x');
  });
});

describe('divergence', () => {
  it('is cut off a former leader, which takes what the new one has', () => {
    const quorum = new TestQuorum({ observers: 1 }).startAll();
    const old = quorum.untilLeader();
    quorum.append(old, 'common');
    quorum.untilApplied('common');
    quorum.isolate(old);
    quorum.append(old, 'lost 1');
    quorum.append(old, 'lost 2');
    quorum.run(100 * MS);
    const others = othersOf(quorum, old);
    const successor = quorum.untilLeader(others);
    quorum.append(successor, 'won');
    quorum.untilApplied('won', [...others, 1]);
    quorum.network.heal();
    quorum.untilApplied('won');
    expect(quorum.factsOf(old, 'log truncated').length).toBeGreaterThan(0);
    for (const id of quorum.ids) expect(quorum.applied(id).values).toEqual(['common', 'won']);
  });

  it('is cut off an observer that had read what was lost', () => {
    const quorum = new TestQuorum({ observers: 1 }).startAll();
    const old = quorum.untilLeader();
    quorum.append(old, 'common');
    quorum.untilApplied('common');
    for (const other of othersOf(quorum, old)) {
      quorum.network.cut(old, other);
      quorum.network.cut(other, old);
    }
    const lost = quorum.append(old, 'lost')!;
    quorum.until('the observer reads along', () => quorum.raft(1).logEndOffset === lost + 1);
    expect(quorum.applied(1).values).toEqual(['common']);
    const successor = quorum.untilLeader(othersOf(quorum, old));
    quorum.append(successor, 'won');
    quorum.untilApplied('won', [successor, 1]);
    expect(quorum.applied(1).values).toEqual(['common', 'won']);
    expect(quorum.factsOf(1, 'log truncated').length).toBeGreaterThan(0);
  });
});
