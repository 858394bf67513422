import { describe, expect, it } from 'vitest';
import { CleanedSegments } from '../../../../engine/log/compaction/cleaned-segments.ts';
import { type Log, LogDirectory } from '../../../../engine/log/index.ts';
import { type BatchHeader, parseBatch } from '../../../../engine/records/index.ts';
import { LogOutbox } from '../log-outbox.ts';
import { MemoryDisk } from '../memory-disk.ts';
import { CompactionStage, LOG, recordsOf } from './compaction-stage.ts';

class ProcessDied extends Error {}

/** Nine segments that become three, and an active one. */
function dirtyStage(disk: MemoryDisk): CompactionStage {
  const stage = new CompactionStage({ 'segment.bytes': 360 }, {}, disk);
  for (let round = 0; round < 9; round++) {
    stage.put([`a=${round}`, `k${round}=x`, round === 4 ? 'k3=' : `b=${round}`]);
    stage.roll();
  }
  stage.put(['a=active']);
  stage.replicate();
  return stage;
}

const CLEAN = ['1:k0=x', '4:k1=x', '7:k2=x', '13:k4=x', '14:k3=', '16:k5=x', '19:k6=x', '22:k7=x'];
const WHEN_CLEAN = [...CLEAN, '24:a=8', '25:k8=x', '26:b=8', '27:a=active'];

/** Runs the cleaner until the operation of this number on the disk; true when there are no so many. */
function cleanUntil(stage: CompactionStage, disk: MemoryDisk, count: number): boolean {
  let left = count;
  disk.failOn((operation) => {
    if (operation === 'read') return false;
    if (left-- === 0) throw new ProcessDied();
    return false;
  });
  try {
    stage.clean();
    return true;
  } catch (error) {
    if (!(error instanceof ProcessDied)) throw error;
    return false;
  } finally {
    disk.heal();
  }
}

/** What a log says of its keys, tombstones applied. */
function lastValues(log: Log): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { text } of recordsOf(log)) values.set(text.slice(0, text.indexOf('=')), text);
  return values;
}

describe('a process that dies while it cleans', () => {
  it('finds a whole log at its next boot wherever it died, and cleans on', () => {
    let deaths = 0;
    for (let count = 0; ; count++) {
      const disk = new MemoryDisk('/data');
      const stage = dirtyStage(disk);
      const before = lastValues(stage.log);
      const ended = cleanUntil(stage, disk, count);
      if (!ended) {
        deaths++;
        disk.processCrash();
        stage.boot();
        expect(lastValues(stage.log)).toEqual(before);
        expect(stage.log.logEndOffset).toBe(28);
        const odd = disk.list('/data/orders-0').filter((name) => /\.(?:cleaned|swap|deleted)$/.test(name));
        expect(odd).toEqual([]);
        stage.replicate();
        stage.clean();
      }
      expect(stage.texts()).toEqual(WHEN_CLEAN);
      expect(stage.directory.cleaner.cleanedTo(LOG)).toBe(27);
      if (ended) break;
    }
    expect(deaths).toBeGreaterThan(40);
  });
});

describe('a disk', () => {
  it('has a cleaned segment before it is renamed, and the names before the checkpoint says so', () => {
    const disk = new MemoryDisk('/data');
    const stage = dirtyStage(disk);
    const from = disk.journal.length;
    stage.clean();
    const journal = disk.journal.slice(from);
    const written = new Set<string>();
    let renamed = 0;
    let namesAreDurable = true;
    for (const line of journal) {
      const [operation, path] = line.split(' ') as [string, string];
      if (operation === 'append' || operation === 'write') written.add(path);
      if (operation === 'sync') written.delete(path);
      if (operation === 'rename' && path.endsWith('.cleaned')) {
        expect(written).not.toContain(path);
        renamed++;
        namesAreDurable = false;
      }
      if (operation === 'syncDirectory' && path === '/data/orders-0') namesAreDurable = true;
      if (path.startsWith('/data/cleaner-offset-checkpoint')) expect(namesAreDurable).toBe(true);
    }
    expect(renamed).toBeGreaterThan(6);
  });

  it('that fails takes the directory with it, and the log is whole on a good one', () => {
    for (const fault of [
      'append .cleaned',
      'write .cleaned',
      'rename .cleaned',
      'rename .swap',
      'rename .log',
    ]) {
      const disk = new MemoryDisk('/data');
      const stage = dirtyStage(disk);
      const [operation, file] = fault.split(' ') as [string, string];
      disk.failOn((what, path) => what === operation && path.endsWith(file));
      stage.clean();
      expect(stage.directory.failure?.code).toBe('EIO');
      expect(stage.directory.takeFailure(stage.out)?.code).toBe('EIO');
      disk.processCrash();
      expect(stage.boot()).toBeInstanceOf(LogDirectory);
      stage.replicate();
      stage.clean();
      expect(stage.texts()).toEqual(WHEN_CLEAN);
    }
  });
});

describe('what does not fit into one cleaned segment', () => {
  it('goes into several that follow on each other', () => {
    const stage = dirtyStage(new MemoryDisk('/data'));
    const out = new LogOutbox();
    for (const limits of [
      { bytes: 200, offsets: 1000 },
      { bytes: 10_000, offsets: 7 },
    ]) {
      const group = stage.log.local.segments.slice(0, 9);
      const cleaned = new CleanedSegments(stage.log.local, group, limits);
      for (const batch of stage.log.batches(0)) {
        const header = parseBatch(batch) as BatchHeader;
        if (header.baseOffset < 27 && header.baseOffset % 6 === 0) cleaned.add(header, batch, [], out);
        else if (header.baseOffset < 27) cleaned.add(header, null, [], out);
      }
      expect(cleaned.segments.length).toBeGreaterThan(1);
      let next = 0;
      for (const segment of cleaned.segments) {
        expect(segment.baseOffset).toBe(next);
        next = segment.nextOffset;
      }
      expect(out.probes).toContain('log cleaner: a cleaned segment overflowed');
      cleaned.discard();
    }
  });
});
