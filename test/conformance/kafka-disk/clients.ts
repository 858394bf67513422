import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer as ConsumerProtocolConsumer, stringDeserializers } from '@platformatic/kafka';
import { Kafka as KafkaJs, logLevel, type Producer } from 'kafkajs';
import type { Kafka } from '../kafka.ts';
import { REAL_BOOTSTRAP } from './server.ts';

const WAIT_LIMIT_MS = 60_000;
const SESSION_MS = 600_000;
const COPIER = 'org.apache.kafka.tools.TransactionalMessageCopier';

const topic = (name: string, config: Readonly<Record<string, string>> = {}) => ({
  topic: name,
  numPartitions: 1,
  replicationFactor: 1,
  configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
});

/** Real clients of three kinds that leave a little of everything on the disk of a real Kafka. */
export class Clients {
  readonly #kafkajs = new KafkaJs({
    clientId: 'js',
    brokers: [REAL_BOOTSTRAP],
    logLevel: logLevel.NOTHING,
  });

  async createTopics(): Promise<void> {
    const admin = this.#kafkajs.admin();
    await admin.connect();
    const compacted = {
      'cleanup.policy': 'compact',
      'segment.ms': '700',
      'min.cleanable.dirty.ratio': '0.01',
    };
    await admin.createTopics({
      topics: [topic('orders', { 'segment.ms': '4000' }), topic('bills'), topic('accounts', compacted)],
      waitForLeaders: true,
    });
    await admin.disconnect();
  }

  /** Committed and aborted in turn: eight transactions of three records. */
  async writeTransactions(on: string, keys: number, pauseMs: number): Promise<void> {
    const producer = await this.#transactional(`js-${on}`);
    for (let number = 0; number < 8; number++) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: on, messages: messagesOf(number, keys) });
      if (number % 3 === 2) await transaction.abort();
      else await transaction.commit();
      await sleep(pauseMs);
    }
  }

  /** Its application is never heard of again. */
  async leaveOpen(on: string): Promise<void> {
    const producer = await this.#transactional(`js-open-${on}`);
    const transaction = await producer.transaction();
    await transaction.send({ topic: on, messages: messagesOf(90, 3) });
    // Behind it lies what is committed and not stable.
    const plain = this.#kafkajs.producer({ idempotent: true });
    await plain.connect();
    await plain.send({ topic: on, messages: messagesOf(91, 3) });
  }

  /** Java's own consume-transform-produce loop, with its transactions of version 2 (KIP-890). */
  copy(kafka: Kafka, from: string, to: string, count: number, directory: string): void {
    const what = ['--input-topic', from, '--input-partition', '0', '--output-topic', to];
    const who = ['--transactional-id', 'java-copier', '--consumer-group', 'copies'];
    const how = ['--transaction-size', '4', '--max-messages', `${count}`, '--enable-random-aborts'];
    kafka.run(COPIER, ['--broker-list', REAL_BOOTSTRAP, ...what, ...who, ...how], directory);
  }

  /** Two members of a classic group; they stay. */
  async joinClassic(on: string): Promise<void> {
    let joined = 0;
    let read = 0;
    for (let member = 0; member < 2; member++) {
      const consumer = this.#kafkajs.consumer({
        groupId: 'classic',
        sessionTimeout: SESSION_MS,
        heartbeatInterval: 500,
      });
      consumer.on(consumer.events.GROUP_JOIN, () => {
        joined += 1;
      });
      await consumer.connect();
      await consumer.subscribe({ topics: [on], fromBeginning: true });
      await consumer.run({
        autoCommitThreshold: 1,
        eachMessage: async () => {
          read += 1;
        },
      });
    }
    await until('a classic group of two', () => joined >= 3 && read > 0);
  }

  /** One static member of a consumer group (KIP-848); it stays. */
  async joinConsumer(on: string): Promise<void> {
    let read = 0;
    const member = new ConsumerProtocolConsumer({
      clientId: 'modern',
      groupId: 'consumer',
      groupProtocol: 'consumer',
      groupInstanceId: 'desk-1',
      bootstrapBrokers: [REAL_BOOTSTRAP],
      deserializers: stringDeserializers,
    });
    const stream = await member.consume({ topics: [on], mode: 'earliest', autocommit: 200 });
    stream.on('data', () => {
      read += 1;
    });
    await until('a consumer group that reads', () => read > 0);
  }

  /** The cleaner of a real Kafka has been over a log. */
  async untilCleaned(directory: string, on: string): Promise<void> {
    const file = join(directory, 'data/cleaner-offset-checkpoint');
    await until(`${on} is cleaned`, () => existsSync(file) && readFileSync(file, 'utf8').includes(`${on} 0`));
  }

  async #transactional(transactionalId: string): Promise<Producer> {
    const producer = this.#kafkajs.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: SESSION_MS,
    });
    await producer.connect();
    return producer;
  }
}

function messagesOf(number: number, keys: number): { key: string; value: string | null }[] {
  return Array.from({ length: 3 }, (_, i) => {
    const key = (number * 3 + i) % keys;
    return { key: `key-${key}`, value: key === 0 ? null : `value ${number}.${i}` };
  });
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited too long for ${what}`);
    await sleep(100);
  }
}
