import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka } from '../kafka.ts';

/** The names of the simulated machines, on loopback. */
const ADDRESSES = { c101: '127.0.0.1', b1: '127.0.0.2', b2: '127.0.0.3' } as const;
export const BOOTSTRAP = 'b1:9092,b2:9092';
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 30_000;

/** Real servers of Kafka on the disks of c101, b1 and b2. */
export class Servers {
  readonly kafka: Kafka;
  readonly #directory: string;
  /** The controller first. */
  readonly #running: ChildProcess[];

  constructor(directory: string) {
    this.#directory = directory;
    this.kafka = new Kafka(writeHosts(directory));
    this.#running = Object.keys(ADDRESSES).map((name) =>
      this.kafka.start(writeProperties(directory, name), join(directory, `${name}.out`)),
    );
  }

  /** Waits until every partition of these topics has both brokers in its ISR. */
  async untilIsrsAreFull(topics: readonly string[]): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      await sleep(2_000);
      const said = this.#described();
      const full = said.split('\n').filter((line) => /\tIsr: (?:1,2|2,1)/.test(line));
      if (topics.every((topic) => full.some((line) => line.includes(`Topic: ${topic}\t`)))) return;
      if (Date.now() > deadline) {
        const logs = Object.keys(ADDRESSES).map((name) => tail(join(this.#directory, `${name}.out`)));
        throw new Error(`Kafka did not come up on the simulated disks: ${said}\n${logs.join('\n')}`);
      }
    }
  }

  /** A controlled shutdown needs the controller, so it goes last. */
  async stop(): Promise<void> {
    for (let server = this.#running.pop(); server !== undefined; server = this.#running.pop())
      await ended(server);
  }

  #described(): string {
    const args = ['--bootstrap-server', BOOTSTRAP, '--describe'];
    try {
      return this.kafka.run('org.apache.kafka.tools.TopicCommand', args, this.#directory);
    } catch (error) {
      return (error as Error).message;
    }
  }
}

/** Asks a server to end, and waits; one that does not is killed. */
export async function ended(server: ChildProcess): Promise<void> {
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

/** The simulated world lives in January 2026: nothing that it wrote is to be taken for old. */
const AGELESS = {
  'log.retention.ms': -1,
  'offsets.retention.minutes': 2_147_483_647,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 2_147_483_647,
  'transaction.remove.expired.transaction.cleanup.interval.ms': 2_147_483_647,
  'group.consumer.max.session.timeout.ms': 600_000,
  'group.consumer.session.timeout.ms': 600_000,
};

function writeProperties(directory: string, name: string): string {
  const controls = name.startsWith('c');
  const properties = {
    'process.roles': controls ? 'controller' : 'broker',
    'node.id': name.slice(1),
    'controller.quorum.voters': '101@c101:9093',
    'controller.listener.names': 'CONTROLLER',
    listeners: controls ? 'CONTROLLER://c101:9093' : `PLAINTEXT://${name}:9092`,
    'log.dirs': join(directory, name, 'data'),
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 2,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 2,
    'transaction.state.log.min.isr': 1,
    ...AGELESS,
  };
  const file = join(directory, `${name}.properties`);
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n');
}
