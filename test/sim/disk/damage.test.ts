import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../engine/machine/index.ts';
import { BenchDisk, bytes, textOf } from './bench-disk.ts';

const BATCH = bytes(
  'a batch with a header and with records: as long as what a read may damage'.padEnd(80, '.'),
);

describe('damage at rest', () => {
  it('is seen by reads, survives a power loss, and is put right by its heal', () => {
    const { disk, run } = bench();
    disk.append('/d/f', bytes('good bytes'));
    disk.sync('/d/f');
    disk.syncDirectory('/d');
    run();
    const heal = disk.damage('/d/f', 0, bytes('BAD!'))!;
    expect(textOf(disk.read('/d/f', 0, 99))).toBe('BAD! bytes');
    disk.losePower();
    expect(textOf(disk.read('/d/f', 0, 99))).toBe('BAD! bytes');
    heal();
    expect(textOf(disk.read('/d/f', 0, 99))).toBe('good bytes');
  });

  it('leaves alone what was written there since', () => {
    const { disk } = bench();
    disk.append('/d/f', bytes('good bytes'));
    const heal = disk.damage('/d/f', 5, bytes('BAD'))!;
    disk.truncate('/d/f', 5);
    disk.append('/d/f', bytes('other'));
    heal();
    expect(textOf(disk.read('/d/f', 0, 99))).toBe('good other');
  });

  it('is not in what others hold by reference', () => {
    const { disk } = bench();
    const chunk = BATCH.slice();
    disk.append('/d/f', chunk);
    disk.damage('/d/f', 3, bytes('XXXX'));
    expect(chunk).toEqual(BATCH);
    expect(disk.damage('/d/f', 999, bytes('X'))).toBe(null);
  });
});

describe('damage in passing', () => {
  it('a short write puts a part down and answers EIO', () => {
    const { disk } = bench();
    const fault = disk.inject({ kind: 'short write', path: '/d/*', oneIn: 1 });
    expect(disk.append('/d/f', BATCH)).toEqual(new DiskError('EIO', '/d/f'));
    expect(disk.size('/d/f')).toBeLessThan(BATCH.length);
    disk.heal(fault);
    expect(disk.append('/d/g', BATCH)).toBe(null);
    expect(disk.size('/d/g')).toBe(BATCH.length);
  });

  it('a corrupt read has one bit changed near its end; the next may be right', () => {
    const { disk } = bench();
    disk.append('/d/f.log', BATCH);
    const fault = disk.inject({ kind: 'corrupt read', path: '*.log', oneIn: 1 });
    const bad = disk.read('/d/f.log', 0, 99) as Uint8Array;
    const wrong = [...bad].flatMap((byte, i) => (byte === BATCH[i] ? [] : [i]));
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toBeGreaterThanOrEqual(BATCH.length - 6);
    disk.heal(fault);
    expect(disk.read('/d/f.log', 0, 99)).toEqual(BATCH);
  });

  it('a throttled device moves a sync’s bytes at its ceiling', () => {
    const { disk, kernel, story, run } = bench();
    const fault = disk.inject({ kind: 'throttle', bytesPerSecond: 80 });
    disk.append('/d/f', BATCH);
    const asked = kernel.now;
    disk.sync('/d/f');
    run();
    expect(Number(story[0]!.split(' ')[0]) - asked).toBeGreaterThanOrEqual(1_000_000);
    disk.heal(fault);
    disk.append('/d/f', BATCH);
    const again = kernel.now;
    disk.sync('/d/f');
    run();
    expect(Number(story[1]!.split(' ')[0]) - again).toBeLessThan(100_000);
  });
});

describe('an empty disk', () => {
  it('under one directory leaves the others as they are', () => {
    const { disk } = bench();
    disk.makeDirectory('/e');
    disk.append('/d/f', bytes('x'));
    disk.append('/e/f', bytes('y'));
    disk.wipeDirectory('/d');
    expect(disk.list('/d')).toEqual([]);
    expect(disk.size('/d/f')).toBe(-1);
    expect(textOf(disk.read('/e/f', 0, 1))).toBe('y');
    expect(disk.usedBytes).toBe(1);
    disk.losePower();
    expect(disk.list('/d')).toEqual([]);
  });
});

function bench() {
  const made = new BenchDisk();
  return {
    disk: made.disk,
    kernel: made.kernel,
    story: made.story,
    run: () => made.run(40_000_000),
  };
}
