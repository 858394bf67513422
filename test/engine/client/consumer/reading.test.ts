import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { buildBatch, buildControlBatch, ControlType } from '../../../../engine/records/index.ts';
import { ErrorCode, utf8Encode } from '../../../../engine/wire/index.ts';
import { asked, batch, ConsumerStage } from './consumer-stage.ts';

describe('reading', () => {
  test('starts at the reset position, hands out records and asks for the next ones at once', () => {
    const s = new ConsumerStage().start();
    expect(s.events).toEqual(['reset t-0 @0 e5']);
    const [fetch] = s.fetches();
    expect(asked(fetch!)).toBe('b1 s0/0: 0@0e5');
    expect(fetch!.body).toMatchObject({
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 50 * 1024 * 1024,
      isolationLevel: 0,
    });
    s.give(fetch!, batch(0, 3), batch(3, 1, 6));
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0,r1,r2 >3', 't-0 e6 r3 >4']);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: 0@4e5']);
  });

  test('takes no more than max.poll.records a poll, and asks for more only when all is taken', () => {
    const s = new ConsumerStage({ 'max.poll.records': 5 });
    s.thinkUs = 10 * MS;
    s.start();
    s.settle(20 * MS);
    s.give(s.fetches()[0]!, batch(0, 8));
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0..r4 >5']);
    expect(s.fetches()).toEqual([]);
    s.settle(10 * MS);
    expect(s.events.slice(2)).toEqual(['t-0 e5 r5,r6,r7 >8']);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: 0@8e5']);
  });

  test('leaves out what lies before the position in the first batch', () => {
    const s = new ConsumerStage({ 'auto.offset.reset': 'latest' });
    s.offsets = () => 2;
    s.start();
    s.give(s.fetches()[0]!, batch(0, 4));
    expect(s.events.slice(1)).toEqual(['t-0 e5 r2,r3 >4']);
  });

  test('passes over control batches', () => {
    const s = new ConsumerStage().start();
    const marker = buildControlBatch({ baseOffset: 1, leaderEpoch: 5, producerId: 9, producerEpoch: 0 }, 0, [
      { type: ControlType.COMMIT, message: { coordinatorEpoch: 0 } as never },
    ]);
    s.give(s.fetches()[0]!, batch(0, 1), marker);
    s.settle(200 * MS);
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0 >1']);
    expect(s.consumer.view()[0]!.position).toBe(2);
  });

  test('reading committed, hides aborted transactions up to their marker', () => {
    const s = new ConsumerStage({ 'isolation.level': 'read_committed' }).start();
    const [fetch] = s.fetches();
    expect(fetch!.body.isolationLevel).toBe(1);
    const txn = (baseOffset: number, value: string) =>
      buildBatch(
        {
          baseOffset,
          leaderEpoch: 5,
          producerId: 9,
          producerEpoch: 0,
          baseSequence: baseOffset,
          isTransactional: true,
        },
        [{ timestamp: 1, key: null, value: utf8Encode(value) }],
      );
    const marker = buildControlBatch(
      { baseOffset: 1, leaderEpoch: 5, producerId: 9, producerEpoch: 0, isTransactional: true },
      0,
      [{ type: ControlType.ABORT, message: { coordinatorEpoch: 0 } as never }],
    );
    s.answerFetch(fetch!, [
      {
        partitionIndex: 0,
        abortedTransactions: [{ producerId: 9, firstOffset: 0 }],
        records: [txn(0, 'aborted'), marker, txn(2, 'kept')],
      },
    ]);
    expect(s.events.slice(1)).toEqual(['t-0 e5 kept >3']);
  });

  test('a batch with a wrong check sum is never handed out, and stays in the way until a seek', () => {
    const s = new ConsumerStage().start();
    const broken = batch(1, 2);
    // In a value: nothing but the check sum can tell.
    broken[broken.length - 2]! ^= 1;
    s.give(s.fetches()[0]!, batch(0, 1), broken);
    s.settle(120 * MS);
    expect(s.events.slice(1, 4)).toEqual([
      't-0 e5 r0 >1',
      'failed t-0 @1: corrupt record',
      'failed t-0 @1: corrupt record',
    ]);
    s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 3 });
    s.settle(120 * MS);
    expect(s.events.at(-1)).toBe('seek t-0 @3 e-1');
    expect(s.fetches().map(asked).at(-1)).toBe('b1 s77/1: 0@3e5');
  });

  test('check.crcs off lets it through', () => {
    const s = new ConsumerStage({ 'check.crcs': false }).start();
    const broken = batch(0, 1);
    broken[17]! ^= 1;
    s.give(s.fetches()[0]!, broken);
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0 >1']);
  });

  test('a paused partition keeps what was read ahead, and others go on', () => {
    const s = new ConsumerStage({ 'max.poll.records': 1 });
    s.thinkUs = 10 * MS;
    s.start([1]);
    s.settle(20 * MS);
    s.give(s.fetches()[0]!, batch(0, 3));
    s.actions.push({ do: 'pause', partitions: [{ topic: 't', partition: 0 }] });
    s.settle(300 * MS);
    const before = s.events.length;
    expect(s.fetches()).toEqual([]);
    s.actions.push({ do: 'resume', partitions: [{ topic: 't', partition: 0 }] });
    s.settle(300 * MS);
    expect(s.events.slice(before)).toContain('t-0 e5 r2 >3');
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: 0@3e5']);
  });
});

describe('a poll', () => {
  test('ends empty at its time-out', () => {
    const s = new ConsumerStage();
    let polls = 0;
    const next = s.next.bind(s);
    s.next = (now) => {
      const action = next(now);
      if (action.do === 'poll') polls++;
      return action;
    };
    s.start();
    expect(polls).toBe(1);
    s.settle(350 * MS);
    expect(polls).toBe(4);
  });

  test('responses arrive while the application works, requests wait for the next poll', () => {
    const s = new ConsumerStage({ 'max.poll.records': 2 });
    s.start();
    s.actions.push({ do: 'think', until: s.stage.now + 5 * SECOND });
    s.give(s.fetches()[0]!, batch(0, 2));
    const before = s.events.length;
    s.give(s.fetches()[0]!, batch(2, 2));
    s.settle(1 * SECOND);
    expect(s.events.length).toBe(before);
    expect(s.fetches()).toEqual([]);
    s.settle(4 * SECOND);
    expect(s.events.at(-1)).toBe('t-0 e5 r2,r3 >4');
  });

  test('tells of a topic that may not be read', () => {
    const s = new ConsumerStage();
    s.stage.metadata = () => {
      const whole = Object.getPrototypeOf(s.stage).metadata.call(s.stage, null);
      const errorCode = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
      return { ...whole, topics: [{ ...whole.topics[0], errorCode, partitions: [] }] };
    };
    s.start();
    expect(s.events).toEqual(['failed t--1 @-1: error TOPIC_AUTHORIZATION_FAILED']);
  });

  test('partitions take turns', () => {
    const s = new ConsumerStage({ 'max.poll.records': 2 });
    s.thinkUs = 1 * MS;
    s.start([1, 1]);
    s.settle(10 * MS);
    s.answerFetch(s.fetches()[0]!, [
      { partitionIndex: 0, records: [batch(0, 2)] },
      { partitionIndex: 1, records: [batch(0, 2)] },
    ]);
    s.settle(10 * MS);
    expect(s.events.slice(2)).toEqual(['t-0 e5 r0,r1 >2', 't-1 e5 r0,r1 >2']);
    const [next] = s.fetches();
    expect(asked(next!)).toBe('b1 s77/1: 0@2e5 1@2e5');
  });
});
