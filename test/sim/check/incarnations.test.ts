import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../engine/machine/index.ts';
import { appended, broker, leads, partition, read, replicated, Story } from './facts.ts';

const T = 't-0';
const OLD = 'oldoldoldoldoldoldoldA';
const NEW = 'newnewnewnewnewnewnewA';

function opened(topicId: string, logEndOffset: number): Fact {
  return { fact: 'log opened', log: T, topicId, logStartOffset: 0, logEndOffset, highWatermark: 0 };
}

const removed: Fact = { fact: 'partition removed', log: T, topicId: OLD };
const closed: Fact = { fact: 'log closed', log: T, reason: 'deleted' };

/** Two records of epoch 3 on b1 and b2, replicated, before an administrator deletes the topic. b3 is away. */
function deleted(): Story {
  return new Story()
    .node('c101', broker(1), broker(2), broker(3), partition(T, [1, 2], { topicId: OLD, leaderEpoch: 3 }))
    .node('b1', opened(OLD, 0), leads(T, 3, [1, 2]), appended(T, 0, 3), appended(T, 1, 3))
    .node('b2', opened(OLD, 0), appended(T, 0, 3), appended(T, 1, 3))
    .node('b1', replicated(T, 2, 2, 3))
    .client({ kind: 'acknowledged', log: T, recordOffset: 1, acks: -1, client: 'p1' })
    .node('c101', removed);
}

function madeAgain(): Story {
  return deleted()
    .node('b1', closed)
    .node('b2', closed)
    .node('c101', partition(T, [2, 3], { topicId: NEW }))
    .node('b2', opened(NEW, 0), leads(T, 0, [2, 3]), appended(T, 0, 0, 50))
    .node('b3', opened(NEW, 0), appended(T, 0, 0, 50))
    .node('b2', replicated(T, 1, 1, 0));
}

describe('a topic that is deleted', () => {
  it('is nobody’s to keep, in whatever order brokers let go of it', () => {
    // The leader has not heard of it yet.
    const story = deleted()
      .node('b2', closed)
      .node('b1', appended(T, 2, 3), replicated(T, 3, 3, 3));
    story.node('b1', opened(OLD, 0));
    expect(story.fired).toEqual([]);
  });

  it('has no ISR in which a broker could be fenced', () => {
    expect(deleted().node('c101', broker(1, true)).fired).toEqual([]);
  });

  it('is in the ISR of its partitions until then', () => {
    const story = new Story().node('c101', broker(1), partition(T, [1], { topicId: OLD, leader: 1 }));
    expect(story.node('c101', broker(1, true)).fired).toEqual(['IsrIsActive']);
  });
});

describe('a topic that is made again under its name', () => {
  it('begins anew: offsets, epochs, leaders and records', () => {
    expect(madeAgain().fired).toEqual([]);
  });

  it('is another one than a broker finds on its disk that was away', () => {
    const stale = madeAgain()
      .node('b3', closed)
      .node('b4', opened(OLD, 0), appended(T, 0, 3), closed);
    expect(stale.fired).toEqual([]);
  });

  it('is judged like any other, by a name of its own', () => {
    const { violations } = madeAgain().node('b3', leads(T, 0, [2, 3])).checks;
    const found = violations.find(({ check }) => check === 'OneLeaderPerEpoch');
    expect(found?.evidence).toMatchObject({ log: 't#2-0' });
    expect(madeAgain().node('b4', opened(NEW, 0), appended(T, 0, 0, 51)).fired).toContain(
      'EpochOffsetUnique',
    );
  });

  it('leaves in doubt which one a client means', () => {
    const story = madeAgain()
      .client(read(T, 1, { leaderEpoch: 3 }))
      .client({ kind: 'acknowledged', log: T, recordOffset: 2, acks: -1, client: 'p1' })
      .client({ kind: 'positioned', client: 'k1', group: 'g', log: T, position: 0 })
      .client({ kind: 'committing', client: 'k1', group: 'g', offsets: [{ log: T, offset: 2 }] });
    expect(story.fired).toEqual([]);
  });

  it('may be made more than twice', () => {
    const third = 'thirdthirdthirdthirdtA';
    const story = madeAgain()
      .node(
        'c101',
        { ...removed, topicId: NEW },
        partition(T, [1], { topicId: third, replicas: [1], minIsr: 1 }),
      )
      .node('b1', opened(third, 0), leads(T, 0, [1]), appended(T, 0, 0, 70), replicated(T, 1, 1, 0));
    expect(story.fired).toEqual([]);
    expect([...story.checks.shadow.partitions.keys()]).toEqual(['t#3-0']);
  });
});
