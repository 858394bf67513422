import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { carried, started } from './producer-stage.ts';

describe('retries', () => {
  test('back off from 100 ms, doubling up to a second', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    s.stage.out.work.batches = 0;
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const [produced] = s.produced();
      s.answer(produced!, ErrorCode.NOT_ENOUGH_REPLICAS);
      const since = s.stage.now;
      while (waits.length === i) {
        s.stage.advance(10 * MS);
        if (s.stage.out.work.batches > 0) {
          s.stage.out.work.batches = 0;
          waits.push((s.stage.now - since) / MS);
        }
      }
      s.stage.out.work.batches = 0;
    }
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test('a leader learned from the error is tried at once (KIP-951)', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    const [produced] = s.produced();
    s.stage.answersMetadata = false;
    s.stage.advance(200 * MS);
    s.stage.move('t', 0, 2);
    const endpoints = [{ nodeId: 2, host: 'b2', port: 9092, rack: null }] as never[];
    s.answer(produced!, ErrorCode.NOT_LEADER_OR_FOLLOWER, { leaderId: 2, leaderEpoch: 6 }, endpoints);
    s.stage.answerMetadata(s.stage.metadataRequests.at(-1)!);
    expect(s.produced().map(carried)).toEqual(['b2: 0=[v1]']);
    expect(s.stage.out.probes).toContain('leader learned from an error');
  });

  test('without a hint, NOT_LEADER asks for metadata and goes to the new leader', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    const [produced] = s.produced();
    s.stage.move('t', 0, 3);
    const before = s.stage.metadataRequests.length;
    s.stage.advance(200 * MS);
    s.answer(produced!, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    s.stage.advance(120 * MS);
    expect(s.stage.metadataRequests.length).toBeGreaterThan(before);
    expect(s.produced().map(carried)).toEqual(['b3: 0=[v1]']);
  });

  test('metadata that is older than what was seen does not send it back to the old leader', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    const endpoints = [{ nodeId: 2, host: 'b2', port: 9092, rack: null }] as never[];
    // Broker 1 knows of epoch 6 before the broker that answers metadata does.
    s.answer(s.produced()[0]!, ErrorCode.NOT_LEADER_OR_FOLLOWER, { leaderId: 2, leaderEpoch: 6 }, endpoints);
    const before = s.stage.metadataRequests.length;
    s.stage.advance(500 * MS);
    expect(s.stage.metadataRequests.length).toBeGreaterThan(before);
    s.sendNow({ partition: 0 });
    expect(s.produced().map(carried)).toEqual(['b2: 0=[v1]', 'b2: 0=[v2]']);
  });

  test('a partition without a leader waits for one', () => {
    const s = started({ 'linger.ms': 0 }, [-1, 2, 3]);
    s.sendNow({ partition: 0 });
    s.stage.advance(1 * SECOND);
    expect(s.produced()).toEqual([]);
    s.stage.move('t', 0, 1);
    s.stage.advance(1500 * MS);
    expect(s.produced().map(carried)).toEqual(['b1: 0=[v1]']);
  });

  test('a broker that is gone is not asked again before its backoff', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 1 });
    const [produced] = s.produced();
    s.stage.down.add(2);
    s.stage.drop(produced!);
    s.stage.advance(5 * SECOND);
    expect(s.produced()).toEqual([]);
    s.stage.down.delete(2);
    s.stage.advance(2 * SECOND);
    expect(s.produced().map(carried)).toEqual(['b2: 1=[v1]']);
  });

  test('a batch that is too large for the broker is split, in order', () => {
    const s = started({ 'linger.ms': 5 });
    s.sendNow({ partition: 0 }, { partition: 0 }, { partition: 0 }, { partition: 0 });
    s.stage.advance(5 * MS);
    s.answer(s.produced()[0]!, ErrorCode.MESSAGE_TOO_LARGE);
    // Once whole, as one part of batch.size, then halves: Kafka does the same.
    s.answer(s.produced()[0]!, ErrorCode.MESSAGE_TOO_LARGE);
    const parts = s.produced();
    expect(parts.map(carried)).toEqual(['b1: 0=[v1]', 'b1: 0=[v2]', 'b1: 0=[v3]', 'b1: 0=[v4]']);
    for (const part of parts) s.answer(part);
    expect(s.events.length).toBe(4);
    expect(s.producer.view()).toMatchObject({ freeBytes: 32 * 1024 * 1024, incompleteBatches: 0 });
  });
});

describe('fail or unknown', () => {
  const quick = { 'linger.ms': 0, 'delivery.timeout.ms': 1_000, 'request.timeout.ms': 990 } as const;

  test('a refusal that is final and came before any append is a fail', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    s.answer(s.produced()[0]!, ErrorCode.INVALID_RECORD);
    expect(s.events).toEqual([`fail t-0 (${ErrorCode.INVALID_RECORD}): 1`]);
  });

  test('a batch that never left fails for certain when its time is up', () => {
    const s = started(quick, [-1, 2, 3]);
    s.sendNow({ partition: 0 });
    s.stage.advance(1 * SECOND);
    expect(s.events).toEqual([`fail t-0 (${ErrorCode.REQUEST_TIMED_OUT}): 1`]);
  });

  test('a batch in flight when its time is up is unknown, and a late answer changes nothing', () => {
    const s = started(quick);
    s.sendNow({ partition: 0 });
    const [produced] = s.produced();
    s.stage.drop(produced!);
    s.stage.advance(950 * MS);
    const [again] = s.produced();
    s.stage.advance(50 * MS);
    expect(s.events).toEqual([`unknown t-0 (${ErrorCode.REQUEST_TIMED_OUT}): 1`]);
    expect(s.producer.view().freeBytes).toBe(32 * 1024 * 1024 - 16_384);
    s.answer(again!);
    expect(s.events.length).toBe(1);
    expect(s.producer.view().freeBytes).toBe(32 * 1024 * 1024);
  });

  test('refusals before the append, however many, leave it a fail', () => {
    const s = started(quick);
    s.sendNow({ partition: 0 });
    s.answer(s.produced()[0]!, ErrorCode.NOT_ENOUGH_REPLICAS);
    s.stage.advance(150 * MS);
    s.answer(s.produced()[0]!, ErrorCode.NOT_ENOUGH_REPLICAS);
    s.stage.advance(210 * MS);
    s.answer(s.produced()[0]!, ErrorCode.NOT_ENOUGH_REPLICAS);
    s.stage.advance(410 * MS);
    s.answer(s.produced()[0]!, ErrorCode.NOT_ENOUGH_REPLICAS);
    // The next backoff ends after delivery.timeout.ms.
    s.stage.advance(1 * SECOND);
    expect(s.events).toEqual([`fail t-0 (${ErrorCode.REQUEST_TIMED_OUT}): 1`]);
  });

  test.each([
    ['a lost connection', null],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND],
    ['a leader that was deposed while it waited for the ISR', ErrorCode.NOT_LEADER_OR_FOLLOWER],
    ['a time-out at the leader', ErrorCode.REQUEST_TIMED_OUT],
  ])('once %s left it open, a later refusal does not make it certain', (_, code) => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    const [produced] = s.produced();
    if (code === null) s.stage.drop(produced!);
    else s.answer(produced!, code);
    s.stage.advance(500 * MS);
    s.answer(s.produced()[0]!, ErrorCode.INVALID_RECORD);
    expect(s.events).toEqual([`unknown t-0 (${ErrorCode.INVALID_RECORD}): 1`]);
  });

  test('with acks=1 NOT_LEADER came before the append', () => {
    const s = started({ 'linger.ms': 0, acks: '1', retries: 0 });
    s.sendNow({ partition: 0 });
    s.answer(s.produced()[0]!, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(s.events).toEqual([`fail t-0 (${ErrorCode.NOT_LEADER_OR_FOLLOWER}): 1`]);
  });

  test('acks=0 is done when it has left, at no known offset', () => {
    const s = started({ 'linger.ms': 0, acks: '0' });
    s.sendNow({ partition: 0 });
    expect(s.produced()[0]!.body.acks).toBe(0);
    expect(s.events).toEqual(['acked t-0 @-1: 1']);
    expect(s.producer.view().freeBytes).toBe(32 * 1024 * 1024);
  });
});
