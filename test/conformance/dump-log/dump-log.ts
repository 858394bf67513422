import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kafka } from '../kafka.ts';
import { dumpable } from '../written.ts';
import { renderFile } from './render.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/dump-log');
const TOOL = 'org.apache.kafka.tools.DumpLogSegments';
/** What is kept: the servers write the same. */
const KEPT = /^b1\//;

/** What the tool is to print of a file. */
const OPTIONS: readonly { readonly of: RegExp; readonly options: readonly string[] }[] = [
  { of: /__cluster_metadata.*\.log$/, options: [] },
  { of: /__consumer_offsets.*\.log$/, options: ['--deep-iteration', '--offsets-decoder'] },
  { of: /__transaction_state.*\.log$/, options: ['--deep-iteration', '--transaction-log-decoder'] },
  { of: /\.log$/, options: ['--deep-iteration', '--print-data-log'] },
  { of: /./, options: ['--max-message-size', '16777216'] },
];

/**
 * A log directory that a simulated broker wrote, read by Kafka's own `kafka-dump-log`: every segment, index, time
 * index, transaction index and snapshot of producers, sane to Kafka and the same to both, and every record of the
 * coordinators. Tells how many files agreed. `update` keeps files and dumps as the golden that `npm test` compares with
 * where there is no Java.
 */
export function conformDumpLog(kafka: Kafka, directory: string, update: boolean): string {
  const paths = dumpable(directory);
  const dumps = dumpWithKafka(kafka, directory, paths);
  for (const path of paths) {
    const ours = renderFile(directory, path);
    const dump = dumps.get(path) ?? 'nothing';
    if (dump !== ours)
      throw new Error(`${path}: Kafka reads it differently:\n${firstDifference(dump, ours)}`);
  }
  checkIndexes(kafka, directory, paths);
  for (const path of paths)
    if (/__cluster_metadata.*\.log$/.test(path)) checkMetadata(kafka, directory, path);
  if (update) keep(directory, dumps);
  return `${paths.length} files written by simulated servers read alike by kafka-dump-log`;
}

/** By path what Kafka prints of it, each file with its options. */
export function dumpWithKafka(
  kafka: Kafka,
  directory: string,
  paths: readonly string[],
): Map<string, string> {
  const dumps = new Map<string, string>();
  const left = new Set(paths);
  for (const { of, options } of OPTIONS) {
    const files = [...left].filter((path) => of.test(path));
    if (files.length === 0) continue;
    const said = kafka.run(TOOL, [...options, '--files', files.join(',')], directory);
    for (const dump of said.split(/^(?=Dumping )/m)) dumps.set(/^Dumping (.*)/.exec(dump)?.[1] ?? '', dump);
    for (const path of files) left.delete(path);
  }
  return dumps;
}

function firstDifference(dump: string, ours: string): string {
  const mine = ours.split('\n');
  const line = dump.split('\n').findIndex((each, i) => each !== mine[i]);
  return `  Kafka: ${dump.split('\n')[line]}\n  here:  ${mine[line]}`;
}

function checkIndexes(kafka: Kafka, directory: string, paths: readonly string[]): void {
  const indexes = paths.filter((path) => /\.(?:index|timeindex)$/.test(path));
  const said = kafka.run(TOOL, ['--index-sanity-check', '--files', indexes.join(',')], directory);
  for (const path of indexes)
    if (!said.includes(`${path} passed sanity check`) && !said.includes(`${path} is empty`))
      throw new Error(`${path} is not sane to Kafka`);
}

/** Kafka knows every metadata record by its name. */
function checkMetadata(kafka: Kafka, directory: string, path: string): void {
  const options = ['--cluster-metadata-decoder', '--files', path];
  const lines = kafka.run(TOOL, options, directory).split('\n');
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
    if (!KEPT.test(path)) continue;
    const file = join(GOLDEN, path);
    mkdirSync(dirname(file), { recursive: true });
    cpSync(join(directory, path), file);
    writeFileSync(`${file}.txt`, dump);
  }
}
