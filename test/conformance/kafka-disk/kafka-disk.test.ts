import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderFile } from '../dump-log/render.ts';
import { type State, stateOf } from '../loaded/state.ts';
import { dumpable } from '../written.ts';

/** A log directory that a real Kafka wrote, what its tools said of the cluster, and kafka-dump-log's prints. */
const GOLDEN = join(import.meta.dirname, '../../golden/kafka-disk');
const DISK = join(GOLDEN, 'data');

describe('a log directory that a real Kafka wrote', () => {
  const said = JSON.parse(readFileSync(join(GOLDEN, 'state.json'), 'utf8')) as State;

  test('says of groups, positions, transactions and committed records what Kafka’s tools said', () => {
    expect(stateOf(DISK)).toEqual(said);
    expect(said.offsets.length).toBeGreaterThan(2);
    expect(said.owners.length).toBeGreaterThan(1);
    expect(said.producers.length).toBe(1);
  });

  test('says so too when every log is recovered from its batches', () => {
    expect(stateOf(DISK, true)).toEqual(said);
  });

  test('is read file by file as kafka-dump-log prints it', () => {
    const paths = dumpable(DISK);
    for (const kind of ['.log', '.txnindex', '.snapshot', '.timeindex'])
      expect(paths.some((path) => path.endsWith(kind))).toBe(true);
    for (const path of paths)
      expect(renderFile(DISK, path)).toBe(readFileSync(join(GOLDEN, 'dumps', `${path}.txt`), 'utf8'));
  });
});
