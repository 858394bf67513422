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
      const today = dumpable(directory).filter((path) => path.startsWith('b1/'));
      const kinds = kindsOf(today.map((path) => [path, renderFile(directory, path)]));
      const golden = dumpable(GOLDEN).map((path) => [
        path,
        readFileSync(join(GOLDEN, `${path}.txt`), 'utf8'),
      ]);
      expect(kinds).toEqual(kindsOf(golden as [string, string][]));
      expect(kinds.filter((kind) => kind.includes('isvalid: false'))).toEqual([]);
      const flights = today.filter((path) => path.includes('flights-0') && path.endsWith('.log'));
      expect(flights.length).toBeGreaterThan(2);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

function kindsOf(dumps: readonly (readonly [string, string])[]): string[] {
  const kinds = new Set<string>();
  for (const [path, dump] of dumps)
    for (const line of dump.split('\n')) {
      kinds.add(/__(?:consumer_offsets|transaction_state)/.test(path) ? kindOfRecord(line) : kindOf(line));
    }
  return [...kinds].sort();
}

/** A line without what differs from run to run: `baseOffset: # … isvalid: true`. */
function kindOf(line: string): string {
  return line
    .replace(/^Dumping .*/, 'Dumping')
    .replace(/.* is empty\.$/, 'empty')
    .replace(/ key: .*/, ' key')
    .replace(/-?\d+/g, '#');
}

/** Of a coordinator's record its type, its version, and the names of its fields. */
function kindOfRecord(line: string): string {
  const record = / key: (\{.*\}) payload: (.*)$/.exec(line);
  if (record === null) return kindOf(line);
  const key = JSON.parse(record[1]!) as { readonly type: string; readonly data: object };
  if (record[2] === '<DELETE>') return `type ${key.type} deleted`;
  const value = JSON.parse(record[2]!) as { readonly version: string; readonly data: object };
  return `type ${key.type} [${Object.keys(key.data)}] v${value.version} [${Object.keys(value.data)}]`;
}
