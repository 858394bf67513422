import type { Kafka } from '../kafka.ts';
import type { State } from './state.ts';

const GROUPS = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand';
const TRANSACTIONS = 'org.apache.kafka.tools.TransactionsCommand';
const CONSUMER = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
/** How long a consumer waits for one record more than there should be. */
const QUIET_MS = 6_000;
/** Not in any record's key or value. */
const CELL_END = '~|~';
const RECORD_END = '~||~';

/** What Kafka's own tools say of a cluster, in the lines of `State`. `logs`: those of one partition a topic. */
export function stateByKafka(
  kafka: Kafka,
  bootstrap: string,
  directory: string,
  logs: readonly string[],
): State {
  const ask = (main: string, args: readonly string[]): string =>
    kafka.run(main, ['--bootstrap-server', bootstrap, ...args], directory);
  const described = tableOf(ask(GROUPS, ['--describe', '--all-groups']));
  const states = tableOf(ask(GROUPS, ['--describe', '--all-groups', '--state']));
  const listed = tableOf(ask(TRANSACTIONS, ['list']));
  return {
    offsets: described
      .filter((row) => row['CURRENT-OFFSET'] !== '-')
      .map((row) => `${row.GROUP} ${row.TOPIC} ${row.PARTITION} ${row['CURRENT-OFFSET']}`)
      .sort(),
    groups: states.map((row) => `${row.GROUP} ${row.STATE}`).sort(),
    owners: described
      .filter((row) => row['CLIENT-ID'] !== '-')
      .map((row) => `${row.GROUP} ${row['CLIENT-ID']} ${row.TOPIC} ${row.PARTITION}`)
      .sort(),
    transactions: listed
      .map(({ TransactionalId }) => {
        const [row] = tableOf(ask(TRANSACTIONS, ['describe', '--transactional-id', TransactionalId!]));
        const who = `${row!.TransactionalId} ${row!.ProducerId} ${row!.ProducerEpoch}`;
        const partitions = (row!.TopicPartitions ?? '').split(',').sort().join(',');
        return `${who} ${row!.TransactionState} ${row!.CurrentTransactionStartTimeMs} ${partitions}`;
      })
      .sort(),
    producers: logs.flatMap((log) => producersOf(ask, log)).sort(),
    records: Object.fromEntries(logs.map((log) => [log, recordsOf(ask, log)])),
  };
}

/** Ends what a producer that is gone has left open. */
export function terminate(kafka: Kafka, bootstrap: string, directory: string, transactionalId: string): void {
  const what = ['forceTerminateTransaction', '--transactionalId', transactionalId];
  kafka.run(TRANSACTIONS, ['--bootstrap-server', bootstrap, ...what], directory);
}

type Ask = (main: string, args: readonly string[]) => string;

function producersOf(ask: Ask, log: string): string[] {
  const [topic, partition] = placeOf(log);
  const rows = tableOf(ask(TRANSACTIONS, ['describe-producers', '--topic', topic, '--partition', partition]));
  return rows
    .filter((row) => row.CurrentTransactionStartOffset !== 'None')
    .map(
      (row) =>
        `${log} ${row.ProducerId} ${row.ProducerEpoch} ${row.LatestCoordinatorEpoch} ${row.LastSequence} ` +
        `${row.LastTimestamp} ${row.CurrentTransactionStartOffset}`,
    );
}

/** What a read_committed console consumer prints, until nothing more comes. */
function recordsOf(ask: Ask, log: string): string[] {
  const [topic, partition] = placeOf(log);
  const print = ['print.offset', 'print.key'].flatMap((name) => ['--formatter-property', `${name}=true`]);
  const separate = [`key.separator=${CELL_END}`, `line.separator=${RECORD_END}`];
  const separated = separate.flatMap((property) => ['--formatter-property', property]);
  const where = ['--topic', topic, '--partition', partition, '--offset', 'earliest'];
  const how = ['--isolation-level', 'read_committed', '--timeout-ms', `${QUIET_MS}`];
  return ask(CONSUMER, [...where, ...how, ...print, ...separated])
    .split(RECORD_END)
    .filter((said) => said.startsWith('Offset:'))
    .map((said) => said.replace('Offset:', '').split(CELL_END).join(' '));
}

function placeOf(log: string): [string, string] {
  const dash = log.lastIndexOf('-');
  return [log.slice(0, dash), log.slice(dash + 1)];
}

/** The rows of a tool's tables, by the names in the last header line above them. */
export function tableOf(said: string): Readonly<Record<string, string>>[] {
  const rows: Record<string, string>[] = [];
  let header: string[] = [];
  for (const line of said.split('\n')) {
    const cells = line.trim().split(/\s+/);
    if (/^(?:GROUP|TransactionalId|CoordinatorId|ProducerId)$/.test(cells[0]!)) header = cells;
    else if (cells[0] !== '' && header.length > 0 && cells.length >= header.length - 1)
      rows.push(Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])));
  }
  return rows;
}
