import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import { dumpWithKafka } from '../dump-log/dump-log.ts';
import { renderFile } from '../dump-log/render.ts';
import type { Kafka } from '../kafka.ts';
import { stateByKafka } from '../loaded/kafka-state.ts';
import { type State, stateOf } from '../loaded/state.ts';
import { dumpable } from '../written.ts';
import { REAL_BOOTSTRAP, Server } from './server.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/kafka-disk');
/** Of the log directory: logs, checkpoints, and that it was closed cleanly. */
const KEPT = /-\d+$|-checkpoint$|^\.kafka_cleanshutdown$/;
const LOGS = ['orders-0', 'bills-0', 'accounts-0'];

/**
 * A log directory that a real Kafka wrote for real clients: groups of both protocols, transactions that are committed,
 * aborted and open, a topic that its cleaner has cleaned. This engine must read in it what Kafka's tools say of the
 * cluster: after a clean shutdown, after a recovery of every log, and of each file what kafka-dump-log prints.
 * `update` keeps the directory and what was said of it as goldens.
 */
export async function conformKafkaDisk(kafka: Kafka, directory: string, update: boolean): Promise<string> {
  const server = await Server.start(kafka, directory);
  let clients: Worker | null = null;
  let theirs: State;
  try {
    clients = await startClients(directory);
    theirs = stateByKafka(kafka, REAL_BOOTSTRAP, directory, LOGS);
  } finally {
    await clients?.terminate();
    await server.stop();
  }
  const disk = join(directory, 'data');
  same(theirs, stateOf(disk), 'closed cleanly');
  same(theirs, stateOf(disk, true), 'recovered');
  const files = dumpable(disk).filter((path) => !path.startsWith('__cluster_metadata'));
  const dumps = dumpWithKafka(kafka, disk, files);
  for (const path of files) {
    const ours = renderFile(disk, path);
    if (dumps.get(path) !== ours) throw new Error(`${path}: here\n${ours}\nKafka\n${dumps.get(path)}`);
  }
  if (update) keep(disk, theirs, dumps);
  const records = Object.values(theirs.records).reduce((sum, { length }) => sum + length, 0);
  return (
    `${theirs.groups.length} groups, ${theirs.offsets.length} positions, ${theirs.transactions.length} ` +
    `transactional ids and ${records} committed records read as Kafka says; ${files.length} files dumped alike`
  );
}

/** Real clients write. They are there until the thread is ended. */
async function startClients(directory: string): Promise<Worker> {
  const worker = new Worker(new URL('./write.ts', import.meta.url), { workerData: { directory } });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  return worker;
}

export function same(theirs: State, ours: State, when: string): void {
  for (const field of Object.keys(theirs) as (keyof State)[])
    if (!isDeepStrictEqual(ours[field], theirs[field]))
      throw new Error(
        `${field}, ${when}: here ${JSON.stringify(ours[field])}; Kafka ${JSON.stringify(theirs[field])}`,
      );
}

function keep(disk: string, state: State, dumps: ReadonlyMap<string, string>): void {
  rmSync(GOLDEN, { recursive: true, force: true });
  for (const name of readdirSync(disk)) {
    if (!KEPT.test(name) || name.startsWith('__cluster_metadata')) continue;
    cpSync(join(disk, name), join(GOLDEN, 'data', name), { recursive: true });
  }
  for (const [path, dump] of dumps) {
    const file = join(GOLDEN, 'dumps', `${path}.txt`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, dump);
  }
  writeFileSync(join(GOLDEN, 'state.json'), `${JSON.stringify(state, null, 2)}\n`);
}
