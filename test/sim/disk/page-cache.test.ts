import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../engine/machine/index.ts';
import { BenchDisk, bytes, textOf } from './bench-disk.ts';

describe('the page cache', () => {
  it('shows at once what was appended, and keeps the chunk itself', () => {
    const { disk } = new BenchDisk();
    const chunk = new Uint8Array(1_000).fill(7);
    disk.append('/d/f', chunk);
    disk.append('/d/f', new Uint8Array(1_000).fill(8));
    expect(disk.size('/d/f')).toBe(2_000);
    expect(disk.read('/d/f', 0, 1_000)).toBe(chunk);
    const view = disk.read('/d/f', 10, 20) as Uint8Array;
    expect(view.buffer).toBe(chunk.buffer);
    expect(view.length).toBe(20);
  });

  it('reads like one array, whatever was appended, cut and replaced', () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), size: fc.nat(200) }),
      fc.record({ kind: fc.constant('append' as const), size: fc.nat(9) }),
      fc.record({ kind: fc.constant('truncate' as const), size: fc.nat(600) }),
      fc.record({ kind: fc.constant('write' as const), size: fc.nat(100) }),
      fc.record({ kind: fc.constant('sync' as const), size: fc.nat(1) }),
      fc.record({ kind: fc.constant('crash' as const), size: fc.nat(1) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), fc.nat(800), fc.nat(300), (acts, position, length) => {
        const bench = new BenchDisk();
        const { disk } = bench;
        let model: number[] = [];
        let next = 1;
        disk.append('/d/f', new Uint8Array(0));
        for (const { kind, size } of acts) {
          const content = Array.from({ length: size }, () => next++ & 255);
          if (kind === 'append') {
            disk.append('/d/f', Uint8Array.from(content));
            model.push(...content);
          } else if (kind === 'write') {
            disk.write('/d/f', Uint8Array.from(content));
            model = content;
          } else if (kind === 'truncate') {
            disk.truncate('/d/f', size);
            model = Array.from({ length: size }, (_, i) => model[i] ?? 0);
          } else if (kind === 'sync') {
            bench.syncNow('/d/f');
          } else {
            // A process crash: the page cache stays.
            disk.detach();
            disk.attach(bench);
          }
        }
        expect(disk.size('/d/f')).toBe(model.length);
        expect([...(disk.read('/d/f', position, length) as Uint8Array)]).toEqual(
          model.slice(position, position + length),
        );
        expect([...(disk.read('/d/f', 0, 1e6) as Uint8Array)]).toEqual(model);
        expect(disk.usedBytes).toBe(model.length);
      }),
    );
  });

  it('gathers small appends without showing later bytes to earlier readers', () => {
    const { disk } = new BenchDisk();
    disk.append('/d/f', bytes('ab'));
    disk.append('/d/f', bytes('cd'));
    disk.append('/d/f', bytes('ef'));
    const early = disk.read('/d/f', 2, 4) as Uint8Array;
    disk.truncate('/d/f', 3);
    disk.append('/d/f', bytes('XY'));
    disk.append('/d/f', bytes('ZZ'));
    expect(textOf(early)).toBe('cdef');
    expect(textOf(disk.read('/d/f', 0, 99))).toBe('abcXYZZ');
  });

  it('gathers any number of small appends', () => {
    const { disk } = new BenchDisk();
    const expected: number[] = [];
    for (let i = 0; i < 2_000; i++) {
      disk.append('/d/f', Uint8Array.of(i & 255, (i >> 8) & 255, 7));
      expected.push(i & 255, (i >> 8) & 255, 7);
    }
    expect([...(disk.read('/d/f', 0, 1e6) as Uint8Array)]).toEqual(expected);
  });

  it('has directories: sorted lists, renames over a file, removal of all that is in one', () => {
    const { disk } = new BenchDisk();
    disk.makeDirectory('/d/t-0');
    for (const name of ['b', 'a', 'C', '10', '9']) disk.append(`/d/t-0/${name}`, bytes(name));
    expect(disk.list('/d/t-0')).toEqual(['10', '9', 'C', 'a', 'b']);
    expect(disk.list('/nowhere')).toEqual([]);
    disk.rename('/d/t-0/a', '/d/t-0/b');
    expect(textOf(disk.read('/d/t-0/b', 0, 9))).toBe('a');
    expect(disk.size('/d/t-0/a')).toBe(-1);
    disk.rename('/d/t-0', '/d/t-0.deleted');
    expect(disk.size('/d/t-0/b')).toBe(-1);
    expect(disk.size('/d/t-0.deleted/b')).toBe(1);
    disk.remove('/d/t-0.deleted');
    expect(disk.list('/d')).toEqual([]);
    expect(disk.usedBytes).toBe(0);
  });

  it('answers errors for what is not there', () => {
    const { disk } = new BenchDisk();
    const answers = [
      disk.append('/nowhere/f', bytes('x')),
      disk.read('/d/none', 0, 1),
      disk.truncate('/d/none', 0),
      disk.rename('/d/none', '/d/other'),
      disk.remove('/d/none'),
      disk.makeDirectory('/a/b'),
    ];
    for (const answer of answers) expect((answer as DiskError).code).toBe('ENOENT');
    expect(disk.makeDirectory('/d')).toBe(null);
  });

  it('is full at its capacity, and has room again after a removal', () => {
    const { disk } = new BenchDisk({ capacityBytes: 100 });
    expect(disk.append('/d/f', new Uint8Array(90))).toBe(null);
    expect(disk.append('/d/g', new Uint8Array(11))).toEqual(new DiskError('ENOSPC', '/d/g'));
    expect(disk.write('/d/f', new Uint8Array(100))).toBe(null);
    disk.remove('/d/f');
    expect(disk.append('/d/g', new Uint8Array(11))).toBe(null);
  });
});

describe('a sync', () => {
  it('ends after its latency, with its ticket', () => {
    const bench = new BenchDisk();
    const { disk } = bench;
    disk.append('/d/f', bytes('x'));
    const ticket = disk.sync('/d/f');
    expect(disk.isPending(ticket)).toBe(true);
    const from = bench.kernel.now;
    bench.run(1_000);
    expect(bench.story).toEqual([`${from + 100} ${ticket} ok`]);
    expect(disk.isPending(ticket)).toBe(false);
    expect(disk.isPending(0)).toBe(false);
  });

  it('of a path that is not there fails', () => {
    const bench = new BenchDisk();
    bench.disk.sync('/d/none');
    bench.disk.syncDirectory('/none');
    bench.run(1_000);
    expect(bench.story.map((line) => line.split(' ')[2])).toEqual(['ENOENT', 'ENOENT']);
  });

  it('moves only bytes that no sync has taken on, one after the other', () => {
    const bench = new BenchDisk({ bytesPerSecond: 1_000_000 });
    const { disk } = bench;
    const from = bench.kernel.now;
    disk.append('/d/f', new Uint8Array(1_000));
    disk.sync('/d/f');
    disk.append('/d/f', new Uint8Array(500));
    disk.sync('/d/f');
    disk.sync('/d/f');
    bench.run(10_000);
    expect(bench.story.map((line) => Number(line.split(' ')[0]) - from)).toEqual([1_100, 1_600, 1_600]);
  });

  it('asked for by a process that died ends all the same, and nobody hears of it', () => {
    const bench = new BenchDisk();
    const { disk } = bench;
    disk.append('/d/f', bytes('x'));
    disk.syncDirectory('/d');
    disk.sync('/d/f');
    disk.detach();
    disk.attach(bench);
    bench.run(1_000);
    expect(bench.story).toEqual([]);
    bench.crash();
    expect(bench.text('/d/f')).toBe('x');
  });
});

describe('an image of a disk', () => {
  it('shares what is there and nothing that is done to either afterwards', () => {
    const { disk } = new BenchDisk();
    const chunk = new Uint8Array(100).fill(1);
    disk.append('/d/f', chunk);
    const image = disk.image();
    expect(image.read('/d/f', 0, 100)).toBe(chunk);
    image.append('/d/f', bytes('image'));
    image.remove('/d/none');
    disk.append('/d/f', bytes('disk'));
    disk.append('/d/g', bytes('g'));
    expect(image.size('/d/f')).toBe(105);
    expect(disk.size('/d/f')).toBe(104);
    expect(image.list('/d')).toEqual(['f']);
    const tickets = [image.sync('/d/f'), image.syncDirectory('/d')];
    expect(image.takeSynced()).toEqual(tickets);
    expect(image.takeSynced()).toEqual([]);
  });
});
