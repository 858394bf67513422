import { describe, expect, it } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import type { RaftConfig } from '../../../engine/raft/index.ts';
import { TestQuorum } from './test-quorum.ts';

/** A quorum without one voter, whose log has been cleaned below a snapshot. */
function cleanedQuorum(config: Partial<RaftConfig> = {}): {
  quorum: TestQuorum;
  leader: number;
  absent: number;
} {
  const quorum = new TestQuorum({
    observers: 1,
    config: {
      'metadata.max.retention.bytes': 0,
      'controller.quorum.fetch.snapshot.max.bytes': 64,
      ...config,
    },
  });
  const absent = 103;
  quorum.start(101);
  quorum.start(102);
  const leader = quorum.untilLeader([101, 102]);
  for (let round = 0; round < 3; round++) {
    quorum.append(leader, `a${round}`, `b${round}`);
    quorum.untilApplied(`b${round}`, [leader]);
    expect(quorum.snapshot(leader)).toBe(true);
    quorum.run(SECOND);
  }
  quorum.run(60 * SECOND);
  return { quorum, leader, absent };
}

describe('a snapshot', () => {
  it('lets the log below it go, but for the newest one', () => {
    const { quorum, leader } = cleanedQuorum();
    const raft = quorum.raft(leader);
    expect(raft.latestSnapshotId).toEqual({ offset: raft.logEndOffset, epoch: raft.quorumEpoch });
    expect(raft.logStartOffset).toBe(raft.latestSnapshotId!.offset);
    const names = quorum.disk(leader).list('/metadata/__cluster_metadata-0');
    const offset = String(raft.logStartOffset).padStart(20, '0');
    expect(names.filter((name) => name.endsWith('.checkpoint'))).toEqual([`${offset}-0000000001.checkpoint`]);
    expect(quorum.factsOf(leader, 'log start advanced').length).toBeGreaterThan(0);
  });

  it('is fetched, piece by piece, by a voter and an observer that begin with nothing', () => {
    const { quorum, leader, absent } = cleanedQuorum();
    quorum.start(absent);
    quorum.start(1);
    quorum.append(leader, 'later');
    quorum.untilApplied('later');
    for (const id of [absent, 1]) {
      expect(quorum.applied(id).values).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'later']);
      expect(quorum.factsOf(id, 'log restarted').length).toBe(1);
    }
    expect(quorum.probed('raft: snapshot installed')).toBe(2);
  });

  it('is read first after a restart, and the log behind it', () => {
    const { quorum, leader } = cleanedQuorum();
    quorum.append(leader, 'later');
    quorum.untilApplied('later', [leader]);
    quorum.losePower(leader);
    quorum.start(leader);
    quorum.untilApplied('later', [101, 102]);
    expect(quorum.applied(leader).values).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'later']);
  });

  it('that was installed survives the loss of power, whenever it comes', () => {
    for (let at = 0; at < 30; at++) {
      const { quorum, leader, absent } = cleanedQuorum();
      quorum.start(absent);
      quorum.run(at * 1500);
      quorum.losePower(absent, 'some');
      quorum.start(absent);
      quorum.append(leader, 'later');
      quorum.untilApplied('later', [absent]);
      expect(quorum.applied(absent).values).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'later']);
    }
  });

  it('that the leader no longer has is asked for no more: the next one is', () => {
    const { quorum, leader } = cleanedQuorum({
      'controller.quorum.fetch.snapshot.max.bytes': 4,
      'controller.quorum.append.linger.ms': 0,
    });
    // Just before the leader looks for old snapshots, once a minute from its start.
    quorum.run(120 * SECOND - 50 * MS - quorum.now);
    quorum.start(1);
    quorum.until('a piece', () =>
      quorum
        .disk(1)
        .list('/metadata/__cluster_metadata-0')
        .some((name) => name.endsWith('.part')),
    );
    quorum.append(leader, 'later');
    quorum.untilApplied('later', [leader]);
    quorum.snapshot(leader);
    quorum.untilApplied('later', [1]);
    expect(quorum.applied(1).values).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'later']);
    expect(quorum.probed('raft: snapshot gone while it was fetched')).toBe(1);
    expect(
      quorum
        .disk(1)
        .list('/metadata/__cluster_metadata-0')
        .filter((name) => name.endsWith('.part')),
    ).toEqual([]);
  });
});
