import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderFile } from '../dump-log/render.ts';
import { Kafka } from '../kafka.ts';
import { dumpable } from '../written.ts';

/** The names of the simulated machines, on loopback. */
const ADDRESSES = { c101: '127.0.0.1', b1: '127.0.0.2', b2: '127.0.0.3' } as const;
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 30_000;
const TOPIC = 'flights';

/**
 * A real Kafka started on the disks that a simulated cluster left: a controller on the metadata log of c101, brokers on
 * the logs of b1 and b2. It must elect, register, fill every ISR, and serve every record where it stood.
 */
export async function conformBootKafka(directory: string): Promise<string> {
  const servers: ChildProcess[] = [];
  try {
    const expected = simulatedRecords(directory);
    const kafka = new Kafka(writeHosts(directory));
    for (const name of Object.keys(ADDRESSES))
      servers.push(kafka.start(writeProperties(directory, name), join(directory, `${name}.out`)));
    await untilIsrsAreFull(kafka, directory);
    const served = kafkaRecords(kafka, directory, expected.length);
    if (served.join('\n') !== expected.join('\n'))
      throw new Error(`Kafka serves ${served.length} records that are not the ${expected.length} written`);
    return `every ISR full, ${served.length} records served as written`;
  } finally {
    // A controlled shutdown needs the controller, so it goes last.
    for (const server of servers.reverse()) await ended(server);
  }
}

/** Asks a server to end, and waits; one that does not is killed. */
async function ended(server: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill('SIGTERM');
  const late = setTimeout(() => server.kill('SIGKILL'), STOP_LIMIT_MS);
  await gone;
  clearTimeout(late);
}

function writeHosts(directory: string): string {
  const lines = Object.entries(ADDRESSES).map(([name, address]) => `${address} ${name}`);
  const file = join(directory, 'hosts');
  writeFileSync(file, `${lines.join('\n')}\n127.0.0.1 localhost\n`);
  return file;
}

function writeProperties(directory: string, name: string): string {
  const controls = name.startsWith('c');
  const properties = {
    'process.roles': controls ? 'controller' : 'broker',
    'node.id': name.slice(1),
    'controller.quorum.voters': '101@c101:9093',
    'controller.listener.names': 'CONTROLLER',
    listeners: controls ? 'CONTROLLER://c101:9093' : `PLAINTEXT://${name}:9092`,
    'log.dirs': join(directory, name, 'data'),
    'offsets.topic.replication.factor': 1,
    // The simulated world lives in January 2026: what it wrote is not old.
    'log.retention.ms': -1,
  };
  const file = join(directory, `${name}.properties`);
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function untilIsrsAreFull(kafka: Kafka, directory: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    await sleep(2_000);
    const said = described(kafka, directory);
    if (/Partition: 0\t.*Isr: (?:1,2|2,1)/.test(said)) return;
    if (Date.now() > deadline) {
      const logs = Object.keys(ADDRESSES).map((name) => tail(join(directory, `${name}.out`)));
      throw new Error(`Kafka did not come up on the simulated disks: ${said}\n${logs.join('\n')}`);
    }
  }
}

function described(kafka: Kafka, directory: string): string {
  const args = ['--bootstrap-server', 'b1:9092,b2:9092', '--describe', '--topic', TOPIC];
  try {
    return kafka.run('org.apache.kafka.tools.TopicCommand', args, directory);
  } catch (error) {
    return (error as Error).message;
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n');
}

/** `offset key value`, in order, as the simulated leader's disk has them. */
export function simulatedRecords(directory: string): string[] {
  const logs = dumpable(directory).filter(
    (path) => path.startsWith(`b1/data/${TOPIC}-0/`) && path.endsWith('.log'),
  );
  const lines = logs.flatMap((path) => renderFile(directory, path).split('\n'));
  return lines.flatMap((line) => {
    const record = /^\| offset: (\d+) .* key: (\S+) payload: (.*)$/.exec(line);
    return record === null ? [] : [`${record[1]} ${record[2]} ${record[3]}`];
  });
}

function kafkaRecords(kafka: Kafka, directory: string, count: number): string[] {
  const print = ['print.offset', 'print.key'].flatMap((name) => ['--formatter-property', `${name}=true`]);
  const said = kafka.run(
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    [
      '--bootstrap-server',
      'b1:9092',
      '--topic',
      TOPIC,
      '--from-beginning',
      '--max-messages',
      `${count}`,
      '--timeout-ms',
      '30000',
      ...print,
    ],
    directory,
  );
  return said
    .split('\n')
    .filter((line) => line.startsWith('Offset:'))
    .map((line) => line.replace('Offset:', '').replaceAll('\t', ' '));
}
