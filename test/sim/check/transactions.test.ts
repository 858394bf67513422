import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../engine/machine/index.ts';
import { leads, opened, partition, read, replicated, Story } from './facts.ts';
import { changed, ended, entered, S, wrote, wroteInTransaction } from './transaction-facts.ts';

const T = 't-0';
const U = 'u-0';

/** b1 leads two partitions, and coordinates. */
function cluster(): Story {
  return new Story().node('b1', leads(T, 0, [1, 2]), leads(U, 0, [1, 2]), leads(S, 0, [1, 2]));
}

function weaknesses(story: Story): unknown[] {
  return story.checks.violations.map(({ check, evidence }) => [check, evidence.weakness]);
}

describe('sequences of a producer', () => {
  it('are in order in a healthy log, whatever epoch they are of', () => {
    const story = cluster().node(
      'b1',
      wrote(T, 0, 0, { records: 3 }),
      wrote(T, 3, 3),
      wrote(T, 4, 0, { epoch: 1 }),
      wrote(T, 5, 2 ** 31 - 1, { id: 8 }),
      wrote(T, 6, 0, { id: 8 }),
    );
    expect(story.fired).toEqual([]);
  });

  it('ProducerSequences fires for a gap, a duplicate, and an epoch that does not begin at 0', () => {
    const begun = () => cluster().node('b1', wrote(T, 0, 0, { records: 3 }));
    expect(begun().node('b1', wrote(T, 3, 4)).fired).toEqual(['ProducerSequences']);
    expect(begun().node('b1', wrote(T, 3, 0, { records: 3 })).fired).toEqual(['ProducerSequences']);
    expect(begun().node('b1', wrote(T, 3, 3, { epoch: 1 })).fired).toEqual(['ProducerSequences']);
  });

  it('are all 0 where a coordinator writes positions for a transaction', () => {
    const O = '__consumer_offsets-13';
    const story = cluster().node('b1', leads(O, 0, [1, 2]), wrote(O, 0, 0), wrote(O, 1, 0), wrote(O, 2, 0));
    expect(story.fired).toEqual([]);
  });

  it('go on in the log of the next leader, without what it does not have', () => {
    const story = () => cluster().node('b1', wrote(T, 0, 0), wrote(T, 1, 1), wrote(T, 2, 2));
    const next = leads(T, 1, [2], 2);
    const copied = [wrote(T, 0, 0), wrote(T, 1, 1)];
    const again = wrote(T, 2, 2, { leaderEpoch: 1 });
    expect(story().node('b2', ...copied, next, again).fired).toEqual([]);
    const jumped = wrote(T, 2, 3, { leaderEpoch: 1 });
    expect(story().node('b2', ...copied, next, jumped).fired).toEqual(['ProducerSequences']);
  });

  it('are nothing that a leader of the past can break: its log is cut', () => {
    const story = cluster()
      .node('b1', wrote(T, 0, 0))
      .node('b2', wrote(T, 0, 0), leads(T, 1, [2], 1), wrote(T, 1, 1, { leaderEpoch: 1 }))
      .node('b1', wrote(T, 1, 1), wrote(T, 2, 5));
    expect(story.fired).toEqual([]);
  });

  it('may be any for a leader that has forgotten the producer; what is a duplicate then is called a weakness', () => {
    const forgotten = { fact: 'producers forgotten', log: T, producerIds: [7] } as const;
    const story = () => cluster().node('b1', wrote(T, 0, 0), wrote(T, 1, 1), forgotten);
    expect(story().node('b1', wrote(T, 2, 9), wrote(T, 3, 10)).fired).toEqual([]);
    const again = story().node('b1', wrote(T, 2, 1));
    expect(weaknesses(again)).toEqual([['ProducerSequences', expect.stringContaining('expired')]]);
    // It is known again.
    expect(story().node('b1', wrote(T, 2, 9), wrote(T, 3, 12)).fired).toEqual(['ProducerSequences']);
  });

  it('are those of another log when the topic is another of the same name', () => {
    const goesOn = (topicId: string) => {
      const anew = partition(T, [1, 2], { topicId });
      const story = cluster().node('c101', partition(T, [1, 2]));
      story
        .node('b1', wrote(T, 0, 0), wrote(T, 1, 1))
        .node('c101', anew)
        .node('b1', { ...opened(T, 2), topicId } as Fact, leads(T, 0, [1, 2], 2), wrote(T, 2, 5));
      return story.fired.includes('ProducerSequences');
    };
    expect(goesOn('t'.padEnd(21, 'x').concat('A'))).toBe(true);
    expect(goesOn('AnotherAnotherAnother1')).toBe(false);
  });

  it('may be any where the log was read again and begins after all that the producer wrote', () => {
    const deleted = { fact: 'log start advanced', log: T, logStartOffset: 2 } as const;
    const reopened = { ...opened(T, 2), logStartOffset: 2, highWatermark: 2 } as const;
    const life = () => cluster().node('b1', wrote(T, 0, 0), wrote(T, 1, 1), replicated(T, 2, 2, 0), deleted);
    const again = leads(T, 1, [1], 2, 2);
    expect(life().node('b1', reopened, again, wrote(T, 2, 7, { leaderEpoch: 1 })).fired).toEqual([]);
    expect(life().node('b1', wrote(T, 2, 7)).fired).toEqual(['ProducerSequences']);
  });

  it('may be any where the log was begun anew, whatever a former leader had beyond and lost', () => {
    const next = (logStartOffset: number, ...copied: readonly Fact[]) =>
      weaknesses(
        cluster()
          .node('b1', wrote(T, 0, 0), wrote(T, 1, 1), wrote(T, 2, 2))
          .node('b2', { fact: 'log restarted', log: T, logStartOffset }, ...copied, leads(T, 1, [2], 2))
          .node('b2', wrote(T, 2, 1, { leaderEpoch: 1 })),
      );
    expect(next(2)).toEqual([['ProducerSequences', expect.stringContaining('expired')]]);
    expect(next(1, wrote(T, 1, 1))).toEqual([['ProducerSequences', undefined]]);
  });
});

describe('epochs of a producer', () => {
  it('ProducerEpochsRise fires for a zombie’s write after a marker of a higher epoch', () => {
    const story = cluster().node(
      'b1',
      wroteInTransaction(T, 0, 0),
      ended(T, 1, 'abort', { epoch: 1 }),
      wroteInTransaction(T, 2, 1),
    );
    expect(story.fired).toEqual(['ProducerEpochsRise']);
  });

  it('ProducerEpochsRise fires for a marker of an older coordinator', () => {
    const story = cluster().node(
      'b1',
      wroteInTransaction(T, 0, 0),
      ended(T, 1, 'abort', { coordinatorEpoch: 5 }),
      ended(T, 2, 'abort', { coordinatorEpoch: 4 }),
    );
    expect(story.fired).toEqual(['ProducerEpochsRise']);
  });
});

describe('the last stable offset', () => {
  const open = () => cluster().node('b1', wrote(T, 0, 0, { id: 8 }), wroteInTransaction(T, 1, 0));

  it('is where an open transaction begins, then where its marker is not replicated, then the high watermark', () => {
    const story = open().node(
      'b1',
      replicated(T, 2, 2, 0, 1),
      ended(T, 2, 'commit'),
      wrote(T, 3, 1, { id: 8 }),
      replicated(T, 3, 4, 0, 3),
      replicated(T, 4, 4, 0),
    );
    expect(story.fired).toEqual([]);
  });

  it('OffsetsInOrder fires above the high watermark, LastStableOffset when it shows what is undecided', () => {
    expect(open().node('b1', replicated(T, 1, 2, 0, 2)).fired).toEqual(['OffsetsInOrder']);
    expect(open().node('b1', replicated(T, 2, 2, 0, 2)).fired).toEqual(['LastStableOffset']);
    const early = open().node('b1', ended(T, 2, 'commit'), replicated(T, 2, 3, 0, 2));
    expect(early.fired).toEqual(['LastStableOffset']);
  });

  it('LastStableOffset fires when it waits for nothing, and when it falls', () => {
    const waits = open().node('b1', ended(T, 2, 'commit'), replicated(T, 3, 3, 0, 1));
    expect(waits.fired).toEqual(['LastStableOffset']);
    const fallen = cluster().node(
      'b1',
      wrote(T, 0, 0),
      replicated(T, 1, 1, 0),
      wrote(T, 1, 1),
      replicated(T, 2, 2, 0, 0),
    );
    expect(fallen.fired).toEqual(['LastStableOffset', 'LastStableOffset']);
  });

  it('LastStableOffset fires when a follower cuts its log above the high watermark and takes back what was stable', () => {
    const copied = [wroteInTransaction(T, 0, 0), ended(T, 1, 'commit'), wrote(T, 2, 0, { id: 8 })];
    const told = replicated(T, 2, 3, 0);
    const cut = (lastStableOffset: number) =>
      ({ fact: 'log truncated', log: T, logEndOffset: 2, lastStableOffset }) as const;
    const story = () => cluster().node('b2', ...copied, told);
    expect(story().node('b2', cut(2)).fired).toEqual([]);
    expect(story().node('b2', cut(0)).fired).toEqual(['LastStableOffset']);
  });

  it('is not held back by a transaction that the next leader never had', () => {
    const story = open()
      .node('b2', wrote(T, 0, 0, { id: 8 }), leads(T, 1, [2], 1))
      .node('b2', wrote(T, 1, 1, { id: 8, leaderEpoch: 1 }), replicated(T, 2, 2, 1));
    expect(story.fired).toEqual([]);
  });

  it('may go beyond what a process that restarted cannot know to be unreplicated', () => {
    const story = open()
      .node('b1', ended(T, 2, 'commit'), opened(T, 3), leads(T, 1, [1], 3))
      .node('b1', wrote(T, 3, 1, { id: 8, leaderEpoch: 1 }), replicated(T, 2, 4, 1, 2));
    expect(story.fired).toEqual([]);
  });
});

describe('readers of committed records', () => {
  const aborted = () =>
    cluster().node(
      'b1',
      wroteInTransaction(T, 0, 0, { records: 2 }),
      wrote(T, 2, 0, { id: 8 }),
      wroteInTransaction(T, 3, 2),
      ended(T, 4, 'abort'),
      replicated(T, 5, 5, 0),
    );

  it('CommittedReads fires for an aborted record, and not for its neighbours', () => {
    expect(aborted().client(read(T, 2, { isCommitted: true })).fired).toEqual([]);
    for (const offset of [0, 1, 3])
      expect(aborted().client(read(T, offset, { isCommitted: true })).fired).toEqual(['CommittedReads']);
    expect(aborted().client(read(T, 3)).fired).toEqual([]);
  });

  it('CommittedReads fires for what no replica is stable up to', () => {
    const story = cluster().node('b1', wroteInTransaction(T, 0, 0), replicated(T, 1, 1, 0, 0));
    expect(story.client(read(T, 0, { isCommitted: true })).fired).toEqual(['CommittedReads']);
  });
});

/** A transaction in two partitions, up to where it is open in one. */
function begun(): Story {
  return cluster().node(
    'b1',
    entered(0, 'Empty'),
    entered(1, 'Ongoing'),
    changed('Ongoing'),
    wroteInTransaction(T, 0, 0),
  );
}

/** Committed in one partition. */
const committed = () =>
  begun().node('b1', entered(2, 'PrepareCommit'), changed('PrepareCommit'), ended(T, 1, 'commit'));

describe('a transaction and its coordinator', () => {
  it('are one from the beginning to the end, and may go on in the next transaction', () => {
    const story = committed().node(
      'b1',
      ended(U, 0, 'commit'),
      entered(3, 'CompleteCommit'),
      changed('CompleteCommit'),
      entered(4, 'Ongoing', { startedMs: 99 }),
      wroteInTransaction(T, 2, 1),
      entered(5, 'PrepareAbort', { startedMs: 99 }),
      ended(T, 3, 'abort'),
    );
    expect(story.fired).toEqual([]);
  });

  it('NoHangingTransaction fires for a write that comes after its transaction is complete', () => {
    const story = committed().node('b1', entered(3, 'CompleteCommit'), wroteInTransaction(T, 2, 1));
    expect(story.fired).toEqual(['NoHangingTransaction']);
  });

  it('NoHangingTransaction fires for a write after the marker, and for one where the transaction is not', () => {
    expect(committed().node('b1', wroteInTransaction(T, 2, 1)).fired).toEqual(['NoHangingTransaction']);
    const elsewhere = begun().node('b1', leads('v-0', 0, [1]), wroteInTransaction('v-0', 0, 0));
    expect(elsewhere.fired).toEqual(['NoHangingTransaction']);
    const late = begun().node('b1', entered(2, 'Ongoing', { epoch: 1 }), wroteInTransaction(U, 0, 0));
    expect(late.fired).toEqual(['NoHangingTransaction']);
  });

  it('NoHangingTransaction fires when all is told to be done and something is open', () => {
    const story = begun().node('b1', wroteInTransaction(U, 0, 0), entered(2, 'PrepareCommit'));
    story.node(
      'b1',
      changed('PrepareCommit'),
      ended(T, 1, 'commit'),
      entered(3, 'CompleteCommit'),
      changed('CompleteCommit'),
    );
    expect(story.fired).toEqual(['NoHangingTransaction']);
  });

  it('NoHangingTransaction does not ask who ends what is open in a topic that is deleted', () => {
    const topicId = 'u'.padEnd(21, 'x').concat('A');
    const removed = { fact: 'partition removed', log: U, topicId } as const;
    const end = [entered(2, 'PrepareAbort'), changed('PrepareAbort'), ended(T, 1, 'abort')];
    const isDone = [entered(3, 'CompleteAbort'), changed('CompleteAbort')];
    const written = wroteInTransaction(U, 0, 0);
    expect(begun().node('b1', written, ...end, ...isDone).fired).toEqual(['NoHangingTransaction']);
    expect(begun().node('b1', written, removed, ...end, ...isDone).fired).toEqual([]);
    // Its leader has not heard of it.
    expect(begun().node('b1', removed, written, ...end, ...isDone).fired).toEqual([]);
  });

  it('NoHangingTransaction takes a write that was verified before the decision: its marker is yet to come', () => {
    expect(begun().node('b1', entered(2, 'PrepareAbort'), wroteInTransaction(U, 0, 0)).fired).toEqual([]);
  });

  it('TransactionStates fires for a state that must not follow, and for an epoch that falls', () => {
    expect(begun().node('b1', entered(2, 'CompleteCommit')).fired).toEqual(['TransactionStates']);
    expect(
      begun().node('b1', entered(2, 'PrepareCommit'), changed('PrepareCommit'), entered(3, 'PrepareAbort'))
        .fired,
    ).toEqual(['TransactionStates']);
    const fallen = cluster().node(
      'b1',
      entered(0, 'Empty', { epoch: 3 }),
      changed('Empty', 3),
      entered(1, 'Empty', { epoch: 2 }),
    );
    expect(fallen.fired).toEqual(['TransactionStates']);
  });

  it('TransactionStates lets a coordinator go on from what was replicated when a write of it was not', () => {
    expect(begun().node('b1', entered(2, 'PrepareCommit'), entered(3, 'PrepareAbort')).fired).toEqual([]);
  });

  it('TransactionStates lets a coordinator go on from what it finds in its log when its process starts again', () => {
    const restarted = () =>
      begun()
        .node('b1', entered(2, 'PrepareAbort'))
        .down('b1')
        .node('b1', opened(S, 3), leads(S, 0, [1], 0));
    expect(restarted().node('b1', entered(3, 'CompleteAbort')).fired).toEqual([]);
    expect(restarted().node('b1', entered(3, 'CompleteCommit')).fired).toEqual(['TransactionStates']);
    const cut = begun().node('b1', entered(2, 'PrepareAbort')).down('b1').node('b1', opened(S, 2));
    expect(cut.node('b1', leads(S, 0, [1], 0), entered(2, 'CompleteAbort')).fired).toContain(
      'TransactionStates',
    );
  });

  it('TransactionStates lets a coordinator that started again in its epoch go on from what it loaded', () => {
    const loaded = {
      fact: 'coordinator loaded',
      topic: '__transaction_state',
      partition: 0,
      leaderEpoch: 0,
    } as const;
    const story = () => begun().node('b1', entered(2, 'PrepareAbort'));
    expect(story().node('b1', loaded, entered(3, 'CompleteAbort')).fired).toEqual([]);
    expect(story().node('b1', entered(3, 'CompleteAbort')).fired).toEqual(['TransactionStates']);
  });

  it('TransactionStates judges the next coordinator by what it has', () => {
    const copied = [entered(0, 'Empty'), entered(1, 'Ongoing')];
    const next = leads(S, 1, [2], 2);
    const story = begun().node('b1', entered(2, 'PrepareCommit'), changed('PrepareCommit'));
    expect(story.node('b2', ...copied, next, entered(2, 'PrepareAbort', { leaderEpoch: 1 })).fired).toEqual(
      [],
    );
    const wrong = begun().node('b2', ...copied, next, entered(2, 'CompleteAbort', { leaderEpoch: 1 }));
    expect(wrong.fired).toEqual(['TransactionStates']);
  });

  it('OneOutcome fires for a marker of the other kind, and for one that nobody has decided', () => {
    const story = begun().node('b1', wroteInTransaction(U, 0, 0), entered(2, 'PrepareCommit'));
    expect(story.node('b1', ended(U, 1, 'abort')).fired).toEqual(['OneOutcome']);
  });

  it('OneOutcome names the weakness when a decision is lost that was carried out after a load, and no other', () => {
    const copied = [entered(0, 'Empty'), entered(1, 'Ongoing')];
    const decided = entered(2, 'PrepareCommit');
    const twice = (coordinatorEpoch: number) =>
      begun()
        .node('b1', wroteInTransaction(U, 0, 0), decided)
        .node('b3', ...copied, decided, leads(S, 1, [3], 3))
        .node('b1', ended(T, 1, 'commit', { coordinatorEpoch }))
        .node('b2', ...copied, leads(S, 2, [2], 2), entered(2, 'PrepareAbort', { leaderEpoch: 2 }))
        .node('b1', ended(U, 1, 'abort', { coordinatorEpoch: 2 }));
    expect(weaknesses(twice(1))).toEqual([['OneOutcome', expect.stringContaining('right after a load')]]);
    // Who wrote the decision must not carry it out before it is replicated.
    expect(weaknesses(twice(0))).toEqual([['OneOutcome', undefined]]);
  });

  it('OneOutcome names the weakness when a late marker ends the next transaction of the same epoch', () => {
    const late = (version: number) =>
      begun().node(
        'b1',
        entered(2, 'PrepareCommit', { version }),
        changed('PrepareCommit'),
        ended(T, 1, 'commit'),
        entered(3, 'CompleteCommit', { version }),
        changed('CompleteCommit'),
        entered(4, 'Ongoing', { startedMs: 99, version }),
        wroteInTransaction(T, 2, 1),
        ended(T, 3, 'commit'),
      );
    expect(weaknesses(late(1))).toEqual([['OneOutcome', expect.stringContaining('late marker')]]);
    // From version 2 on the epoch tells them apart: a leader that takes it has a fault (KIP-1228).
    expect(weaknesses(late(2))).toEqual([['OneOutcome', undefined]]);
  });
});
