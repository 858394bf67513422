import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stateByKafka, terminate } from '../loaded/kafka-state.ts';
import { committedRecords, loadLogs } from '../loaded/loaded-logs.ts';
import { type State, stateOf } from '../loaded/state.ts';
import { BOOTSTRAP, Servers } from './servers.ts';

const TOPICS = ['flights', 'orders', 'bills', 'accounts', '__consumer_offsets', '__transaction_state'];
/** Its producer died with a transaction open. */
const DEAD = { transactionalId: 'p3-orders', log: 'orders-0' };

/**
 * A real Kafka started on the disks that a simulated cluster left: a controller on the metadata log of c101, brokers on
 * the logs of b1 and b2. It must elect, register, fill every ISR, and its tools must say of groups, positions,
 * transactions, open producers and committed records what this engine says of the same disks. Then the transaction that
 * a dead producer left open is ended by Kafka, and everything committed behind it must come out.
 */
export async function conformBootKafka(directory: string): Promise<string> {
  const disks = ['b1', 'b2'].map((name) => join(directory, name, 'data'));
  const ours = disks.map((disk) => stateOf(disk));
  const ended = disks.map((disk) => committedRecords(loadLogs(disk).get(DEAD.log)!, true));
  const logs = Object.keys(ours[0]!.records);
  sameLastValues(ours, 'accounts-0');
  if (ours[0]!.producers.length === 0) throw new Error('no transaction is open on the disks');
  const servers = new Servers(directory);
  try {
    await servers.untilIsrsAreFull(TOPICS);
    const theirs = stateByKafka(servers.kafka, BOOTSTRAP, directory, logs);
    same(ours, theirs);
    terminate(servers.kafka, BOOTSTRAP, directory, DEAD.transactionalId);
    const after = stateByKafka(servers.kafka, BOOTSTRAP, directory, [DEAD.log]);
    if (after.producers.length > 0) throw new Error(`still open: ${after.producers.join('; ')}`);
    if (!ended.some((records) => isDeepStrictEqual(records, after.records[DEAD.log])))
      throw new Error(`${DEAD.log} has other records once its transaction is aborted`);
    await servers.stop();
    // What Kafka has recovered, written and closed says to this engine what it said to Kafka.
    same(
      disks.map((disk) => stateOf(disk)),
      after,
    );
    return told(theirs);
  } finally {
    await servers.stop();
  }
}

/** Brokers clean a compacted log each on its own: of its records, those of one disk. */
function same(ours: readonly State[], theirs: State): void {
  for (const field of ['offsets', 'groups', 'owners', 'transactions', 'producers'] as const) {
    const [here, there] = [ours[0]![field].join('\n  '), theirs[field].join('\n  ')];
    if (here !== there) throw new Error(`${field}: here\n  ${here}\nKafka\n  ${there}`);
  }
  for (const [log, records] of Object.entries(theirs.records)) {
    if (ours.some((state) => isDeepStrictEqual(state.records[log], records))) continue;
    const counts = ours.map((state) => state.records[log]!.length);
    throw new Error(`${log}: Kafka serves ${records.length} records that are not the ${counts} written`);
  }
}

/** Whatever is cleaned where, of each key the last committed value is the same. */
function sameLastValues(states: readonly State[], log: string): void {
  const lasts = states.map((state) => {
    const byKey = new Map(state.records[log]!.map((line) => [line.split(' ')[1]!, line] as const));
    return [...byKey.values()].sort().join('\n');
  });
  if (new Set(lasts).size > 1) throw new Error(`${log}: the brokers have other last values`);
}

function told({ groups, offsets, records, transactions }: State): string {
  const count = Object.values(records).reduce((sum, { length }) => sum + length, 0);
  return (
    `every ISR full, ${count} records served as written; ${groups.length} groups with ${offsets.length} ` +
    `positions and ${transactions.length} transactional ids as here, before and after`
  );
}
