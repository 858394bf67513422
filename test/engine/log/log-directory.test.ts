import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Log,
  LogDirectory,
  LogTimer,
  logConfigDefaults,
  logDirectoryConfigDefaults,
} from '../../../engine/log/index.ts';
import { MS, SECOND, type Ticket, timerId } from '../../../engine/machine/index.ts';
import { withLeader } from '../../../engine/records/index.ts';
import { LogOutbox } from './log-outbox.ts';
import { MemoryDisk } from './memory-disk.ts';
import { appended, batchOf, bytesOf, TOPIC_ID } from './stage.ts';

const SMALL = { ...logConfigDefaults, 'segment.bytes': 210 };

/** A broker's log directory, its process, and its disk. */
class DirectoryStage {
  readonly disk = new MemoryDisk('/data');
  out = new LogOutbox();
  directory: LogDirectory;
  now = 0;
  #seed = 1;

  constructor() {
    this.directory = this.boot();
  }

  boot(): LogDirectory {
    this.out = new LogOutbox();
    const draw = () => (this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0);
    const directory = LogDirectory.open(
      this.now,
      {
        disk: this.disk,
        path: '/data',
        random: { stream: () => ({ u32: draw, below: (bound) => draw() % bound }) },
        wall: { nowMs: () => 1_000_000 },
        config: logDirectoryConfigDefaults,
        clusterId: 'cluster',
        nodeId: 1,
        topicConfig: () => SMALL,
      },
      this.out,
    );
    if (!(directory instanceof LogDirectory)) throw new Error(`${directory.code} ${directory.path}`);
    this.directory = directory;
    return directory;
  }

  create(name: string): Log {
    return this.directory.create(name, TOPIC_ID, SMALL, this.out) as Log;
  }

  append(name: string, value: string): void {
    appended(this.directory.get(name)!.appendAsLeader([batchOf([value])], 1, this.out));
  }

  /** Fires the timers that are due within a time. */
  pass(us: number): void {
    const until = this.now + us;
    for (;;) {
      const due = [...this.out.timers]
        .filter(([, at]) => at <= until)
        .sort((left, right) => left[1] - right[1])[0];
      if (due === undefined) break;
      this.out.timers.delete(due[0]);
      this.now = Math.max(this.now, due[1]);
      this.directory.onTimer(this.now, due[0], 0, this.out);
      this.settle();
    }
    this.now = until;
  }

  settle(): void {
    while (this.disk.syncsUnderWay > 0) this.completeSyncs();
  }

  completeSyncs(): readonly Ticket[] {
    const tickets = this.disk.completeSyncs();
    for (const ticket of tickets)
      expect(this.directory.onSynced(this.now, ticket, null, this.out)).toBe(true);
    return tickets;
  }

  stop(brokerEpoch: number): void {
    this.directory.closeCleanly(this.now, brokerEpoch, this.out);
    this.settle();
  }
}

describe('a log directory', () => {
  it('gets an identity at its first boot and keeps it', () => {
    const stage = new DirectoryStage();
    const id = stage.directory.directoryId;
    expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    stage.settle();
    expect(stage.disk.text('/data/meta.properties')).toContain(`directory.id=${id}\nnode.id=1\nversion=1\n`);
    stage.disk.powerLoss(() => 0);
    expect(stage.boot().directoryId).toBe(id);
  });

  it('checkpoints high watermarks every 5 s, recovery points and log starts every 60 s', () => {
    const stage = new DirectoryStage();
    stage.create('orders-0');
    stage.create('a-b-12');
    for (const value of ['a', 'b', 'c', 'd']) stage.append('orders-0', value);
    stage.directory.get('orders-0')!.advanceHighWatermark(3, 1, true, stage.out);
    stage.directory.get('orders-0')!.advanceLogStart(1, stage.out);
    stage.pass(5 * SECOND);
    expect(stage.disk.text('/data/replication-offset-checkpoint')).toBe('0\n2\na-b 12 0\norders 0 3\n');
    expect(stage.disk.list('/data')).not.toContain('recovery-point-offset-checkpoint');
    stage.pass(55 * SECOND);
    expect(stage.disk.text('/data/recovery-point-offset-checkpoint')).toBe('0\n2\na-b 12 0\norders 0 3\n');
    expect(stage.disk.text('/data/log-start-offset-checkpoint')).toBe('0\n1\norders 0 1\n');
  });

  it('writes a checkpoint only when it has changed', () => {
    const stage = new DirectoryStage();
    stage.create('orders-0');
    stage.pass(5 * SECOND);
    const before = stage.disk.journal.length;
    stage.pass(5 * SECOND);
    expect(stage.disk.journal.slice(before)).toEqual([]);
  });

  it('writes the recovery points at once when a log is truncated below its own', () => {
    const stage = new DirectoryStage();
    const log = stage.create('orders-0');
    for (const value of ['a', 'b', 'c', 'd']) stage.append('orders-0', value);
    log.flush();
    stage.settle();
    stage.pass(60 * SECOND);
    expect(stage.disk.text('/data/recovery-point-offset-checkpoint')).toBe('0\n1\norders 0 4\n');
    log.truncateTo(2, stage.out);
    stage.settle();
    expect(stage.disk.text('/data/recovery-point-offset-checkpoint')).toBe('0\n1\norders 0 2\n');
  });

  it('closes no segment while the disk promises a recovery point that was taken back', () => {
    const stage = new DirectoryStage();
    const log = stage.create('orders-0');
    for (const value of ['a', 'b', 'c', 'd']) stage.append('orders-0', value);
    log.flush();
    stage.settle();
    log.truncateTo(1, stage.out);
    for (const value of ['e', 'f', 'g', 'h']) stage.append('orders-0', value);
    expect(log.segmentCount).toBe(1);
    stage.settle();
    stage.append('orders-0', 'i');
    expect(log.segmentCount).toBe(2);
  });

  it('says after a clean stop who stopped, skips recovery, and forgets the marker', () => {
    const stage = new DirectoryStage();
    expect([stage.directory.wasCleanShutdown, stage.directory.previousBrokerEpoch]).toEqual([false, -1]);
    stage.create('orders-0');
    stage.append('orders-0', 'a');
    stage.stop(77);
    expect(stage.directory.closed).toBe(true);
    expect(stage.out.timers.size).toBe(0);
    expect(stage.disk.text('/data/.kafka_cleanshutdown')).toBe('{"version":0,"brokerEpoch":77}');
    stage.disk.powerLoss(() => 0);
    stage.boot();
    expect([stage.directory.wasCleanShutdown, stage.directory.previousBrokerEpoch]).toEqual([true, 77]);
    expect(stage.out.told).toEqual(['log opened']);
    expect(stage.directory.get('orders-0')!.recoveryPoint).toBe(1);
    expect(stage.disk.list('/data')).not.toContain('.kafka_cleanshutdown');
    stage.disk.processCrash();
    stage.boot();
    expect([stage.directory.wasCleanShutdown, stage.directory.previousBrokerEpoch]).toEqual([false, -1]);
    expect(stage.out.told).toEqual(['log recovered', 'log opened']);
  });

  it('does not write the marker before the logs and their checkpoints are durable', () => {
    const stage = new DirectoryStage();
    stage.create('orders-0');
    stage.append('orders-0', 'a');
    stage.directory.closeCleanly(stage.now, 5, stage.out);
    while (!stage.directory.closed) {
      const isMarked = stage.disk.list('/data').some((name) => name.startsWith('.kafka_cleanshutdown'));
      if (isMarked)
        expect(stage.disk.text('/data/recovery-point-offset-checkpoint')).toBe('0\n1\norders 0 1\n');
      stage.completeSyncs();
    }
    expect(stage.directory.failure).toBeNull();
  });

  it('that fails while it closes leaves no marker', () => {
    const stage = new DirectoryStage();
    stage.create('orders-0');
    stage.append('orders-0', 'a');
    stage.settle();
    stage.disk.failOn((_, path) => path.includes('recovery-point'));
    stage.stop(5);
    expect(stage.directory.closed).toBe(true);
    expect(stage.directory.failure?.code).toBe('EIO');
    expect(stage.disk.list('/data')).not.toContain('.kafka_cleanshutdown');
  });

  it('lists logs by name and makes each once', () => {
    const stage = new DirectoryStage();
    for (const name of ['b-0', 'a-1', 'a-0']) stage.create(name);
    expect(stage.create('a-1')).toBe(stage.directory.get('a-1'));
    expect([...stage.directory.logs()].map((log) => log.name)).toEqual(['a-0', 'a-1', 'b-0']);
  });

  it('deletes a log by name at once and by content after a while', () => {
    const stage = new DirectoryStage();
    stage.create('orders-0');
    stage.append('orders-0', 'a');
    expect(stage.directory.remove('orders-0', stage.out)).toBeNull();
    expect(stage.directory.get('orders-0')).toBeUndefined();
    expect(stage.out.facts.at(-1)).toEqual({ fact: 'log closed', log: 'orders-0', reason: 'deleted' });
    const left = () => stage.disk.list('/data').filter((name) => name.startsWith('orders'));
    expect(left()).toEqual([expect.stringMatching(/^orders-0\.[0-9a-f]{32}-delete$/)]);
    stage.create('orders-0');
    expect(stage.directory.get('orders-0')!.logEndOffset).toBe(0);
    stage.pass(60 * SECOND);
    expect(left().length).toBe(2);
    stage.pass(10 * SECOND);
    expect(left()).toEqual(['orders-0']);
    expect(stage.directory.failure).toBeNull();
  });

  it('finishes deletions that a stop interrupted', () => {
    const stage = new DirectoryStage();
    stage.create('orders-0');
    stage.directory.remove('orders-0', stage.out);
    stage.disk.processCrash();
    stage.boot();
    stage.pass(70 * SECOND);
    expect(stage.disk.list('/data').filter((name) => name.startsWith('orders'))).toEqual([]);
  });

  it('goes offline as a whole with its first error, and says so once', () => {
    const stage = new DirectoryStage();
    stage.create('a-0');
    const other = stage.create('b-0');
    stage.disk.failOn((operation, path) => operation === 'append' && path.includes('/a-0/'));
    stage.directory.get('a-0')!.appendAsLeader([batchOf(['x'])], 1, stage.out);
    expect(other.failure?.code).toBe('EIO');
    expect(stage.directory.takeFailure(stage.out)?.code).toBe('EIO');
    expect(stage.out.facts.slice(-2)).toEqual([
      { fact: 'log closed', log: 'a-0', reason: 'failed' },
      { fact: 'log closed', log: 'b-0', reason: 'failed' },
    ]);
    expect(stage.directory.takeFailure(stage.out)).toBeNull();
  });

  it('leaves alone what is no log of its own', () => {
    const stage = new DirectoryStage();
    stage.disk.makeDirectory('/data/__cluster_metadata-0');
    stage.disk.makeDirectory('/data/lost+found');
    stage.disk.plant('/data/.lock', bytesOf(''));
    stage.boot();
    expect([...stage.directory.logs()]).toEqual([]);
  });

  it('recovers from zero when a checkpoint cannot be read', () => {
    const stage = new DirectoryStage();
    stage.create('orders-0');
    stage.append('orders-0', 'a');
    stage.pass(60 * SECOND);
    stage.disk.plant('/data/recovery-point-offset-checkpoint', bytesOf('garbage'));
    stage.disk.processCrash();
    stage.boot();
    expect(stage.out.probes).toContain('offset checkpoint was unreadable');
    expect(stage.directory.get('orders-0')!.logEndOffset).toBe(1);
  });

  it('keeps retention going from half a minute after its boot', () => {
    const stage = new DirectoryStage();
    expect(stage.out.timers.get(timerId(LogTimer.Retention))).toBe(30_000 * MS);
    stage.pass(30 * SECOND);
    expect(stage.out.timers.get(timerId(LogTimer.Retention))).toBe(330_000 * MS);
  });

  it('keeps deleted segments for `file.delete.delay.ms` of their topic', () => {
    const stage = new DirectoryStage();
    const config = { ...SMALL, 'file.delete.delay.ms': 10_000 };
    const log = stage.directory.create('orders-0', TOPIC_ID, config, stage.out) as Log;
    for (const value of ['a', 'b', 'c', 'd']) stage.append('orders-0', value);
    log.advanceHighWatermark(4, 1, true, stage.out);
    log.advanceLogStart(4, stage.out);
    expect(log.deleteOldSegments(stage.out)).toBe(1);
    const deleted = () => stage.disk.list('/data/orders-0').filter((name) => name.endsWith('.deleted'));
    expect(deleted().length).toBeGreaterThan(0);
    stage.pass(10 * SECOND);
    expect(deleted().length).toBeGreaterThan(0);
    stage.pass(5 * SECOND);
    expect(deleted()).toEqual([]);
  });
});

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('append' as const), log: fc.nat(1), value: fc.nat(99) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('truncate' as const), log: fc.nat(1), value: fc.nat(99) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('flush' as const), log: fc.nat(1), value: fc.nat(99) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), log: fc.nat(1), value: fc.nat(99) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('sync' as const), log: fc.nat(1), value: fc.nat(99) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('stop' as const), log: fc.nat(1), value: fc.nat(99) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('power loss' as const),
      log: fc.nat(1),
      value: fc.nat(1 << 28),
    }),
  },
);

describe('after any history', () => {
  it('a boot brings back what was flushed, by what the disk alone says', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const stage = new DirectoryStage();
        stage.create('t-0');
        stage.create('t-1');
        stage.settle();
        let epoch = 1;
        for (const { kind, log: index, value } of steps) {
          const log = stage.directory.get(`t-${index}`)!;
          if (kind === 'append') {
            const batch = withLeader(batchOf([`v${value}`]), log.logEndOffset, epoch);
            appended(log.appendAsFollower([batch], epoch, stage.out));
          } else if (kind === 'truncate') {
            log.truncateTo(Math.floor((log.logEndOffset * value) / 99), stage.out);
            epoch++;
          } else if (kind === 'flush') log.flush();
          else if (kind === 'pass') stage.pass(value * SECOND);
          else if (kind === 'sync') stage.completeSyncs();
          else {
            const logs = [...stage.directory.logs()];
            if (kind === 'stop') stage.stop(9);
            const flushed = logs.map((one) => contentBelow(one, one.recoveryPoint));
            let draw = value;
            stage.disk.powerLoss((bound) => (draw = (Math.imul(draw, 69_069) + 1) >>> 0) % bound);
            stage.boot();
            expect(stage.directory.wasCleanShutdown).toBe(kind === 'stop');
            // The marker's removal is durable before a broker can have registered, and so before it is
            // written to.
            stage.completeSyncs();
            for (const [at, before] of logs.entries()) {
              const after = stage.directory.get(before.name)!;
              expect(after).toBeDefined();
              expect(contentBelow(after, before.recoveryPoint)).toEqual(flushed[at]);
              for (const batch of after.batches(0)) expect(after.epochAt(baseOf(batch))).toBe(batch[15]);
            }
            epoch++;
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

function baseOf(batch: Uint8Array): number {
  return new DataView(batch.buffer, batch.byteOffset).getUint32(4);
}

function contentBelow(log: Log, offset: number): readonly number[] {
  return [...log.batches(0)].filter((batch) => baseOf(batch) < offset).flatMap((batch) => [...batch]);
}
