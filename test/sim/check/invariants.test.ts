import { describe, expect, it } from 'vitest';
import { allInvariants, METADATA_LOG } from '../../../sim/check/index.ts';
import { appended, broker, elected, leads, opened, partition, read, replicated, Story } from './facts.ts';

const T = 't-0';

/** b1 leads epoch 0 with two records, both on b2, both replicated. */
function healthy(): Story {
  return new Story()
    .node('b1', leads(T, 0, [1, 2]), appended(T, 0, 0), appended(T, 1, 0))
    .node(
      'b2',
      { fact: 'replica became follower', log: T, leaderEpoch: 0, leader: 1 },
      appended(T, 0, 0),
      appended(T, 1, 0),
    )
    .node('b1', replicated(T, 2, 2, 0));
}

describe('invariants', () => {
  it('say nothing of a healthy partition', () => {
    expect(healthy().fired).toEqual([]);
  });

  it('each state their property in a sentence', () => {
    for (const { name, property } of allInvariants()) expect(property, name).toMatch(/^[A-Za-z].{20,}\.$/);
  });

  it('EpochOffsetUnique fires when one epoch holds two batches at an offset', () => {
    expect(healthy().node('b3', appended(T, 0, 0), appended(T, 1, 0, 99)).fired).toEqual([
      'EpochOffsetUnique',
    ]);
  });

  it('LogMatching fires when logs agree at an offset but not before it', () => {
    const story = new Story()
      .node('b1', appended(T, 0, 0), appended(T, 1, 2))
      .node('b2', appended(T, 0, 1, 7), appended(T, 1, 2));
    expect(story.fired).toEqual(['LogMatching']);
  });

  it('LogMatching knows that a power loss may bring back what a truncation had cut off', () => {
    const cut = (logEndOffset: number) => ({ fact: 'log truncated', log: T, logEndOffset }) as const;
    // b1 had 0 and 1 of epoch 0, cut 1 off, and wrote 1 and 2 of epoch 1; then its disk holds 0 and 1 of epoch 0 again.
    const life = () =>
      new Story().node(
        'b1',
        appended(T, 0, 0),
        appended(T, 1, 0),
        cut(1),
        appended(T, 1, 1),
        appended(T, 2, 1),
      );
    const copy = [appended(T, 0, 0), appended(T, 1, 0), appended(T, 2, 4)];
    expect(
      life()
        .node('b1', opened(T, 2), appended(T, 2, 4))
        .node('b2', ...copy).fired,
    ).toEqual([]);
    expect(
      life()
        .node('b1', cut(2), appended(T, 2, 4))
        .node('b2', ...copy).fired,
    ).toEqual(['LogMatching']);
  });

  it('MetadataLogMatching fires on the quorum’s own log', () => {
    const story = new Story()
      .node('c101', appended(METADATA_LOG, 0, 1))
      .node('c102', appended(METADATA_LOG, 0, 1, 9));
    expect(story.fired).toEqual(['MetadataLogMatching']);
  });

  it('LeaderCompleteness fires when a leader lacks a replicated record, and names the first', () => {
    const story = healthy().node('b3', appended(T, 0, 0), leads(T, 1, [3], 1));
    expect(story.fired).toEqual(['LeaderCompleteness']);
    expect(story.checks.violations[0]!.evidence).toMatchObject({
      recordOffset: 1,
      node: 'b3',
      unclean: false,
    });
  });

  it('LeaderCompleteness does not fire for a leader that lacks only what was not replicated', () => {
    const story = healthy()
      .node('b1', appended(T, 2, 0))
      .node('b2', leads(T, 1, [2], 2));
    expect(story.fired).toEqual([]);
  });

  it('LeaderCompleteness takes a restarted process that reads its last role again for no election', () => {
    const shorter = opened(T, 1);
    expect(healthy().node('b1', shorter, leads(T, 0, [1, 2, 3], 1)).fired).toEqual([]);
    expect(healthy().node('b1', shorter, leads(T, 1, [1, 2, 3], 1)).fired).toEqual(['LeaderCompleteness']);
  });

  it('ConsistentRead fires when a later leader replicates another record at an offset', () => {
    const story = healthy().node('b3', appended(T, 0, 0), appended(T, 1, 1, 50), replicated(T, 2, 2, 1));
    expect(story.fired).toContain('ConsistentRead');
  });

  it('ConsistentRead fires when a follower calls replicated what it alone has', () => {
    const ahead = { fact: 'high watermark advanced', log: T, leaderEpoch: 1, leader: false } as const;
    const story = healthy().node('b3', appended(T, 0, 0), appended(T, 1, 1, 50));
    expect(
      story.node('b3', { ...ahead, highWatermark: 2, lastStableOffset: 2, logEndOffset: 2 }).fired,
    ).toEqual(['ConsistentRead']);
  });

  it('ConsistentRead fires when a consumer reads what was never replicated', () => {
    const story = healthy()
      .node('b1', appended(T, 2, 0))
      .client(read(T, 2));
    expect(story.fired).toEqual(['ConsistentRead']);
  });

  it('ConsistentRead fires when a consumer reads another epoch’s record', () => {
    const story = healthy().client(read(T, 1, { leaderEpoch: 5 }));
    expect(story.fired).toEqual(['ConsistentRead']);
  });

  it('NoReplicatedRecordLost fires when acks=all is answered before replication', () => {
    const story = healthy()
      .node('b1', appended(T, 2, 0))
      .client({ kind: 'acknowledged', log: T, recordOffset: 2, acks: -1, client: 'p1' });
    expect(story.fired).toEqual(['NoReplicatedRecordLost']);
  });

  it('NoReplicatedRecordLost fires when the last copy of an acknowledged record goes', () => {
    const story = healthy().client({ kind: 'acknowledged', log: T, recordOffset: 1, acks: -1, client: 'p1' });
    story.node('b1', { fact: 'log truncated', log: T, logEndOffset: 1 });
    expect(story.fired).toEqual([]);
    story.node('b2', { fact: 'log truncated', log: T, logEndOffset: 1 });
    expect(story.fired).toEqual(['NoReplicatedRecordLost']);
  });

  it('NoReplicatedRecordLost says nothing of what retention had done with', () => {
    const story = healthy().client({ kind: 'acknowledged', log: T, recordOffset: 1, acks: -1, client: 'p1' });
    story.node('b1', { fact: 'log start advanced', log: T, logStartOffset: 2 });
    story.node('b1', { fact: 'log restarted', log: T, logStartOffset: 2 });
    story.node('b2', { fact: 'log truncated', log: T, logEndOffset: 1 });
    expect(story.fired).toEqual([]);
  });

  it('ReplicationQuorumSuperset fires when the controller may elect whom the leader does not wait for', () => {
    const story = healthy().node('c101', broker(1), broker(2), broker(3), partition(T, [1, 2, 3]));
    expect(story.fired).toEqual(['ReplicationQuorumSuperset']);
  });

  it('OffsetsInOrder fires when a high watermark is beyond the log end', () => {
    expect(healthy().node('b1', replicated(T, 3, 2, 0)).fired).toContain('OffsetsInOrder');
  });

  it('HighWatermarkMonotone fires when a leader goes back within its epoch', () => {
    expect(healthy().node('b1', replicated(T, 1, 2, 0)).fired).toEqual(['HighWatermarkMonotone']);
  });

  it('OneLeaderPerEpoch fires when two brokers lead one epoch', () => {
    expect(healthy().node('b2', leads(T, 0, [1, 2], 0, 2)).fired).toEqual(['OneLeaderPerEpoch']);
  });

  it('IsrIsActive fires for a fenced, a stopping and an unknown member, at the end of the step', () => {
    const active = () => new Story().node('c101', broker(1), broker(2), partition(T, [1, 2]));
    expect(active().fired).toEqual([]);
    expect(active().node('c101', broker(2, true)).fired).toEqual(['IsrIsActive']);
    expect(active().node('c101', broker(2, false, true)).fired).toEqual(['IsrIsActive']);
    expect(active().node('c101', partition(T, [1, 9], { replicas: [1, 9] })).fired).toEqual(['IsrIsActive']);
    expect(active().node('c101', broker(2, true), partition(T, [1])).fired).toEqual([]);
  });

  it('IsrIsActive knows that Kafka unfences a stopped broker whose old heartbeat comes late', () => {
    const stopped = () => new Story().node('c101', broker(1), broker(2, true, true), partition(T, [1]));
    expect(stopped().node('c101', broker(2, false, true), partition(T, [1, 2])).fired).toEqual([]);
    expect(stopped().node('c101', partition(T, [1, 2])).fired).toEqual(['IsrIsActive']);
    const fencedAgain = stopped().node(
      'c101',
      broker(2, false, true),
      partition(T, [1, 2]),
      broker(2, true, true),
    );
    expect(fencedAgain.fired).toEqual(['IsrIsActive']);
  });

  it('QuorumElectionSafety fires when two controllers lead one epoch', () => {
    const both = new Story().node('c101', ...elected(101, 3)).node('c102', ...elected(102, 3));
    expect(both.fired).toEqual(['QuorumElectionSafety']);
  });

  it('MetadataAgreement fires when nodes commit different metadata, and when a leader lacks it', () => {
    const commit = { fact: 'quorum committed', highWatermark: 1, quorumEpoch: 1 } as const;
    const divergent = new Story()
      .node('c101', appended(METADATA_LOG, 0, 1), commit)
      .node('c102', appended(METADATA_LOG, 0, 2), commit);
    expect(divergent.fired).toEqual(['MetadataAgreement']);
    const forgetful = new Story()
      .node('c101', appended(METADATA_LOG, 0, 1), commit)
      .node('c102', ...elected(102, 2));
    expect(forgetful.fired).toEqual(['MetadataAgreement']);
  });
});
