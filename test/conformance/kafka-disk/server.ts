import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from '../boot-kafka/servers.ts';
import type { Kafka } from '../kafka.ts';

const PORT = 19_092;
const CONTROLLER_PORT = 19_093;
const CLUSTER_ID = 'kafka-trial-real-00000';
export const REAL_BOOTSTRAP = `127.0.0.1:${PORT}`;
const START_LIMIT_MS = 120_000;

/** One real server of Kafka, controller and broker, on a disk that it formats itself. */
export class Server {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static async start(kafka: Kafka, directory: string): Promise<Server> {
    mkdirSync(directory, { recursive: true });
    const file = writeProperties(directory);
    kafka.run('kafka.tools.StorageTool', ['format', '-t', CLUSTER_ID, '-c', file], directory);
    const server = new Server(kafka.start(file, join(directory, 'server.out')));
    const deadline = Date.now() + START_LIMIT_MS;
    while (!readFileSync(join(directory, 'server.out'), 'utf8').includes('Kafka Server started')) {
      if (Date.now() > deadline) throw new Error(`a real Kafka did not start, see ${directory}/server.out`);
      await sleep(500);
    }
    return server;
  }

  /** Everything is closed as it should be. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null) await ended(this.#process);
  }
}

function writeProperties(directory: string): string {
  const properties = {
    'process.roles': 'controller,broker',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${CONTROLLER_PORT}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    listeners: `CONTROLLER://127.0.0.1:${CONTROLLER_PORT},PLAINTEXT://127.0.0.1:${PORT}`,
    'log.dirs': join(directory, 'data'),
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'log.cleaner.backoff.ms': 500,
    'log.index.interval.bytes': 500,
    'group.initial.rebalance.delay.ms': 500,
    'group.consumer.max.session.timeout.ms': 600_000,
    'group.consumer.session.timeout.ms': 600_000,
  };
  const file = join(directory, 'server.properties');
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
