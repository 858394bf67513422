import { describe, expect, it } from 'vitest';
import { METADATA_LOG } from '../../../sim/check/index.ts';
import {
  appended,
  broker,
  elected,
  leads,
  opened,
  partition,
  replicated,
  role,
  runs,
  Story,
  state,
} from './facts.ts';

const T = 't-0';
const follows = (leaderEpoch: number, leader: number) =>
  ({ fact: 'replica became follower', log: T, leaderEpoch, leader }) as const;
const cut = (log: string, logEndOffset: number) => ({ fact: 'log truncated', log, logEndOffset }) as const;
const isr = (ids: readonly number[], maximalIsr = ids) =>
  ({ fact: 'isr changed', log: T, leaderEpoch: 0, partitionEpoch: 0, isr: ids, maximalIsr }) as const;
const committed = (highWatermark: number, quorumEpoch: number) =>
  ({ fact: 'quorum committed', highWatermark, quorumEpoch }) as const;

/** Three brokers run; b1 leads epoch 0 with two records, both everywhere and replicated. */
function healthy(): Story {
  const records = [appended(T, 0, 0), appended(T, 1, 0)];
  return new Story()
    .node('b1', ...runs(1))
    .node('b2', ...runs(2))
    .node('b3', ...runs(3))
    .node('c101', partition(T, [1, 2, 3]))
    .node('b1', leads(T, 0, [1, 2, 3]), ...records)
    .node('b2', follows(0, 1), ...records)
    .node('b3', follows(0, 1), ...records)
    .node('b1', replicated(T, 2, 2, 0));
}

/** Three voters; 101 leads epoch 1 and has committed one record that 102 has too. */
function quorum(): Story {
  return new Story()
    .node('c102', role('unattached', 0))
    .node('c103', role('unattached', 0))
    .node('c101', ...elected(101, 1), appended(METADATA_LOG, 0, 1))
    .node('c102', role('follower', 1, 101), appended(METADATA_LOG, 0, 1))
    .node('c103', role('follower', 1, 101))
    .node('c101', committed(1, 1));
}

describe('published invariants of replication', () => {
  it('say nothing of a healthy cluster', () => {
    expect(healthy().fired).toEqual([]);
    expect(quorum().fired).toEqual([]);
  });

  it('LeaderInIsr fires when a leader, or the controller, leaves the leader out', () => {
    expect(healthy().node('b1', isr([2, 3], [1, 2, 3])).fired).toEqual(['LeaderInIsr']);
    expect(healthy().node('c101', partition(T, [2, 3], { leader: 1, partitionEpoch: 1 })).fired).toEqual([
      'LeaderInIsr',
    ]);
  });

  it('WeakIsr fires when a leader calls replicated what a member of its own ISR does not have', () => {
    const story = healthy().node('c101', partition(T, [1, 2], { partitionEpoch: 1 }));
    story.node('b1', appended(T, 2, 0)).node('b2', appended(T, 2, 0));
    expect(story.node('b1', isr([1, 2]), replicated(T, 3, 3, 0)).fired).toEqual([]);
    const early = healthy().node('c101', partition(T, [1, 2], { partitionEpoch: 1 }));
    early.node('b1', appended(T, 2, 0)).node('b2', appended(T, 2, 0));
    expect(early.node('b1', replicated(T, 3, 3, 0)).fired).toEqual(['WeakIsr']);
    // Reassigned to 1 and 2, which 3 knows before its leader.
    const moved = healthy()
      .node('b1', appended(T, 2, 0))
      .node('b2', appended(T, 2, 0));
    moved.node('c101', partition(T, [1, 2], { partitionEpoch: 1, replicas: [1, 2] }));
    moved.node('b3', { fact: 'log closed', log: T, reason: 'deleted' });
    expect(moved.node('b1', replicated(T, 3, 3, 0)).fired).toEqual([]);
  });

  it('LeaderCandidateCompleteness fires when a member of the ISR lacks what becomes replicated', () => {
    const story = healthy()
      .node('b1', appended(T, 2, 0))
      .node('b2', appended(T, 2, 0));
    expect(story.node('b1', isr([1, 2]), replicated(T, 3, 3, 0)).fired).toContain(
      'LeaderCandidateCompleteness',
    );
  });

  it('LeaderCandidateCompleteness fires when one that lacks it joins the ISR, or stays in the ELR', () => {
    const without3 = () =>
      healthy()
        .node('c101', partition(T, [1, 2], { partitionEpoch: 1 }))
        .node('b1', isr([1, 2]), appended(T, 2, 0))
        .node('b2', appended(T, 2, 0))
        .node('b1', replicated(T, 3, 3, 0));
    expect(without3().fired).toEqual([]);
    expect(without3().node('c101', partition(T, [1, 2, 3], { partitionEpoch: 2 })).fired).toContain(
      'LeaderCandidateCompleteness',
    );
    expect(without3().node('c101', partition(T, [1], { partitionEpoch: 2, elr: [2, 3] })).fired).toEqual([
      'LeaderCandidateCompleteness',
    ]);
  });

  it('LeaderCandidateCompleteness fires when a member cuts what is replicated, but not for one that is down', () => {
    expect(healthy().node('b2', cut(T, 1)).fired).toEqual(['LeaderCandidateCompleteness']);
    expect(healthy().down('b2').node('b2', opened(T, 1)).fired).toEqual([]);
    const again = healthy()
      .down('b2')
      .node('b2', opened(T, 1), ...runs(2));
    expect(again.fired).toEqual(['LeaderCandidateCompleteness']);
  });

  it('LeaderCandidateCompleteness measures nobody by what an unclean election gave up', () => {
    const unclean = partition(T, [3], { leader: 3, leaderEpoch: 1, partitionEpoch: 1, unclean: true });
    expect(healthy().node('c101', unclean).node('b3', cut(T, 1)).fired).toEqual([]);
  });

  it('ElectedLeaderIsActive fires for a fenced, a stopping and an unknown broker', () => {
    const elect = (leader: number) =>
      partition(T, [leader], { leader, leaderEpoch: 1, partitionEpoch: 1, replicas: [1, 2, leader] });
    const electAfter = (...before: ReturnType<typeof broker>[]) =>
      healthy().node('c101', ...before, elect(before.length === 0 ? 9 : 2)).fired;
    expect(electAfter(broker(2))).toEqual([]);
    expect(electAfter(broker(2, true))).toContain('ElectedLeaderIsActive');
    expect(electAfter(broker(2, false, true))).toContain('ElectedLeaderIsActive');
    expect(electAfter()).toContain('ElectedLeaderIsActive');
  });

  it('PartitionEpochsRise fires when an epoch stands still or goes back', () => {
    const change = (rest: Parameters<typeof partition>[2]) =>
      healthy()
        .node('c101', partition(T, [1, 2, 3], { partitionEpoch: 5, leaderEpoch: 2 }))
        .node('c101', partition(T, [1, 2], { partitionEpoch: 6, leaderEpoch: 2, ...rest })).fired;
    expect(change({})).toEqual([]);
    expect(change({ partitionEpoch: 5 })).toEqual(['PartitionEpochsRise']);
    expect(change({ leaderEpoch: 1 })).toEqual(['PartitionEpochsRise']);
    expect(change({ leader: 2 })).toEqual(['PartitionEpochsRise']);
    expect(change({ leader: 2, leaderEpoch: 3 })).toEqual([]);
  });

  it('ReassignmentKeepsIsr fires when a reassignment ends before its targets are in sync', () => {
    const moved = (from: readonly number[], to: readonly number[], ids: readonly number[]) => {
      const replicas = [...new Set([...from, ...to])];
      const leader = ids[0]!;
      return new Story()
        .node('c101', ...replicas.map((id) => broker(id)), partition(T, [leader], { replicas: from }))
        .node('c101', partition(T, [leader], { partitionEpoch: 1, replicas }))
        .node('c101', partition(T, [leader], { partitionEpoch: 2, replicas: to, isr: ids }))
        .fired.filter((check) => check === 'ReassignmentKeepsIsr').length;
    };
    expect(moved([1, 2, 3], [2, 3, 4], [4])).toBe(0);
    expect(moved([1, 2, 3], [2, 3, 4], [2, 3])).toBe(1);
    expect(moved([1, 2, 3, 4, 5], [2, 3, 4, 6], [6])).toBe(1);
    expect(moved([1, 2, 3, 4, 5], [2, 3, 4, 6], [2, 3, 4, 6])).toBe(0);
    expect(moved([1, 2, 3], [1, 2], [1])).toBe(1);
    expect(moved([1, 2, 3], [1, 2, 3], [1])).toBe(0);
  });

  it('ValidControllerIsrAndElr fires for a stranger, a broker in both, and an ELR beside a full ISR', () => {
    const change = (ids: readonly number[], elr: readonly number[]) =>
      new Story()
        .node('c101', broker(1), broker(2), broker(3), broker(4), partition(T, ids, { elr }))
        .fired.filter((check) => check === 'ValidControllerIsrAndElr').length;
    expect(change([1], [2])).toBe(0);
    expect(change([1, 4], [])).toBe(1);
    expect(change([1], [4])).toBe(1);
    expect(change([1], [1])).toBe(1);
    expect(change([1, 1], [])).toBe(1);
    expect(change([1, 2], [3])).toBe(1);
  });

  it('MinIsrRecoveryQuorum fires when nobody is left and nobody is remembered', () => {
    const gone = (lastKnownElr: readonly number[]) =>
      new Story().node('c101', partition(T, [], { lastKnownElr })).fired;
    expect(gone([1])).toEqual([]);
    expect(gone([])).toEqual(['MinIsrRecoveryQuorum']);
  });

  it('MinIsrRecoveryQuorum calls it a weakness where a change of min.insync.replicas forgot them', () => {
    const change = (isr: readonly number[], leaderEpoch: number) => {
      const story = new Story().node('c101', broker(1), partition(T, isr, { elr: [2], leaderEpoch: 5 }));
      const { checks } = story.node(
        'c101',
        partition(T, [], { leaderEpoch }),
        partition(T, [], { leaderEpoch }),
      );
      return checks.violations.map(({ check, evidence }) => [check, evidence.weakness !== undefined]);
    };
    const [forgotten, lost] = [true, false].map((is) => ['MinIsrRecoveryQuorum', is]);
    expect(change([], 5)).toEqual([forgotten, forgotten]);
    expect(change([], 6)).toEqual([lost, lost]);
    expect(change([1], 5)).toEqual([lost, lost]);
  });

  it('ValidBrokerState fires when a broker skips a state, and when it runs unregistered', () => {
    expect(new Story().node('b1', state('STARTING'), broker(1), state('RUNNING')).fired).toEqual([
      'ValidBrokerState',
    ]);
    expect(new Story().node('b1', state('STARTING'), state('RECOVERY'), state('RUNNING')).fired).toEqual([
      'ValidBrokerState',
    ]);
    expect(healthy().down('b1').node('b1', state('STARTING')).fired).toEqual([]);
  });

  it('ValidReplicaState fires for a log out of order, a leader epoch that goes back and a role not given', () => {
    expect(new Story().node('b1', appended(T, 0, 2), appended(T, 1, 1)).fired).toEqual(['ValidReplicaState']);
    expect(new Story().node('b1', appended(T, 1, 0), appended(T, 1, 0)).fired).toContain('ValidReplicaState');
    expect(healthy().node('b2', follows(3, 1), follows(2, 1)).fired).toEqual(['ValidReplicaState']);
    expect(healthy().node('b2', follows(0, 3)).fired).toEqual(['ValidReplicaState']);
    expect(healthy().node('b3', leads(T, 0, [1, 2, 3], 2, 2)).fired).toContain('ValidReplicaState');
  });
});

describe('published invariants of the quorum', () => {
  it('ValidRolesAndStates fires for a change that Raft does not know, and for a leader that names another', () => {
    expect(quorum().node('c102', role('leader', 2, 102)).fired).toEqual(['ValidRolesAndStates']);
    expect(quorum().node('c103', role('follower', 2, 103)).fired).toEqual(['ValidRolesAndStates']);
    expect(quorum().node('c101', role('resigned', 1, 102)).fired).toEqual(['ValidRolesAndStates']);
    expect(new Story().node('c101', role('leader', 1, 101)).fired).toEqual(['ValidRolesAndStates']);
  });

  it('MonotonicEpoch fires when a living process goes back, and when one forgets what it led', () => {
    expect(quorum().node('c102', role('unattached', 0)).fired).toEqual(['MonotonicEpoch']);
    expect(quorum().down('c102').node('c102', role('unattached', 0)).fired).toEqual([]);
    expect(quorum().down('c101').node('c101', role('unattached', 0)).fired).toEqual(['MonotonicEpoch']);
  });

  it('MajorityReachedHighWatermark fires when too few have what is committed', () => {
    expect(quorum().node('c101', appended(METADATA_LOG, 1, 1), committed(2, 1)).fired).toEqual([
      'MajorityReachedHighWatermark',
    ]);
  });

  it('MajorityReachedHighWatermark fires when a crash or a cut takes it from the majority later', () => {
    const empty = { ...opened(METADATA_LOG, 0) };
    expect(quorum().down('c103').node('c103', empty).fired).toEqual([]);
    expect(quorum().down('c102').node('c102', empty).fired).toEqual(['MajorityReachedHighWatermark']);
    expect(quorum().node('c102', cut(METADATA_LOG, 0)).fired).toEqual(['MajorityReachedHighWatermark']);
    const snapshot = { fact: 'log restarted', log: METADATA_LOG, logStartOffset: 5 } as const;
    expect(quorum().node('c102', snapshot).fired).toEqual([]);
  });

  it('MonotonicHighWatermark fires when a new leader knows less to be committed than the last one told', () => {
    const next = (highWatermark: number) =>
      quorum()
        .node('c102', appended(METADATA_LOG, 1, 1))
        .node('c101', appended(METADATA_LOG, 1, 1), committed(2, 1))
        .node('c102', ...elected(102, 2), appended(METADATA_LOG, 2, 2))
        .node('c103', ...[0, 1, 2].map((at) => appended(METADATA_LOG, at, at === 2 ? 2 : 1)))
        .node('c102', committed(highWatermark, 2)).fired;
    expect(next(3)).toEqual([]);
    expect(next(1)).toContain('MonotonicHighWatermark');
  });

  it('LeaderCommitsOwnEpoch fires when a leader counts a majority of an earlier epoch’s record', () => {
    const next = (epoch: number) =>
      quorum()
        .node('c101', appended(METADATA_LOG, 1, epoch))
        .node('c102', appended(METADATA_LOG, 1, epoch), ...elected(102, 2), committed(2, 2)).fired;
    expect(next(2)).toEqual([]);
    expect(next(1)).toEqual(['LeaderCommitsOwnEpoch']);
  });

  it('QuorumElectionSafety fires when a process leads an epoch again that it led in its last life', () => {
    const again = quorum().down('c101');
    expect(again.node('c101', role('candidate', 1), role('leader', 1, 101)).fired).toContain(
      'QuorumElectionSafety',
    );
  });

  it('StableLeadership fires when somebody stands against a leader whom a majority has long followed', () => {
    const stands = [role('prospective', 1, 101), role('candidate', 2)];
    expect(quorum().node('c103', ...stands).fired).toEqual([]);
    expect(
      quorum()
        .after(60_000_000)
        .node('c103', ...stands).fired,
    ).toEqual(['StableLeadership']);
    const leaderless = quorum().after(60_000_000).down('c101');
    expect(leaderless.node('c103', ...stands).fired).toEqual([]);
    // It comes back from a power loss as the candidate that it was in the epoch of this very leader.
    const again = quorum().after(60_000_000).down('c103').node('c103', role('candidate', 1));
    expect(again.fired).toEqual([]);
  });

  it('LeaderNeverLoadSnapshot fires when the leader’s own log starts over', () => {
    const restarted = { fact: 'log restarted', log: METADATA_LOG, logStartOffset: 5 } as const;
    expect(quorum().node('c103', restarted).fired).toEqual([]);
    expect(quorum().node('c101', restarted).fired).toContain('LeaderNeverLoadSnapshot');
  });
});
