import { describe, expect, test } from 'vitest';
import { MAX_RECORDS_PER_STEP } from '../../../../engine/client/index.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ApiKey, ErrorCode, type ProduceRequest, ZERO_UUID } from '../../../../engine/wire/index.ts';
import { carried, ProducerStage } from './producer-stage.ts';

const BIG = 'x'.repeat(6_000);

/** A producer that knows topic `t`, led by brokers 1, 2, 3 unless said otherwise. */
function started(
  config: ConstructorParameters<typeof ProducerStage>[0] = {},
  leaders = [1, 2, 3],
): ProducerStage {
  const s = new ProducerStage(config);
  s.stage.topic('t', leaders);
  s.boot();
  return s;
}

describe('batching', () => {
  test('a record waits for linger.ms, and others join its batch', () => {
    const s = started();
    s.sendNow({ partition: 0 }, { partition: 0 });
    s.stage.advance(2 * MS);
    s.sendNow({ partition: 0 });
    expect(s.produced()).toEqual([]);
    s.stage.advance(3 * MS - 1);
    expect(s.produced()).toEqual([]);
    s.stage.advance(1);
    expect(s.produced().map(carried)).toEqual(['b1: 0=[v1,v2,v3]']);
  });

  test('a batch that is full leaves at once, and what had no room waits in the next one', () => {
    const s = started();
    s.sendNow(...[1, 2, 3].map(() => ({ partition: 0, value: BIG })));
    const produced = s.produced();
    expect(produced.map(({ body }) => body.topicData[0]!.partitionData[0]!.records![0]!.length)).toEqual([
      12_079,
    ]);
    s.stage.advance(5 * MS);
    expect(s.produced().length).toBe(1);
  });

  test('one request carries a batch of each partition of its broker, by topic id', () => {
    const s = started({}, [1, 1, 2]);
    s.sendNow({ partition: 0 }, { partition: 1 }, { partition: 2 });
    s.stage.advance(5 * MS);
    const produced = s.produced();
    expect(produced.map(carried).toSorted()).toEqual(['b1: 0=[v1] 1=[v2]', 'b2: 2=[v3]']);
    expect(produced[0]!.request.apiVersion).toBe(13);
    expect(produced[0]!.body.topicData[0]).toMatchObject({ name: '', topicId: s.stage.topics.get('t')!.id });
  });

  test('an older broker gets the topic by name', () => {
    const s = new ProducerStage();
    s.stage.maxVersions.set(ApiKey.Produce, 12);
    s.stage.topic('t', [1]);
    s.boot();
    s.sendNow({ partition: 0 });
    s.stage.advance(5 * MS);
    const [produced] = s.produced();
    expect(produced!.request.apiVersion).toBe(12);
    expect(produced!.body.topicData[0]).toMatchObject({ name: 't', topicId: ZERO_UUID });
    s.answer(produced!);
    expect(s.events).toEqual(['acked t-0 @100: 1']);
  });

  test('an acknowledged batch tells its records and the first offset', () => {
    const s = started();
    s.sendNow({ partition: 1 }, { partition: 1 });
    s.stage.advance(5 * MS);
    s.answer(s.produced()[0]!);
    expect(s.events).toEqual(['acked t-1 @100: 1,2']);
    expect(s.producer.view()).toMatchObject({ freeBytes: 32 * 1024 * 1024, incompleteBatches: 0 });
  });

  test('a request stays below max.request.size', () => {
    const s = started({ 'max.request.size': 13_000, 'linger.ms': 0 }, [1, 1, 1]);
    s.sendNow({ partition: 0, value: BIG }, { partition: 1, value: BIG }, { partition: 2, value: BIG });
    expect(
      s.produced().map(({ body }) => body.topicData[0]!.partitionData.map(({ index }) => index)),
    ).toEqual([[0, 1], [2]]);
  });
});

describe('the in-flight window', () => {
  test('at most five requests a broker, the rest when one comes back', () => {
    const s = started({ 'linger.ms': 0 });
    for (let i = 0; i < 7; i++) s.sendNow({ partition: 0 });
    const produced = s.produced();
    expect(produced.length).toBe(5);
    s.answer(produced[0]!);
    expect(s.produced().map(carried)).toEqual(['b1: 0=[v6,v7]']);
  });

  test('with one in flight a retry keeps the order', () => {
    const s = started({ 'linger.ms': 0, 'max.in.flight.requests.per.connection': 1 });
    s.sendNow({ partition: 0 });
    s.sendNow({ partition: 0 });
    const first = s.produced();
    expect(first.map(carried)).toEqual(['b1: 0=[v1]']);
    s.answer(first[0]!, ErrorCode.NOT_ENOUGH_REPLICAS);
    expect(s.produced()).toEqual([]);
    s.stage.advance(120 * MS);
    const again = s.produced();
    expect(again.map(carried)).toEqual(['b1: 0=[v1]']);
    s.answer(again[0]!);
    expect(s.produced().map(carried)).toEqual(['b1: 0=[v2]']);
  });

  test('with several in flight and no idempotence a retry falls behind', () => {
    const s = started({ 'linger.ms': 0 });
    s.sendNow({ partition: 0 });
    s.sendNow({ partition: 0 });
    const [first, second] = s.produced();
    s.answer(first!, ErrorCode.NOT_ENOUGH_REPLICAS);
    s.answer(second!);
    s.stage.advance(120 * MS);
    expect(s.produced().map(carried)).toEqual(['b1: 0=[v1]']);
    expect(s.events).toEqual(['acked t-0 @100: 2']);
  });
});

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

describe('where records go', () => {
  test('records without a key stick to a partition until a batch is full, then move', () => {
    const s = started({ 'linger.ms': 50, 'batch.size': 1_000 }, [1, 1, 1]);
    let draw = 0;
    s.randoms.draws.set('partitioner', () => draw++);
    s.sendNow(...Array.from({ length: 8 }, () => ({ value: 'x'.repeat(400) })));
    s.stage.advance(50 * MS);
    const counts = [0, 0, 0];
    for (let each = s.produced(); each.length > 0; each = s.produced()) {
      for (const received of each) {
        for (const part of carried(received).split(' ').slice(1)) {
          counts[Number(part[0])]! += part.split(',').length;
        }
        s.answer(received);
      }
    }
    // Two records fill a batch. The switch waits for a full batch, or for twice the batch size: here the fifth record.
    expect(counts).toEqual([5, 3, 0]);
  });

  test('records with a key go where every client puts them', () => {
    const s = started({}, [1, 1, 1]);
    s.sendNow({ key: '21' }, { key: 'foobar' });
    s.stage.advance(5 * MS);
    const [produced] = s.produced();
    expect([(-973932308 & 0x7fffffff) % 3, (-790332482 & 0x7fffffff) % 3]).toEqual([0, 0]);
    expect(produced!.body.topicData[0]!.partitionData.map(({ index }) => index)).toEqual([0]);
  });

  test('partitions with longer queues are chosen less often', () => {
    const s = started({ 'linger.ms': 0, 'batch.size': 100, 'max.in.flight.requests.per.connection': 1 });
    // Every partition has been used, and only partition 0 has something that waits.
    s.sendNow({ partition: 0 }, { partition: 1 }, { partition: 2 });
    for (const each of s.produced()) if (each.broker !== 1) s.answer(each);
    s.sendNow({ partition: 0 }, { partition: 0 }, { partition: 0 });
    let draw = 0;
    s.randoms.draws.set('partitioner', () => draw++);
    s.sendNow(...Array.from({ length: 30 }, () => ({ value: 'x'.repeat(100) })));
    s.stage.advance(1 * MS);
    const counts = [0, 0, 0];
    for (let rounds = 0; rounds < 40; rounds++) {
      for (const each of s.produced()) {
        for (const { index } of each.body.topicData[0]!.partitionData) counts[index]!++;
        s.answer(each);
      }
    }
    expect(counts[0]).toBeLessThan(counts[1]! + counts[2]!);
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
