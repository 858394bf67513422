import { describe, expect, test } from 'vitest';
import { MAX_RECORDS_PER_STEP } from '../../../../engine/client/index.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode, type ProduceRequest } from '../../../../engine/wire/index.ts';
import { BIG, carried, ProducerStage, started } from './producer-stage.ts';

describe('a send that blocks', () => {
  test('waits for a topic to appear, and fails after max.block.ms', () => {
    const s = new ProducerStage({ 'max.block.ms': 2_000 });
    s.boot();
    s.sendNow({ topic: 'new' }, { topic: 'new' });
    s.stage.advance(1_999 * MS);
    expect(s.events).toEqual([]);
    s.stage.advance(1 * MS);
    expect(s.events).toEqual([`fail new--1 (${ErrorCode.REQUEST_TIMED_OUT}): 1`]);
    s.stage.topic('new', [1]);
    s.stage.advance(1500 * MS);
    expect(s.produced().map(carried)).toEqual(['b1: 0=[v2]']);
  });

  test('waits for memory, hurries what lingers, and goes on when a batch is done', () => {
    const s = started({ 'buffer.memory': 40_000, 'linger.ms': 1_000 });
    s.sendNow({ partition: 0 }, { partition: 1 }, { partition: 2 });
    expect(s.producer.view().isBlocked).toBe(true);
    const produced = s.produced();
    expect(produced.map(carried).toSorted()).toEqual(['b1: 0=[v1]', 'b2: 1=[v2]']);
    s.answer(produced[0]!);
    expect(s.producer.view().isBlocked).toBe(false);
    s.stage.advance(1 * SECOND);
    expect(s.produced().map(carried)).toEqual(['b3: 2=[v3]']);
  });

  test('goes on at once where no reply gives the memory back', () => {
    const s = started({ 'buffer.memory': 20_000, 'linger.ms': 0, acks: '0' });
    s.sendNow({ partition: 0 }, { partition: 1 }, { partition: 2 });
    s.stage.advance(0);
    expect(s.producer.view().isBlocked).toBe(false);
    expect(s.produced().map(carried)).toEqual(['b1: 0=[v1]', 'b2: 1=[v2]', 'b3: 2=[v3]']);
  });

  test('fails when memory does not come back in time', () => {
    const s = started({ 'buffer.memory': 20_000, 'linger.ms': 0, 'max.block.ms': 500 });
    s.sendNow({ partition: 0 }, { partition: 1 });
    s.stage.advance(500 * MS);
    expect(s.events).toEqual([`fail t-1 (${ErrorCode.REQUEST_TIMED_OUT}): 2`]);
  });

  test('a record beyond max.request.size is refused', () => {
    const s = started({ 'max.request.size': 5_000 });
    s.sendNow({ partition: 0, value: BIG });
    expect(s.events).toEqual([`fail t-0 (${ErrorCode.MESSAGE_TOO_LARGE}): 1`]);
  });
});

describe('a long life', () => {
  test('takes a bounded number of records a step, and all of them at the same time', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    s.sendNow(...Array.from({ length: MAX_RECORDS_PER_STEP + 10 }, () => ({ partition: 0 })));
    expect(s.queued).toBe(10);
    const at = s.stage.now;
    s.stage.advance(0);
    expect(s.queued).toBe(0);
    expect(s.stage.now).toBe(at);
  });

  test('every record is told of exactly once, whatever brokers do', () => {
    const s = started({ 'linger.ms': 1, 'delivery.timeout.ms': 3_000, 'request.timeout.ms': 1_000 });
    const codes = [
      ErrorCode.NONE,
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      ErrorCode.NOT_ENOUGH_REPLICAS,
      ErrorCode.MESSAGE_TOO_LARGE,
      ErrorCode.INVALID_RECORD,
    ];
    let turn = 0;
    for (let i = 0; i < 300; i++) {
      s.sendNow({}, { partition: i % 3 });
      s.stage.advance(10 * MS);
      for (const each of s.produced()) {
        turn++;
        if (turn % 7 === 0) s.stage.drop(each);
        else if (turn % 11 !== 0) s.answer(each, codes[turn % codes.length]);
      }
    }
    s.stage.advance(10 * SECOND);
    const told = s.events.flatMap((event) => event.split(': ')[1]!.split(',').map(Number));
    expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    expect(s.producer.view()).toMatchObject({ freeBytes: 32 * 1024 * 1024, incompleteBatches: 0 });
  });

  test('a shutdown flushes what was sent, and then ends', () => {
    const s = started({ 'linger.ms': 60_000, 'delivery.timeout.ms': 120_000 });
    s.sendNow({ partition: 0 });
    s.stage.input({ kind: 'shutdown' });
    expect(s.stage.out.exited).toBe(null);
    s.answer(s.produced()[0]!);
    expect(s.stage.out.exited).toBe('clean');
  });
});

test('the body of a produce request is what the wire can carry', () => {
  const s = started({ 'linger.ms': 0 });
  s.sendNow({ partition: 0 });
  const body: ProduceRequest = s.produced()[0]!.body;
  expect(Object.keys(body).toSorted()).toEqual(['acks', 'timeoutMs', 'topicData', 'transactionalId']);
});
