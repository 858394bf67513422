import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchDisk, bytes, textOf } from './bench-disk.ts';

const HONEST = { kept: 1, dropped: 1, torn: 1, garbage: 0 };

const act = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), size: fc.integer({ min: 1, max: 9_000 }) }),
  fc.record({ kind: fc.constant('append' as const), size: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('truncate' as const), size: fc.nat(20_000) }),
  fc.record({ kind: fc.constant('write' as const), size: fc.nat(6_000) }),
  fc.record({ kind: fc.constant('sync' as const), size: fc.constant(0) }),
  fc.record({ kind: fc.constant('ask' as const), size: fc.constant(0) }),
  fc.record({ kind: fc.constant('wait' as const), size: fc.nat(150) }),
);

/** What a file's durable content is, told by a second, naive account of the same acts. */
class Account {
  live: number[] = [];
  durable: number[] = [];
  /** How many first bytes no crash may change. */
  safe = 0;
  readonly pending = new Map<number, { content: number[]; safe: number }>();

  apply(kind: string, size: number, next: () => number): number[] {
    const content = Array.from({ length: kind === 'truncate' ? 0 : size }, next);
    if (kind === 'append') this.live = [...this.live, ...content];
    if (kind === 'write') this.cut(0, content);
    if (kind === 'truncate' && size < this.live.length) this.cut(size, this.live.slice(0, size));
    return content;
  }

  cut(size: number, live: number[]): void {
    this.live = live;
    this.safe = Math.min(this.safe, size);
    for (const sync of this.pending.values()) sync.safe = Math.min(sync.safe, size);
  }

  ask(ticket: number): void {
    this.pending.set(ticket, { content: this.live, safe: this.live.length });
  }

  end(ticket: number): void {
    const sync = this.pending.get(ticket)!;
    this.pending.delete(ticket);
    this.durable = sync.content;
    this.safe = sync.safe;
  }
}

/** Runs acts on a file, then loses power; answers the account and what survived. */
function surviving(acts: readonly { kind: string; size: number }[], seed: number) {
  const bench = new BenchDisk({ crash: HONEST }, String(seed));
  const { disk } = bench;
  const account = new Account();
  let byte = 0;
  const next = () => (byte = (byte % 250) + 1);
  disk.append('/d/f', new Uint8Array(0));
  bench.syncNow('/d', 'directory');
  bench.onSynced = (ticket) => account.end(ticket);
  for (const { kind, size } of acts) {
    const content = account.apply(kind, size, next);
    if (kind === 'append') disk.append('/d/f', Uint8Array.from(content));
    if (kind === 'write') disk.write('/d/f', Uint8Array.from(content));
    if (kind === 'truncate' && size < disk.size('/d/f')) disk.truncate('/d/f', size);
    if (kind === 'sync' || kind === 'ask') account.ask(disk.sync('/d/f'));
    if (kind === 'sync') bench.run(100);
    if (kind === 'wait') bench.run(size);
  }
  expect(disk.size('/d/f')).toBe(account.live.length);
  const report = bench.crash();
  const survived = disk.read('/d/f', 0, 1e9) as Uint8Array;
  return { bench, account, survived, report };
}

describe('a power loss', () => {
  it('never touches a byte that a completed sync covered', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), fc.nat(1e6), (acts, seed) => {
        const { account, survived } = surviving(acts, seed);
        expect([...survived.subarray(0, account.safe)]).toEqual(account.durable.slice(0, account.safe));
      }),
      { numRuns: 400 },
    );
  });

  it('leaves in every other place the new byte, the old one, or nothing, and a length that the file could have', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), fc.nat(1e6), (acts, seed) => {
        const { account, survived } = surviving(acts, seed);
        const { live, durable } = account;
        expect(survived.length).toBeLessThanOrEqual(Math.max(live.length, durable.length));
        expect(survived.length).toBeGreaterThanOrEqual(Math.min(live.length, durable.length));
        for (let i = 0; i < survived.length; i++) {
          const found = survived[i]!;
          if (found !== live[i] && found !== durable[i] && found !== 0)
            throw new Error(`byte ${i} is ${found}, neither ${live[i]} nor ${durable[i]} nor 0`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('once survived, is over: a second one right after it changes nothing', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), fc.nat(1e6), (acts, seed) => {
        const { bench, survived } = surviving(acts, seed);
        const report = bench.crash();
        expect(bench.disk.read('/d/f', 0, 1e9)).toEqual(survived);
        expect(report.files).toBe(0);
      }),
    );
  });

  it('shows every kind of crash state over some seeds', () => {
    const seen = new Set<string>();
    const sum = { pagesKept: 0, pagesDropped: 0, pagesTorn: 0, pagesGarbage: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const bench = new BenchDisk({}, String(seed));
      const { disk } = bench;
      disk.append('/d/f', new Uint8Array(5_000).fill(1));
      bench.syncNow('/d/f');
      bench.syncNow('/d', 'directory');
      disk.append('/d/f', new Uint8Array(100_000).fill(2));
      const report = bench.crash();
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += report[key];
      const size = disk.size('/d/f');
      seen.add(size === 5_000 ? 'nothing of the growth' : size === 105_000 ? 'the whole length' : 'a part');
      const survived = disk.read('/d/f', 5_000, 1e6) as Uint8Array;
      if (survived.length === 100_000 && survived.every((byte) => byte === 2)) seen.add('everything');
      if (survived.some((byte) => byte === 0)) seen.add('a hole');
      if (survived.some((byte) => byte > 2)) seen.add('nonsense');
    }
    expect([...seen].sort()).toEqual([
      'a hole',
      'a part',
      'everything',
      'nonsense',
      'nothing of the growth',
      'the whole length',
    ]);
    for (const count of Object.values(sum)) expect(count).toBeGreaterThan(100);
  });

  it('may undo a cut that was not synced, and never one that was', () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const bench = new BenchDisk({}, String(seed));
      bench.disk.append('/d/f', bytes('0123456789'));
      bench.syncNow('/d/f');
      bench.syncNow('/d', 'directory');
      bench.disk.truncate('/d/f', 4);
      if (seed % 2 === 0) bench.syncNow('/d/f');
      bench.crash();
      expect('0123456789'.startsWith(bench.text('/d/f'))).toBe(true);
      if (seed % 2 === 0) expect(bench.text('/d/f')).toBe('0123');
      else sizes.add(bench.disk.size('/d/f'));
    }
    expect([...sizes].sort()).toEqual([10, 4]);
  });

  it('may undo a cut made while a sync was under way: that sync took on what was there before', () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const bench = new BenchDisk({}, String(seed));
      bench.disk.append('/d/f', bytes('0123456789'));
      bench.syncNow('/d', 'directory');
      bench.disk.sync('/d/f');
      bench.disk.truncate('/d/f', 4);
      bench.run(1_000);
      bench.crash();
      sizes.add(bench.disk.size('/d/f'));
    }
    expect([...sizes].sort()).toEqual([10, 4]);
  });

  it('keeps what a later sync covered, though an earlier one ended after it', () => {
    for (let seed = 0; seed < 20; seed++) {
      const bench = new BenchDisk({}, String(seed));
      bench.disk.append('/d/f', bytes('first'));
      bench.syncNow('/d', 'directory');
      const slow = bench.disk.inject({ kind: 'slow', syncExtra: { floorUs: 700, tailUsMean: 0 } });
      const early = bench.disk.sync('/d/f');
      bench.disk.heal(slow);
      bench.disk.append('/d/f', bytes(', second'));
      const late = bench.disk.sync('/d/f');
      bench.story.length = 0;
      bench.run(1_000);
      expect(bench.story.map((line) => Number(line.split(' ')[1]))).toEqual([late, early]);
      bench.crash();
      expect(bench.text('/d/f')).toBe('first, second');
    }
  });

  it('keeps what the kernel had written back on its own', () => {
    for (let seed = 0; seed < 20; seed++) {
      const bench = new BenchDisk({ writebackUs: 30_000_000, journalCommitUs: 5_000_000 }, String(seed));
      bench.disk.append('/d/f', bytes('old '));
      bench.run(20_000_000);
      bench.disk.append('/d/f', new Uint8Array(100).fill(65));
      bench.run(15_000_000);
      bench.crash();
      expect(bench.text('/d/f').startsWith('old ')).toBe(true);
    }
  });

  it('ends no sync that was under way, neither for the process nor on the medium', () => {
    for (let seed = 0; seed < 20; seed++) {
      const bench = new BenchDisk({}, String(seed));
      bench.disk.append('/d/f', bytes('x'));
      bench.syncNow('/d/f');
      bench.syncNow('/d', 'directory');
      bench.story.length = 0;
      bench.disk.append('/d/f', new Uint8Array(20_000).fill(1));
      bench.disk.sync('/d/f');
      bench.crash();
      const survived = bench.text('/d/f');
      bench.run(10_000);
      expect(bench.story).toEqual([]);
      bench.crash();
      expect(bench.text('/d/f')).toBe(survived);
    }
  });

  it('costs nothing where nothing was written since the last sync', () => {
    const bench = new BenchDisk();
    const chunk = new Uint8Array(1_000_000).fill(3);
    bench.disk.append('/d/f', chunk);
    bench.syncNow('/d/f');
    bench.syncNow('/d', 'directory');
    expect(bench.crash().files).toBe(0);
    expect(bench.disk.read('/d/f', 0, 1_000_000)).toBe(chunk);
  });
});

describe('a power loss, for directory entries', () => {
  it('keeps a prefix of what was done in a directory since its last sync', () => {
    const found = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const bench = new BenchDisk({}, String(seed));
      const { disk } = bench;
      disk.append('/d/0', bytes('0'));
      bench.syncNow('/d', 'directory');
      for (const name of ['1', '2', '3', '4']) disk.append(`/d/${name}`, bytes(name));
      bench.crash();
      const names = disk.list('/d');
      expect(names).toEqual(['0', '1', '2', '3', '4'].slice(0, names.length));
      found.add(names.length);
    }
    expect([...found].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('never undoes a rename that was synced, and undoes others whole', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const bench = new BenchDisk({}, String(seed));
      const { disk } = bench;
      for (const [name, text] of [
        ['f', 'old'],
        ['f.tmp', 'new'],
      ] as const) {
        disk.append(`/d/${name}`, bytes(text));
        bench.syncNow(`/d/${name}`);
      }
      bench.syncNow('/d', 'directory');
      disk.rename('/d/f.tmp', '/d/f');
      if (seed % 2 === 0) bench.syncNow('/d', 'directory');
      bench.crash();
      const outcome = `${disk.list('/d').join()}: ${bench.text('/d/f')}`;
      if (seed % 2 === 0) expect(outcome).toBe('f: new');
      else outcomes.add(outcome);
    }
    expect([...outcomes].sort()).toEqual(['f,f.tmp: old', 'f: new']);
  });

  it('brings a removed file back with what it held, if the removal was not synced', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const bench = new BenchDisk({}, String(seed));
      bench.disk.append('/d/f', bytes('content'));
      bench.syncNow('/d/f');
      bench.syncNow('/d', 'directory');
      bench.disk.remove('/d/f');
      bench.crash();
      outcomes.add(bench.text('/d/f'));
    }
    expect([...outcomes].sort()).toEqual(['content', 'no such file']);
  });

  it('takes a synced file whose directory entry was not', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const bench = new BenchDisk({}, String(seed));
      bench.disk.append('/d/f', bytes('content'));
      bench.syncNow('/d/f');
      bench.crash();
      outcomes.add(bench.text('/d/f'));
    }
    expect([...outcomes].sort()).toEqual(['content', 'no such file']);
  });

  it('keeps or undoes a rename between two directories as a whole, after what it rests on', () => {
    const states = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const bench = new BenchDisk({}, String(seed));
      const { disk } = bench;
      disk.makeDirectory('/e');
      bench.syncNow('/', 'directory');
      disk.append('/d/f', bytes('x'));
      disk.append('/e/g', bytes('y'));
      disk.rename('/d/f', '/e/f');
      if (seed % 2 === 0) bench.syncNow('/e', 'directory');
      disk.append('/e/h', bytes('z'));
      bench.crash();
      const state = `${disk.list('/d')}|${disk.list('/e')}`;
      if (seed % 2 === 0) expect(['|f,g', '|f,g,h']).toContain(state);
      else states.add(state);
    }
    expect([...states].sort()).toEqual(['f|', 'f|g', '|', '|f,g', '|f,g,h', '|g'].sort());
  });
});

describe('a failed sync that drops its pages', () => {
  it('leaves the data in the page cache and nowhere else, though later syncs succeed', () => {
    const bench = new BenchDisk();
    const { disk } = bench;
    disk.append('/d/f', bytes('safe'));
    bench.syncNow('/d/f');
    bench.syncNow('/d', 'directory');
    disk.append('/d/f', bytes('lost'));
    const fault = disk.inject({
      kind: 'error',
      operation: 'sync',
      path: '/d/*',
      code: 'EIO',
      dropsPages: true,
    });
    bench.syncNow('/d/f');
    disk.heal(fault);
    disk.append('/d/f', bytes('more'));
    bench.story.length = 0;
    bench.syncNow('/d/f');
    expect(bench.story[0]).toMatch(/ok$/);
    expect(bench.text('/d/f')).toBe('safelostmore');
    bench.crash();
    expect(bench.text('/d/f')).toBe('safe\0\0\0\0more');
  });

  it('that does not drop them can be tried again', () => {
    const bench = new BenchDisk();
    bench.disk.append('/d/f', bytes('x'));
    bench.syncNow('/d', 'directory');
    const fault = bench.disk.inject({ kind: 'error', operation: 'sync', path: '/d/f', code: 'EIO' });
    bench.syncNow('/d/f');
    expect(bench.story.at(-1)).toMatch(/EIO$/);
    bench.disk.heal(fault);
    bench.syncNow('/d/f');
    bench.crash();
    expect(textOf(bench.disk.read('/d/f', 0, 9))).toBe('x');
  });
});
