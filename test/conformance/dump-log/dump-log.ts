import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kafka } from '../kafka.ts';
import { dumpable } from '../written.ts';
import { renderFile } from './render.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/dump-log');

/**
 * A log directory that a simulated broker wrote, read by Kafka's own `kafka-dump-log`: every segment, index and time
 * index, sane to Kafka and the same to both. Tells how many files agreed. `update` keeps files and dumps as the golden
 * that `npm test` compares with where there is no Java.
 */
export function conformDumpLog(kafka: Kafka, directory: string, update: boolean): string {
  const paths = dumpable(directory);
  const dumps = new Map(paths.map((path) => [path, dumpWithKafka(kafka, directory, path)]));
  for (const [path, dump] of dumps) {
    if (dump !== renderFile(directory, path))
      throw new Error(`${path}: Kafka reads it differently:\n${dump}`);
    if (!path.endsWith('.log')) checkIndex(kafka, directory, path);
    else if (path.includes('__cluster_metadata')) checkMetadata(kafka, directory, path);
  }
  if (update) keep(directory, dumps);
  return `${paths.length} files written by simulated servers read alike by kafka-dump-log`;
}

function dumpWithKafka(kafka: Kafka, directory: string, path: string): string {
  const contents = path.endsWith('.log') && !path.includes('__cluster_metadata');
  const options = contents ? ['--deep-iteration', '--print-data-log'] : [];
  return kafka.run(
    'org.apache.kafka.tools.DumpLogSegments',
    [...options, '--max-message-size', '16777216', '--files', path],
    directory,
  );
}

function checkIndex(kafka: Kafka, directory: string, path: string): void {
  const said = kafka.run(
    'org.apache.kafka.tools.DumpLogSegments',
    ['--index-sanity-check', '--files', path],
    directory,
  );
  if (!said.includes('passed sanity check')) throw new Error(`${path}: ${said}`);
}

/** Kafka knows every metadata record by its name. */
function checkMetadata(kafka: Kafka, directory: string, path: string): void {
  const options = ['--cluster-metadata-decoder', '--files', path];
  const lines = kafka.run('org.apache.kafka.tools.DumpLogSegments', options, directory).split('\n');
  const records = lines.filter((line) => line.startsWith('| '));
  const known = records.filter((line) =>
    /payload: \{"type":"|LeaderChange: |KRaftVersion: |KRaftVoters: |Snapshot/.test(line),
  );
  if (records.length === 0 || known.length < records.length)
    throw new Error(`${path}: Kafka knows ${known.length} of ${records.length} metadata records`);
}

function keep(directory: string, dumps: ReadonlyMap<string, string>): void {
  rmSync(GOLDEN, { recursive: true, force: true });
  for (const [path, dump] of dumps) {
    const file = join(GOLDEN, path);
    mkdirSync(dirname(file), { recursive: true });
    cpSync(join(directory, path), file);
    writeFileSync(`${file}.txt`, dump);
  }
}
