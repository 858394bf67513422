import { describe, expect, it } from 'vitest';
import { partitionChangeRecord } from '../../../engine/metadata/index.ts';
import { pending } from '../../../sim/check/index.ts';
import { TOPIC_ID } from '../../engine/broker/images.ts';
import { type Broker, cluster, DIRECTORY, type Fetch, fetching, replica } from './views.ts';

/** b1 leads with an ISR that lacks 3. */
const without3 = (fetches: Fetch[], end: number) =>
  pending(
    cluster({ partition: { isr: [1, 2] }, fetches: { 3: fetches }, replicas: { 3: [replica({ end })] } }),
  );

describe('what has not converged is said with its reason', () => {
  it('nothing of a healthy cluster', () => {
    expect(pending(cluster({}))).toEqual([]);
  });

  it('EventuallyLeaderElected, NotStuckInProspective: who is what in which epoch', () => {
    const views = cluster({
      controllers: { 101: { role: 'prospective', isLeader: false, leader: -1 }, 102: null },
    });
    expect(pending(views)).toEqual([
      'no controller is active: c101 is prospective in epoch 5, c102 is not up',
    ]);
    const stuck = cluster({ controllers: { 102: { role: 'prospective', quorumEpoch: 6, leader: -1 } } });
    expect(pending(stuck)).toEqual(['c102 does not follow controller 101: it is prospective in epoch 6']);
  });

  it('ReconfigurationNotStuck, ValuesEventuallyAcked: which voter lacks what is committed', () => {
    expect(pending(cluster({ controllers: { 102: { logEndOffset: 280 } } }))).toEqual([
      'c102 has the metadata log up to 280 of 300',
    ]);
  });

  it('EventuallyRuns, EventuallyUnfenced: why a broker is fenced', () => {
    const fenced = (broker: Partial<Broker>) => pending(cluster({ fenced: 2, broker: { 2: broker } }))[0];
    expect(fenced({ metadataOffset: 5 })).toBe(
      'b2 is fenced: it has read metadata up to 5, its registration is at 12',
    );
    expect(fenced({ brokerEpoch: 3 })).toBe('b2 is fenced: it speaks for broker epoch 3, 12 is registered');
    expect(fenced({ state: 'RECOVERY' })).toBe('b2 is fenced: it is RECOVERY');
    expect(pending(cluster({ broker: { 2: { state: 'SHUTTING_DOWN' } } }))).toEqual(['b2 is SHUTTING_DOWN']);
  });

  it('EventuallyMetadataConverges: who has read how far', () => {
    expect(pending(cluster({ broker: { 3: { metadataOffset: 250 } } }))).toEqual([
      'b3 has applied metadata up to 250 of 299',
    ]);
  });

  it('configurations: who goes by another one than the metadata says', () => {
    expect(
      pending(cluster({ broker: { 3: { configDivergence: () => 't-0 keeps retention.ms 5' } } })),
    ).toEqual(['b3 goes by another configuration than the metadata says: t-0 keeps retention.ms 5']);
  });

  it('log directories: offline, moving, not told', () => {
    expect(pending(cluster({ broker: { 3: { directories: [] } } }))).toEqual([
      'b3 has 0 of 1 log directories online',
    ]);
    expect(pending(cluster({ broker: { 3: { movesUnderWay: 2 } } }))).toEqual([
      'b3 still moves 2 replicas between its directories',
    ]);
    expect(pending(cluster({ broker: { 3: { assignmentsPending: 1 } } }))[0]).toContain('without an answer');
  });

  it('which replica is not in the ISR, and what its fetcher does', () => {
    const said = 't-0: broker 3 is not in the ISR [1,2]: ';
    expect(without3([fetching()], 10)).toEqual([
      `${said}it has caught up, and its leader has yet to propose it`,
    ]);
    expect(without3([fetching()], 4)).toEqual([`${said}6 records behind its leader`]);
    expect(without3([], 4)).toEqual([
      `${said}it does not fetch, 6 records behind its leader: its fetcher gave up or was never started`,
    ]);
    expect(without3([fetching({ leaderEpoch: 3 })], 4)).toEqual([
      `${said}its fetcher is stuck in leader epoch 3 of 4`,
    ]);
    expect(without3([fetching({ source: 2 })], 4)).toEqual([`${said}it fetches from broker 2, not from 1`]);
    expect(without3([fetching({ isDelayed: true })], 4)).toEqual([
      `${said}6 records behind its leader, its fetcher waits out an error`,
    ]);
    const offline = cluster({
      partition: { isr: [1, 2] },
      replicas: { 3: [replica({ end: 0, role: { kind: 'offline' }, log: null })] },
    });
    expect(pending(offline)).toEqual([`${said}it has its replica in a directory that is offline`]);
  });

  it('EventuallyAcknowledgedValueFullyReplicated: a member of the ISR that is behind', () => {
    expect(pending(cluster({ replicas: { 2: [replica({ end: 7 })] } }))).toEqual([
      't-0: broker 2 of the ISR: 3 records behind its leader',
    ]);
  });

  it('a high watermark that stands still, and the min ISR that holds it', () => {
    const leader = { end: 10, highWatermark: 8, role: { kind: 'leader' } } as const;
    const said = 't-0: the high watermark is 8, the log end 10';
    const all = replica({ ...leader, isr: [1, 2, 3], maximalIsr: [1, 2, 3] });
    expect(pending(cluster({ replicas: { 1: [all] } }))).toEqual([said]);
    const alone = replica({ ...leader, isr: [1], maximalIsr: [1] });
    expect(pending(cluster({ replicas: { 1: [alone] } }))).toEqual([`${said}: the ISR [1] is below min ISR`]);
  });

  it('AlterPartitionEpochEventuallyReachedOrZero: a proposal without an answer', () => {
    const leader = replica({ end: 10, role: { kind: 'leader' }, isr: [1, 2], maximalIsr: [1, 2, 3] });
    expect(pending(cluster({ replicas: { 1: [leader] } }))).toEqual([
      't-0: broker 1 has an ISR proposal without an answer: [1,2], at most [1,2,3]',
    ]);
  });

  it('EventuallyReassignmentCompletes: for whom a reassignment waits', () => {
    const moving = { replicas: [1, 2, 3, 4], addingReplicas: [4], removingReplicas: [3] };
    const directories = [DIRECTORY, DIRECTORY, DIRECTORY, DIRECTORY];
    expect(pending(cluster({ partition: { ...moving, directories } }))).toContain(
      't-0: the reassignment that adds [4] and removes [3] waits for brokers 4 to join the ISR',
    );
  });

  it('a partition without a leader: why nobody leads', () => {
    const views = cluster({ fenced: 2, partition: { leader: -1, isr: [2] } });
    expect(pending(views)).toContain('t-0 has no leader; its ISR is [2], its ELR []: broker 2 is fenced');
    views.brokers[0]!.view!.image.replay(partitionChangeRecord(TOPIC_ID, 0, { leader: 3, isr: [3] }), 202);
    expect(pending(views)).toContain('t-0: broker 3 does not lead it yet');
  });

  it('EventuallyWriteIsAcceptedOrRejected: sends, reads and operations that are open', () => {
    const rest = {
      outstanding: 3,
      operations: ['reassign t-0 has not ended'],
      positions: [{ client: 'k1', log: 't-0', position: 8 }],
    };
    expect(pending(cluster({ rest }))).toEqual([
      'reassign t-0 has not ended',
      '3 records were sent and neither acknowledged nor failed',
      'k1 has read t-0 up to 8 of 10',
    ]);
  });
});
