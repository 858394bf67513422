import { MS, type Outbox, SECOND, type Us, type WallClock } from '../../machine/index.ts';
import { ErrorCode, errorName } from '../../wire/index.ts';
import type { ClientNetwork } from '../client-network.ts';
import type { OutgoingRecord, ProducerListener, TransactionError } from '../ports.ts';
import type { Accumulator } from './accumulator.ts';
import { partitionForKey } from './murmur2.ts';
import type { ProducerConfig } from './producer-config.ts';
import { withClass } from './producer-errors.ts';
import { batchSizeUpperBound } from './record-size.ts';
import type { TransactionSession } from './transaction-session.ts';

/** How often a topic that is in use is marked as such: far less than metadata.max.idle.ms may be. */
const RENEW_INTEREST_US = 1 * SECOND;

const CLOSED_UNDER_SEND: TransactionError = {
  code: ErrorCode.REQUEST_TIMED_OUT,
  message: 'the producer was closed',
  errorClass: 'fatal',
};

export interface SendPorts {
  readonly config: ProducerConfig;
  readonly network: ClientNetwork;
  readonly accumulator: Accumulator;
  readonly listener: ProducerListener;
  readonly wall: WallClock;
  readonly session: TransactionSession | null;
}

/**
 * One thread's call of `KafkaProducer.send`. It blocks, up to max.block.ms, while its topic is not known or memory is
 * short.
 */
export class SendCall {
  readonly #config: ProducerConfig;
  readonly #network: ClientNetwork;
  readonly #accumulator: Accumulator;
  readonly #listener: ProducerListener;
  readonly #wall: WallClock;
  readonly #session: TransactionSession | null;
  readonly #maxBlockUs: Us;
  /** The record whose send blocks, and since when. */
  #blocked: OutgoingRecord | null = null;
  #blockedSince: Us = 0;
  /** Metadata responses seen when the blocked send last asked for one; -1: it has not asked. */
  #updatesAtRequest = -1;
  #renewedTopic: string | null = null;
  #renewedAt: Us = 0;
  /** The sender has something new to look at; whoever runs it takes this back. */
  hasWork = false;
  /** Why the last record was refused; null: it was taken. */
  refusal: TransactionError | null = null;

  constructor(ports: SendPorts) {
    this.#config = ports.config;
    this.#network = ports.network;
    this.#accumulator = ports.accumulator;
    this.#listener = ports.listener;
    this.#wall = ports.wall;
    this.#session = ports.session;
    this.#maxBlockUs = ports.config['max.block.ms'] * MS;
  }

  get isBlocked(): boolean {
    return this.#blocked !== null;
  }

  /** Batches leave early for it. */
  get isAwaitingMemory(): boolean {
    return this.#blocked !== null && this.#updatesAtRequest < 0;
  }

  /** When a blocked call fails. */
  get deadline(): Us {
    return this.#blockedSince + this.#maxBlockUs;
  }

  /** False: it blocks. True: it is in a batch, or has failed. */
  start(now: Us, record: OutgoingRecord, out: Outbox): boolean {
    this.#listener.onSend(now, record);
    this.#blockedSince = now;
    this.refusal = null;
    if (this.#send(now, record, out)) return true;
    this.#blocked = record;
    this.hasWork = true;
    return false;
  }

  /** The call that blocks, once more. */
  resume(now: Us, out: Outbox): boolean {
    if (!this.#send(now, this.#blocked!, out)) return false;
    this.#blocked = null;
    this.#updatesAtRequest = -1;
    return true;
  }

  /** The producer is closed under a call that blocks. */
  cancel(now: Us): void {
    if (this.#blocked === null) return;
    this.#fail(now, this.#blocked, CLOSED_UNDER_SEND);
    this.#blocked = null;
  }

  #send(now: Us, record: OutgoingRecord, out: Outbox): boolean {
    const rejection = this.#session?.rejectSend() ?? null;
    if (rejection !== null) {
      this.#fail(now, record, rejection);
      return true;
    }
    const { topic } = record;
    if (topic !== this.#renewedTopic || now - this.#renewedAt >= RENEW_INTEREST_US) {
      this.#network.addTopic(topic, now);
      this.#renewedTopic = topic;
      this.#renewedAt = now;
    }
    const count = this.#network.metadata.partitionCount(topic);
    const isPastBlocking = now - this.#blockedSince >= this.#maxBlockUs;
    if (count === 0 || record.partition >= count) return this.#awaitMetadata(now, record, isPastBlocking);
    this.#updatesAtRequest = -1;
    const size = batchSizeUpperBound(record);
    if (size > this.#config['max.request.size'] || size > this.#config['buffer.memory']) {
      return this.#refuse(now, record, ErrorCode.MESSAGE_TOO_LARGE, `a record of up to ${size} bytes`);
    }
    const timestamp = record.timestamp >= 0 ? record.timestamp : this.#wall.nowMs();
    const partition = this.#partitionOf(record, count);
    const result = this.#accumulator.append(now, record, partition, timestamp, out);
    if (result !== 'no memory') {
      this.#session?.onAppended(topic, this.#accumulator.appendedPartition);
      if (result === 'batch to look at') this.hasWork = true;
      return true;
    }
    if (!isPastBlocking) return false;
    return this.#refuse(now, record, ErrorCode.REQUEST_TIMED_OUT, 'no memory within max.block.ms');
  }

  #awaitMetadata(now: Us, record: OutgoingRecord, isPastBlocking: boolean): boolean {
    const { topic } = record;
    const errorCode = this.#network.metadata.topic(topic)?.errorCode ?? ErrorCode.NONE;
    if (
      errorCode === ErrorCode.INVALID_TOPIC_EXCEPTION ||
      errorCode === ErrorCode.TOPIC_AUTHORIZATION_FAILED
    ) {
      return this.#refuse(now, record, errorCode, errorName(errorCode));
    }
    if (isPastBlocking) {
      return this.#refuse(now, record, ErrorCode.REQUEST_TIMED_OUT, 'no metadata within max.block.ms');
    }
    if (this.#updatesAtRequest !== this.#network.updates) {
      this.#updatesAtRequest = this.#network.updates;
      this.#network.requestUpdateForTopic(topic);
      this.hasWork = true;
    }
    return false;
  }

  #partitionOf(record: OutgoingRecord, count: number): number {
    if (record.partition >= 0) return record.partition;
    if (record.key === null || this.#config['partitioner.ignore.keys']) return -1;
    return partitionForKey(record.key, count);
  }

  /** A record that never entered a batch has failed for certain; a transaction that misses it cannot be committed. */
  #refuse(now: Us, record: OutgoingRecord, code: number, message: string): true {
    const error = { code, message };
    this.#session?.idempotence.onError(error);
    this.#fail(now, record, this.#session?.classified(error) ?? withClass(error, 'retriable'));
    return true;
  }

  #fail(now: Us, record: OutgoingRecord, refusal: TransactionError): void {
    this.refusal = refusal;
    const { code, message } = refusal;
    this.#listener.onFailed(now, record.topic, record.partition, [record.id], { code, message }, 'fail');
  }
}
