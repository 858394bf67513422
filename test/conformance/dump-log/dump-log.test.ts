import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dumpable, writeDisks } from '../written.ts';
import { renderFile } from './render.ts';

/** Files that a simulated broker wrote, and beside each what Kafka's kafka-dump-log printed of it. */
const GOLDEN = join(import.meta.dirname, '../../golden/dump-log');

describe('kafka-dump-log', () => {
  test('printed of our files what our own readers say of them', () => {
    const paths = dumpable(GOLDEN);
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths)
      expect(renderFile(GOLDEN, path)).toBe(readFileSync(join(GOLDEN, `${path}.txt`), 'utf8'));
  });

  test('would find in the files of today the same kinds of lines, each batch valid', () => {
    const directory = mkdtempSync(join(tmpdir(), 'kafka-trial-dump-'));
    try {
      writeDisks(directory);
      const today = dumpable(directory);
      const kinds = new Set<string>();
      for (const path of today) for (const line of linesOf(renderFile(directory, path))) kinds.add(line);
      const known = new Set<string>();
      for (const path of dumpable(GOLDEN))
        for (const line of linesOf(readFileSync(join(GOLDEN, `${path}.txt`), 'utf8'))) known.add(line);
      expect([...kinds].sort()).toEqual([...known].sort());
      expect(
        today.filter((path) => path.includes('flights-0') && path.endsWith('.log')).length,
      ).toBeGreaterThan(2);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

/** The lines without what differs from run to run: `baseOffset: # … isvalid: true`. */
function linesOf(dump: string): string[] {
  return dump.split('\n').map((line) =>
    line
      .replace(/^Dumping .*/, 'Dumping')
      .replace(/key: .*/, 'key')
      .replace(/-?\d+/g, '#'),
  );
}
