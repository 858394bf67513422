import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '../../../engine/client/index.ts';
import { RandomStreams } from '../../../sim/random/index.ts';
import type { Workload } from '../../../sim/scenario/index.ts';
import { DatasetDriver, idOfRecord, readRecordId, SyntheticDriver } from '../../../sim/workload/index.ts';

type Synthetic = Extract<Workload, { kind: 'synthetic' }>;
interface Sent {
  readonly at: number;
  readonly record: OutgoingRecord;
}

/** Everything that a driver sends, when asked as a producer asks: whenever it says that it has something. */
function sentBy(driver: SyntheticDriver | DatasetDriver, untilUs: number): Sent[] {
  const sent: Sent[] = [];
  for (let now = driver.nextAt(); now < untilUs; now = Math.max(now, driver.nextAt())) {
    const record = driver.next(now);
    // As a producer does, it reads the record before it asks for the next: the driver may use the bytes again.
    if (record !== null) sent.push({ at: now, record: copyOf(record) });
  }
  return sent;
}

function copyOf(record: OutgoingRecord): OutgoingRecord {
  const value = record.value === null ? null : record.value.slice();
  const headers = record.headers.map(({ key, value }) => ({ key, value: value!.slice() }));
  return { ...record, value, headers };
}

function synthetic(changes: Partial<Synthetic>, seconds = 10): Sent[] {
  const workload: Synthetic = {
    kind: 'synthetic',
    rate: 100,
    arrivals: 'uniform',
    valueBytes: 20,
    keys: 0,
    skew: 'none',
    tombstonePercent: 0,
    ...changes,
  };
  const streams = new RandomStreams('1');
  const random = streams.stream('workload');
  const tombstones = streams.stream('tombstones');
  const untilUs = seconds * 1_000_000;
  return sentBy(
    new SyntheticDriver({ workload, topic: 't', firstId: 50, random, tombstones, startUs: 0, untilUs }),
    untilUs,
  );
}

describe('a synthetic workload', () => {
  it('keeps its rate, evenly or by chance', () => {
    expect(synthetic({}).length).toBeGreaterThanOrEqual(999);
    expect(synthetic({}).length).toBeLessThanOrEqual(1_000);
    expect(synthetic({ rate: 30_000 }, 1).length).toBeGreaterThan(29_900);
    const poisson = synthetic({ arrivals: 'poisson' }, 100).length;
    expect(Math.abs(poisson - 10_000)).toBeLessThan(400);
  });

  it('numbers its records, and each is known by its value', () => {
    const sent = synthetic({});
    expect(sent.map(({ record }) => record.id)).toEqual(sent.map((_, i) => 50 + i));
    expect(sent.map(({ record }) => readRecordId(record.value))).toEqual(sent.map(({ record }) => record.id));
    expect(sent.every(({ record }) => record.value!.length === 20)).toBe(true);
  });

  it('lets keys go as often as it says, by records that are known by a header', () => {
    const sent = synthetic({ keys: 9, tombstonePercent: 30 }).map(({ record }) => record);
    const tombstones = sent.filter(({ value }) => value === null);
    expect(Math.abs(tombstones.length - sent.length * 0.3)).toBeLessThan(50);
    expect(sent.map(idOfRecord)).toEqual(sent.map(({ id }) => id));
    // What else is sent does not depend on it.
    const without = synthetic({ keys: 9 }).map(({ record }) => record);
    expect(sent.map(({ key }) => key)).toEqual(without.map(({ key }) => key));
  });

  it('has as many keys as it says, the first of them most popular under zipf', () => {
    const counts = (skew: Synthetic['skew']): Map<string, number> => {
      const seen = new Map<string, number>();
      for (const { record } of synthetic({ keys: 10, skew }, 50)) {
        const key = String.fromCharCode(...record.key!);
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      return seen;
    };
    const even = counts('none');
    const zipf = counts('zipf');
    expect([even.size, zipf.size]).toEqual([10, 10]);
    expect(Math.max(...even.values()) / Math.min(...even.values())).toBeLessThan(1.5);
    expect(zipf.get('key-0')! / zipf.get('key-1')!).toBeGreaterThan(1.5);
    expect(zipf.get('key-0')! / zipf.get('key-9')!).toBeGreaterThan(7);
    expect(synthetic({}).every(({ record }) => record.key === null)).toBe(true);
  });
});

describe('a data set', () => {
  const events = [0, 10, 40].map((atUs, i) => ({ atUs, key: `K${i}`, value: `{"n":${i}}` }));
  const replay = (count: number): Sent[] => {
    const dataset = { name: 'three', events };
    return sentBy(
      new DatasetDriver({ dataset, topic: 't', firstId: 7, count, rate: 1, startUs: 100 }),
      60_000_000,
    );
  };

  it('is replayed in its own proportions, at the rate asked for', () => {
    expect(replay(3).map(({ at }) => at)).toEqual([100, 750_100, 3_000_100]);
    expect(replay(9)).toHaveLength(3);
  });

  it('keeps its keys and values, with an id in front that is read back', () => {
    const [, second] = replay(3);
    expect(String.fromCharCode(...second!.record.key!)).toBe('K1');
    expect(String.fromCharCode(...second!.record.value!)).toBe('{"id":"00000008","n":1}');
    expect(readRecordId(second!.record.value)).toBe(8);
  });
});
