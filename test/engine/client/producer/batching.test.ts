import { describe, expect, test } from 'vitest';
import { MS } from '../../../../engine/machine/index.ts';
import { ApiKey, ErrorCode, ZERO_UUID } from '../../../../engine/wire/index.ts';
import { BIG, carried, ProducerStage, started } from './producer-stage.ts';

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
    // Two records fill a batch. The switch waits for a full batch, or for twice the batch size: here the
    // fifth record.
    expect(counts).toEqual([5, 3, 0]);
  });

  test('rack-aware, records without a key stay where the rack has leaders (KIP-1123)', () => {
    const config = { 'client.rack': 'r2', 'partitioner.rack.aware': true, 'linger.ms': 0, 'batch.size': 100 };
    const s = new ProducerStage(config);
    s.stage.topic('t', [1, 2, 3, 2]);
    s.stage.racks.set(1, 'r1').set(2, 'r2').set(3, 'r3');
    s.boot();
    let draw = 0;
    s.randoms.draws.set('partitioner', () => draw++);
    const used = (): number[] => {
      s.sendNow(...Array.from({ length: 20 }, () => ({ value: 'x'.repeat(100) })));
      const partitions = new Set<number>();
      for (let each = s.produced(); each.length > 0; each = s.produced()) {
        for (const received of each) {
          for (const { index } of received.body.topicData[0]!.partitionData) partitions.add(index);
          s.answer(received);
        }
      }
      return [...partitions].toSorted();
    };
    expect(used()).toEqual([1, 3]);
    // Nobody leads from there any more: any other rack will do.
    s.stage.move('t', 1, 1);
    s.stage.move('t', 3, 3);
    s.stage.racks.delete(2);
    s.stage.advance(301_000 * MS);
    s.sendNow({ partition: 0 });
    s.stage.advance(200 * MS);
    expect(used()).toEqual([0, 1, 2, 3]);
  });

  test('rack-aware, queues of other racks do not draw records away, however short', () => {
    const config = { 'client.rack': 'r1', 'partitioner.rack.aware': true, 'linger.ms': 0, 'batch.size': 100 };
    const s = new ProducerStage({ ...config, 'max.in.flight.requests.per.connection': 1 });
    s.stage.topic('t', [1, 2]);
    s.stage.racks.set(1, 'r1').set(2, 'r2');
    s.boot();
    s.sendNow({ partition: 0 }, { partition: 1 });
    for (const each of s.produced()) if (each.broker !== 1) s.answer(each);
    s.sendNow({ partition: 0 }, { partition: 0 });
    let draw = 0;
    s.randoms.draws.set('partitioner', () => draw++);
    s.sendNow(...Array.from({ length: 10 }, () => ({ value: 'x'.repeat(100) })));
    expect(draw).toBeGreaterThan(3);
    expect(s.produced().filter(({ broker }) => broker === 2)).toEqual([]);
  });

  test('a broker that takes nothing for partitioner.availability.timeout.ms gets nothing new', () => {
    const s = started(
      {
        'linger.ms': 0,
        'batch.size': 100,
        'max.in.flight.requests.per.connection': 2,
        'partitioner.availability.timeout.ms': 100,
      },
      [1, 2],
    );
    s.sendNow({ partition: 0 }, { partition: 1 });
    for (const each of s.produced()) if (each.broker === 1) s.answer(each);
    // Broker 2 owes two answers: what is queued for it cannot leave.
    s.sendNow({ partition: 1 });
    s.produced();
    s.sendNow({ partition: 1 });
    for (let i = 0; i < 20; i++) {
      s.stage.advance(20 * MS);
      s.sendNow({ partition: 0 });
      for (const each of s.produced()) s.answer(each);
    }
    let draw = 0;
    s.randoms.draws.set('partitioner', () => draw++);
    s.sendNow(...Array.from({ length: 10 }, () => ({ value: 'x'.repeat(100) })));
    const partitions = new Set<number>();
    for (let each = s.produced(); each.length > 0; each = s.produced()) {
      for (const received of each) {
        for (const { index } of received.body.topicData[0]!.partitionData) partitions.add(index);
        s.answer(received);
      }
    }
    expect([...partitions]).toEqual([0]);
    expect(s.producer.view().incompleteBatches).toBe(3);
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
