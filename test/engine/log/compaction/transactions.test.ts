import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildControlBatch, ControlType } from '../../../../engine/records/index.ts';
import { MemoryDisk } from '../memory-disk.ts';
import { appended } from '../stage.ts';
import { CompactionStage, DAY_MS } from './compaction-stage.ts';

/** Producers that write in transactions, each with a sequence of its own. */
class Transactions {
  readonly stage: CompactionStage;
  readonly #sequences = new Map<number, number>();

  constructor(stage: CompactionStage) {
    this.stage = stage;
  }

  put(producerId: number, texts: readonly string[]): number {
    const baseSequence = this.#sequences.get(producerId) ?? 0;
    this.#sequences.set(producerId, baseSequence + texts.length);
    return this.stage.put(texts, { producerId, producerEpoch: 1, baseSequence, isTransactional: true });
  }

  end(producerId: number, type: 'COMMIT' | 'ABORT'): void {
    const marker = buildControlBatch(
      { producerId, producerEpoch: 1, isTransactional: true },
      this.stage.wallMs,
      [{ type: ControlType[type], message: { coordinatorEpoch: 2 } }],
    );
    appended(this.stage.log.appendAsLeader([marker], 0, this.stage.out, 'coordinator'));
    this.stage.replicate();
  }

  /** The sequence that the log expects of a producer, or what it says against it. */
  again(producerId: number): unknown {
    return this.stage.log.producers.entry(producerId)?.lastSequence;
  }

  sequence(producerId: number): number {
    return (this.#sequences.get(producerId) ?? 0) - 1;
  }
}

const INDEXES = (stage: CompactionStage) =>
  stage.disk.list('/data/orders-0').filter((name) => name.includes('.txnindex'));

describe('a compacted log with transactions', () => {
  it('is clean only below the first open transaction', () => {
    const stage = new CompactionStage();
    const producers = new Transactions(stage);
    stage.put(['a=1']);
    stage.roll();
    producers.put(1, ['a=2']);
    stage.roll();
    stage.put(['a=3']);
    stage.roll();
    expect(stage.log.lastStableOffset).toBe(1);
    stage.clean();
    expect(stage.texts()).toEqual(['0:a=1', '1:a=2', '2:a=3']);
    producers.end(1, 'COMMIT');
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['2:a=3']);
  });

  it('forgets what was aborted, and keeps what it would have superseded', () => {
    const stage = new CompactionStage({ 'segment.bytes': 2_000 });
    const producers = new Transactions(stage);
    producers.put(1, ['a=1', 'b=1']);
    producers.end(1, 'COMMIT');
    producers.put(1, ['a=2']);
    producers.end(1, 'ABORT');
    stage.roll();
    expect(INDEXES(stage)).toEqual(['00000000000000000000.txnindex']);
    stage.clean();
    expect(stage.texts()).toEqual(['0:a=1', '1:b=1']);
    // Data was there, so the marker stays, and the index says which reader needs it.
    expect(stage.batches().map(({ isControl }) => isControl)).toEqual([false, true, false, true]);
    expect(stage.log.producers.abortedBetween(0, 10)).toMatchObject([{ firstOffset: 3, lastOffset: 4 }]);
    expect(INDEXES(stage)).toEqual(['00000000000000000000.txnindex']);
  });

  it('forgets a marker a while after its data, with its entry in the index before that', () => {
    const stage = new CompactionStage({ 'segment.bytes': 2_000 });
    const producers = new Transactions(stage);
    producers.put(1, ['a=1']);
    producers.end(1, 'ABORT');
    producers.put(1, ['b=1']);
    producers.end(1, 'COMMIT');
    const again = (text: string) => {
      stage.put([text]);
      stage.roll();
      stage.clean();
    };
    again('c=1');
    expect(stage.log.producers.abortedBetween(0, 10)).toHaveLength(1);
    again('c=2');
    expect(stage.log.producers.abortedBetween(0, 10)).toEqual([]);
    expect(INDEXES(stage)).toEqual([]);
    expect(stage.batches()[0]).toMatchObject({ baseOffset: 1, isControl: true, hasDeleteHorizon: true });
    stage.wallMs += DAY_MS;
    again('c=3');
    expect(stage.batches().map(({ baseOffset }) => baseOffset)).toEqual([2, 3, 6]);
    stage.disk.processCrash();
    stage.boot();
    expect(stage.log.producers.abortedBetween(0, 10)).toEqual([]);
    expect(stage.log.lastStableOffset).toBe(stage.log.highWatermark);
  });

  it('knows its producers’ sequences after everything that they wrote is superseded', () => {
    const stage = new CompactionStage();
    const producers = new Transactions(stage);
    producers.put(1, ['a=1', 'b=1']);
    producers.put(1, ['c=1']);
    producers.end(1, 'COMMIT');
    stage.put(['a=2', 'b=2', 'c=2']);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['4:a=2', '5:b=2', '6:c=2']);
    expect(stage.batches()[0]).toMatchObject({ count: 0, baseOffset: 2, producerId: 1, baseSequence: 2 });
    for (const name of stage.disk.list('/data/orders-0')) {
      if (name.endsWith('.snapshot')) stage.disk.remove(`/data/orders-0/${name}`);
    }
    stage.disk.processCrash();
    stage.boot();
    expect(producers.again(1)).toBe(2);
    expect(stage.log.lastStableOffset).toBe(stage.log.highWatermark);
    stage.put(['d=1'], { producerId: 1, producerEpoch: 1, baseSequence: 3, isTransactional: true });
  });
});

describe('snapshots of the producers of a compacted log', () => {
  const snapshots = (stage: CompactionStage) =>
    stage.disk
      .list('/data/orders-0')
      .flatMap((name) => (name.endsWith('.snapshot') ? [Number.parseInt(name, 10)] : []));
  const bases = (stage: CompactionStage) => stage.log.local.segments.map(({ baseOffset }) => baseOffset);

  it('go with the segments that they stood before, however long it is compacted', () => {
    const stage = new CompactionStage();
    const producers = new Transactions(stage);
    for (let round = 0; round < 20; round++) {
      producers.put(1, [`a=${round}`, `b=${round}`]);
      producers.end(1, 'COMMIT');
      stage.roll();
      stage.clean();
    }
    expect(snapshots(stage).every((at) => bases(stage).includes(at))).toBe(true);
    expect(bases(stage).length).toBeLessThan(20);
    stage.disk.processCrash();
    stage.boot();
    expect(producers.again(1)).toBe(producers.sequence(1));
  });

  it('that a crash left beside no segment are gone at the next boot, but for the latest', () => {
    const stage = new CompactionStage();
    const producers = new Transactions(stage);
    producers.put(1, ['a=1', 'b=1', 'c=1']);
    producers.end(1, 'COMMIT');
    stage.roll();
    const [kept] = snapshots(stage);
    const path = (at: number) => `/data/orders-0/${`${at}`.padStart(20, '0')}.snapshot`;
    const content = stage.disk.read(path(kept!), 0, stage.disk.size(path(kept!)));
    if (!(content instanceof Uint8Array)) throw new Error(content.code);
    for (const stray of [1, 2]) stage.disk.write(path(stray), content);
    stage.disk.processCrash();
    stage.boot();
    expect(snapshots(stage)).toEqual([kept]);
  });
});

describe('a marker that is the last that an active producer wrote', () => {
  it('stays without its record, for its epoch, and opens no transaction at the next boot', () => {
    const stage = new CompactionStage({ 'segment.bytes': 2_000, 'delete.retention.ms': 1_000 });
    new Transactions(stage).put(1, ['a=1']);
    // Transaction version 2: the marker has an epoch of its own.
    const marker = buildControlBatch(
      { producerId: 1, producerEpoch: 2, isTransactional: true },
      stage.wallMs,
      [{ type: ControlType.COMMIT, message: { coordinatorEpoch: 2 } }],
    );
    appended(stage.log.appendAsLeader([marker], 0, stage.out, 'coordinator'));
    for (const text of ['a=2', 'a=3', 'a=4', 'a=5']) {
      stage.put([text]);
      stage.roll();
      stage.clean();
    }
    const left = stage.batches()[0];
    expect(left).toMatchObject({ baseOffset: 1, isControl: true, count: 0, producerEpoch: 2 });
    for (const name of stage.disk.list('/data/orders-0')) {
      if (name.endsWith('.snapshot')) stage.disk.remove(`/data/orders-0/${name}`);
    }
    stage.disk.processCrash();
    stage.boot();
    stage.replicate();
    expect(stage.log.lastStableOffset).toBe(stage.log.highWatermark);
  });
});

class ProcessDied extends Error {}

describe('a process that dies while it cleans transactions', () => {
  /** Three producers, every second transaction aborted, over several segments that become two. */
  function dirty(disk: MemoryDisk): CompactionStage {
    const stage = new CompactionStage({ 'segment.bytes': 900 }, {}, disk);
    const producers = new Transactions(stage);
    for (let round = 0; round < 8; round++) {
      const id = 1 + (round % 3);
      producers.put(id, [`a=${round}`, `k${round}=x`]);
      if (round % 4 === 1) stage.roll();
      producers.end(id, round % 2 === 0 ? 'COMMIT' : 'ABORT');
      if (round % 2 === 0) stage.roll();
    }
    stage.roll();
    return stage;
  }

  it('tells readers of every aborted transaction that is still there, and of none without its marker', () => {
    let deaths = 0;
    let wereThere = 0;
    for (let count = 0; ; count++) {
      const disk = new MemoryDisk('/data');
      const stage = dirty(disk);
      const aborted = stage.log.producers.abortedBetween(0, stage.log.logEndOffset);
      expect(aborted).toHaveLength(4);
      let left = count;
      disk.failOn((operation) => {
        if (operation !== 'read' && left-- === 0) throw new ProcessDied();
        return false;
      });
      let died = false;
      try {
        stage.clean();
      } catch (error) {
        if (!(error instanceof ProcessDied)) throw error;
        died = true;
      }
      disk.heal();
      disk.processCrash();
      stage.boot();
      stage.replicate();
      const told = stage.log.producers.abortedBetween(0, stage.log.logEndOffset);
      const batches = stage.batches();
      for (const { producerId, firstOffset, lastOffset } of aborted) {
        const isThere = batches.some(
          (batch) =>
            batch.producerId === producerId &&
            !batch.isControl &&
            batch.count > 0 &&
            batch.baseOffset >= firstOffset &&
            batch.lastOffset < lastOffset,
        );
        if (!isThere) continue;
        wereThere++;
        expect(told).toContainEqual(expect.objectContaining({ producerId, firstOffset, lastOffset }));
      }
      for (const { lastOffset } of told)
        expect(batches.some((batch) => batch.isControl && batch.lastOffset === lastOffset)).toBe(true);
      expect(stage.log.lastStableOffset).toBe(stage.log.highWatermark);
      stage.clean();
      const values = stage.texts().map((each) => each.slice(each.indexOf(':') + 1));
      expect(values).toEqual(['k0=x', 'k2=x', 'k4=x', 'a=6', 'k6=x']);
      if (!died) break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(40);
    expect(wereThere).toBeGreaterThan(40);
  });
});

type Step =
  | { readonly step: 'put'; readonly producer: number; readonly texts: readonly string[] }
  | { readonly step: 'end'; readonly producer: number; readonly type: 'COMMIT' | 'ABORT' }
  | { readonly step: 'roll' | 'clean' | 'crash' | 'day' };

const text = fc
  .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3'))
  .map(([key, value]) => `${key}=${value}`);
const producer = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('put' as const),
      producer,
      texts: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant('end' as const),
      producer,
      type: fc.constantFrom('COMMIT' as const, 'ABORT' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom('roll', 'clean', 'crash', 'day').map((each) => ({ step: each }) as Step),
  },
);

interface Written {
  readonly offset: number;
  readonly text: string;
  readonly producer: number;
  outcome: 'open' | 'COMMIT' | 'ABORT';
}

describe('after any history of transactions', () => {
  it('the log has the last committed record of each key where it is clean, and nothing aborted', () => {
    let dropped = 0;
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const stage = new CompactionStage({ 'segment.bytes': 500 }, {}, new MemoryDisk('/data'));
      const producers = new Transactions(stage);
      const written: Written[] = [];
      const end = (id: number, type: 'COMMIT' | 'ABORT') => {
        const open = written.filter(({ producer, outcome }) => producer === id && outcome === 'open');
        if (open.length === 0) return;
        producers.end(id, type);
        for (const each of open) each.outcome = type;
      };
      for (const each of steps) {
        switch (each.step) {
          case 'put': {
            const first = producers.put(each.producer, each.texts);
            for (const [index, line] of each.texts.entries())
              written.push({ offset: first + index, text: line, producer: each.producer, outcome: 'open' });
            break;
          }
          case 'end':
            end(each.producer, each.type);
            break;
          case 'roll':
            stage.roll();
            break;
          case 'clean':
            stage.clean();
            break;
          case 'day':
            // Producers would be forgotten: the clock goes on by half of that.
            stage.wallMs += DAY_MS / 3;
            break;
          case 'crash':
            stage.disk.processCrash();
            stage.boot();
            stage.replicate();
        }
        expect(stage.directory.failure).toBe(null);
      }
      for (const id of [1, 2, 3]) end(id, 'COMMIT');
      stage.roll();
      stage.clean();
      const lastOffsets = new Map<string, number>();
      for (const { offset, text, outcome } of written) {
        if (outcome === 'COMMIT') lastOffsets.set(text.slice(0, 1), offset);
      }
      const kept = written.filter(({ offset, text }) => lastOffsets.get(text.slice(0, 1)) === offset);
      dropped += written.length - kept.length;
      expect(stage.texts()).toEqual(kept.map(({ offset, text }) => `${offset}:${text}`));
      expect(stage.log.lastStableOffset).toBe(stage.log.highWatermark);
      // A reader that is told of an aborted transaction finds its marker.
      const markers = stage.batches().filter(({ isControl }) => isControl);
      for (const { lastOffset } of stage.log.producers.abortedBetween(0, stage.log.logEndOffset))
        expect(markers.some(({ baseOffset }) => baseOffset === lastOffset)).toBe(true);
      stage.disk.processCrash();
      stage.boot();
      stage.replicate();
      expect(stage.log.lastStableOffset).toBe(stage.log.highWatermark);
      for (const id of [1, 2, 3])
        expect(producers.again(id) ?? producers.sequence(id)).toBe(producers.sequence(id));
    });
    fc.assert(property, { numRuns: 150 });
    expect(dropped).toBeGreaterThan(200);
  });
});
