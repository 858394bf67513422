import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../engine/machine/index.ts';
import { matchesPath } from '../../../sim/disk/path-pattern.ts';
import { BenchDisk, bytes, textOf } from './bench-disk.ts';

describe('a disk fault', () => {
  it('answers errors on matching paths until it is healed', () => {
    const { disk } = new BenchDisk();
    disk.append('/d/f.log', bytes('x'));
    const writes = disk.inject({ kind: 'error', operation: 'write', path: '/d/*.log', code: 'EIO' });
    const reads = disk.inject({ kind: 'error', operation: 'read', path: '*', code: 'EIO' });
    expect(disk.append('/d/f.log', bytes('y'))).toEqual(new DiskError('EIO', '/d/f.log'));
    expect(disk.truncate('/d/f.log', 0)).toEqual(new DiskError('EIO', '/d/f.log'));
    expect(disk.append('/d/f.index', bytes('y'))).toBe(null);
    expect(textOf(disk.read('/d/f.index', 0, 1))).toBe('EIO');
    disk.heal(reads);
    expect(textOf(disk.read('/d/f.index', 0, 1))).toBe('y');
    disk.heal(writes);
    expect(disk.append('/d/f.log', bytes('y'))).toBe(null);
    expect(textOf(disk.read('/d/f.log', 0, 9))).toBe('xy');
  });

  it('strikes one operation in so many when told so', () => {
    const { disk } = new BenchDisk();
    disk.inject({ kind: 'error', operation: 'write', path: '*', code: 'EIO', oneIn: 10 });
    let errors = 0;
    for (let i = 0; i < 1_000; i++) if (disk.append('/d/f', bytes('x')) !== null) errors++;
    expect(errors).toBeGreaterThan(60);
    expect(errors).toBeLessThan(140);
    expect(disk.size('/d/f')).toBe(1_000 - errors);
  });

  it('stall: no sync ends before the heal, then all do in their order; other operations take longer', () => {
    const bench = new BenchDisk();
    const { disk } = bench;
    const stall = disk.inject({ kind: 'stall', operationUs: 5_000 });
    disk.append('/d/f', bytes('x'));
    expect(disk.takeDelayUs()).toBe(5_000);
    const tickets = [disk.sync('/d/f'), disk.syncDirectory('/d')];
    bench.run(10_000_000);
    expect(bench.story).toEqual([]);
    disk.heal(stall);
    const healed = bench.kernel.now;
    bench.run(10_000);
    expect(bench.story).toEqual(tickets.map((ticket) => `${healed} ${ticket} ok`));
    disk.append('/d/f', bytes('x'));
    expect(disk.takeDelayUs()).toBe(0);
  });

  it('stall: a power loss meanwhile loses what the stalled syncs were for', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const bench = new BenchDisk({}, String(seed));
      bench.disk.append('/d/f', bytes('x'));
      bench.disk.inject({ kind: 'stall' });
      bench.disk.sync('/d/f');
      bench.disk.syncDirectory('/d');
      bench.run(1_000_000);
      bench.crash();
      bench.disk.healAll();
      bench.run(1_000_000);
      expect(bench.story).toEqual([]);
      outcomes.add(bench.text('/d/f'));
    }
    expect(outcomes.has('no such file')).toBe(true);
  });

  it('slow: syncs take longer until it is healed', () => {
    const bench = new BenchDisk();
    const from = bench.kernel.now;
    bench.disk.append('/d/f', bytes('x'));
    const slow = bench.disk.inject({ kind: 'slow', syncExtra: { floorUs: 700, tailUsMean: 0 } });
    bench.disk.sync('/d/f');
    bench.disk.heal(slow);
    bench.disk.sync('/d/f');
    bench.run(10_000);
    expect(bench.story.map((line) => Number(line.split(' ')[0]) - from)).toEqual([100, 800]);
  });

  it('full: nothing can be added, though cutting and removing go on', () => {
    const { disk } = new BenchDisk();
    disk.append('/d/f', bytes('xyz'));
    const full = disk.inject({ kind: 'full' });
    expect(disk.append('/d/f', bytes('x'))).toEqual(new DiskError('ENOSPC', '/d/f'));
    expect(disk.truncate('/d/f', 1)).toBe(null);
    expect(disk.remove('/d/f')).toBe(null);
    disk.heal(full);
    expect(disk.append('/d/f', bytes('x'))).toBe(null);
  });

  it('a flipped bit is seen by readers and survives, and the writer keeps what it wrote', () => {
    const bench = new BenchDisk();
    const chunk = new Uint8Array(100).fill(0);
    bench.disk.append('/d/f', chunk);
    bench.syncNow('/d/f');
    bench.syncNow('/d', 'directory');
    expect(bench.disk.flipBit('/d/f', 10, 3)).toBe(true);
    expect(bench.disk.flipBit('/d/f', 100, 0)).toBe(false);
    expect(chunk[10]).toBe(0);
    bench.crash();
    expect((bench.disk.read('/d/f', 10, 1) as Uint8Array)[0]).toBe(8);
  });

  it('a wiped disk is empty, also after a power loss', () => {
    const bench = new BenchDisk();
    bench.disk.append('/d/f', bytes('x'));
    bench.syncNow('/d/f');
    bench.syncNow('/d', 'directory');
    bench.disk.wipe();
    expect(bench.disk.list('/')).toEqual([]);
    bench.crash();
    expect(bench.disk.list('/')).toEqual([]);
  });

  it('writers are held back once too much waits to be written back', () => {
    const bench = new BenchDisk({ bytesPerSecond: 1_000_000, dirtyLimitBytes: 10_000 });
    bench.disk.append('/d/f', new Uint8Array(10_000));
    expect(bench.disk.takeDelayUs()).toBe(0);
    bench.disk.append('/d/f', new Uint8Array(5_000));
    expect(bench.disk.takeDelayUs()).toBe(5_000);
    bench.run(15_000);
    bench.disk.append('/d/f', new Uint8Array(5_000));
    expect(bench.disk.takeDelayUs()).toBe(0);
  });
});

describe('a path pattern', () => {
  it.each([
    ['/d/f', '/d/f', true],
    ['/d/f', '/d/ff', false],
    ['/d/*', '/d/a/b', true],
    ['*.log', '/d/a.log', true],
    ['*.log', '/d/a.log.deleted', false],
    ['/d/t-*/*.index', '/d/t-0/7.index', true],
    ['/d/t-*/*.index', '/d/u-0/7.index', false],
    ['a*a', 'a', false],
    ['*', '', true],
  ])('%s against %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });
});
