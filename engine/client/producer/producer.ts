import {
  type Input,
  type Machine,
  MS,
  type Outbox,
  type RandomSource,
  SECOND,
  timerId,
  timerKind,
  type Us,
  type WallClock,
} from '../../machine/index.ts';
import { Codec, type Compression, VerifiedBatches } from '../../records/index.ts';
import { ErrorCode, errorName } from '../../wire/index.ts';
import { ClientNetwork } from '../client-network.ts';
import { ClientTimer } from '../client-timer.ts';
import { TopicsOfInterest } from '../metadata/topics-of-interest.ts';
import { NEVER, type OutgoingRecord, type ProducerDriver, type ProducerListener } from '../ports.ts';
import { Accumulator } from './accumulator.ts';
import { partitionForKey } from './murmur2.ts';
import type { ProducerConfig } from './producer-config.ts';
import { batchSizeUpperBound } from './record-size.ts';
import { Sender } from './sender.ts';

/** Records that one step takes from its driver: what is left goes on in the next step, at the same time. */
export const MAX_RECORDS_PER_STEP = 1_000;

/** How often a topic that is in use is marked as such: far less than metadata.max.idle.ms may be. */
const RENEW_INTEREST_US = 1 * SECOND;

export interface ProducerPorts {
  readonly config: ProducerConfig;
  readonly driver: ProducerDriver;
  readonly listener: ProducerListener;
  readonly randoms: RandomSource;
  readonly wall: WallClock;
  readonly compression: Compression;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches;
}

/**
 * A producer process: one application thread that sends (`KafkaProducer.send`) and the sender behind it. A
 * send blocks, up to max.block.ms, while its topic is not known or memory is short; the driver is asked for
 * nothing meanwhile.
 */
export class Producer implements Machine {
  readonly #config: ProducerConfig;
  readonly #driver: ProducerDriver;
  readonly #listener: ProducerListener;
  readonly #wall: WallClock;
  readonly #network: ClientNetwork;
  readonly #accumulator: Accumulator;
  readonly #sender: Sender;
  /** The record whose send blocks, and since when. */
  #blocked: OutgoingRecord | null = null;
  #blockedSince: Us = 0;
  /** Metadata responses seen when the blocked send last asked for one; -1: it has not asked. */
  #updatesAtRequest = -1;
  #isClosing = false;
  #renewedTopic: string | null = null;
  #renewedAt: Us = 0;
  #workAt: Us = -1;
  #hasWork = false;

  constructor(ports: ProducerPorts) {
    const { config, driver, listener, randoms, wall, compression } = ports;
    this.#config = config;
    this.#driver = driver;
    this.#listener = listener;
    this.#wall = wall;
    const topics = new TopicsOfInterest(config['metadata.max.idle.ms'] * MS);
    const maxInFlight = config['max.in.flight.requests.per.connection'];
    this.#network = new ClientNetwork(config, maxInFlight, topics, true, randoms);
    this.#accumulator = new Accumulator(config, this.#network.metadata, randoms.stream('partitioner'));
    const verified = ports.verified ?? new VerifiedBatches();
    const format = { codec: Codec[config['compression.type']], compression, verified };
    this.#sender = new Sender(
      config,
      this.#network,
      this.#accumulator,
      listener,
      randoms.stream('retry backoff'),
      format,
    );
  }

  step(now: Us, input: Input, out: Outbox): void {
    const isDriverTick = input.kind === 'timer' && timerKind(input.timer) === ClientTimer.driver;
    const isDriving = isDriverTick || input.kind === 'boot';
    if (input.kind === 'timer' && timerKind(input.timer) === ClientTimer.work) this.#workAt = -1;
    if (input.kind === 'shutdown') this.#close(now);
    this.#network.onInput(now, input, out);
    // A record that joins a batch changes nothing for the sender: it was looked at when the batch was made.
    if (!isDriverTick) this.#hasWork = true;
    let drives = isDriving;
    do {
      if (drives || this.#blocked !== null) this.#drive(now, out);
      drives = false;
      if (this.#hasWork) this.#work(now, out);
    } while (this.#network.deliver(now, this.#sender, out) && (this.#hasWork = true));
    if (this.#isClosing && this.#accumulator.incompleteCount === 0 && this.#sender.inFlightCount === 0) {
      this.#network.close(now, out);
      out.exit('clean', 'producer closed');
    }
  }

  /** Bytes of buffer.memory that are free, and batches not done: what a report shows. */
  view(): { readonly freeBytes: number; readonly incompleteBatches: number; readonly isBlocked: boolean } {
    return {
      freeBytes: this.#accumulator.freeBytes,
      incompleteBatches: this.#accumulator.incompleteCount,
      isBlocked: this.#blocked !== null,
    };
  }

  #work(now: Us, out: Outbox): void {
    this.#hasWork = false;
    this.#accumulator.isExhausted = this.#blocked !== null && this.#updatesAtRequest < 0;
    let at = this.#sender.run(now, out);
    if (this.#blocked !== null) at = Math.min(at, this.#blockedSince + this.#config['max.block.ms'] * MS);
    if (at === NEVER || (this.#workAt >= 0 && this.#workAt <= at)) return;
    this.#workAt = at;
    out.arm(timerId(ClientTimer.work), at);
  }

  #drive(now: Us, out: Outbox): void {
    if (this.#blocked !== null) {
      if (!this.#send(now, this.#blocked, out)) return;
      this.#blocked = null;
      this.#updatesAtRequest = -1;
    }
    for (let taken = 0; taken < MAX_RECORDS_PER_STEP; taken++) {
      if (this.#isClosing) return;
      const record = this.#driver.next(now);
      if (record === null) {
        const at = this.#driver.nextAt(now);
        if (at !== NEVER) out.arm(timerId(ClientTimer.driver), at);
        return;
      }
      this.#listener.onSend(now, record);
      this.#blockedSince = now;
      if (!this.#send(now, record, out)) {
        this.#blocked = record;
        this.#hasWork = true;
        return;
      }
    }
    out.arm(timerId(ClientTimer.driver), now);
  }

  /** False: it blocks. True: it is in a batch, or has failed. */
  #send(now: Us, record: OutgoingRecord, out: Outbox): boolean {
    const { topic } = record;
    if (topic !== this.#renewedTopic || now - this.#renewedAt >= RENEW_INTEREST_US) {
      this.#network.addTopic(topic, now);
      this.#renewedTopic = topic;
      this.#renewedAt = now;
    }
    const count = this.#network.metadata.partitionCount(topic);
    const isPastBlocking = now - this.#blockedSince >= this.#config['max.block.ms'] * MS;
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
      if (result === 'batch to look at') this.#hasWork = true;
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
      this.#hasWork = true;
    }
    return false;
  }

  #partitionOf(record: OutgoingRecord, count: number): number {
    if (record.partition >= 0) return record.partition;
    if (record.key === null || this.#config['partitioner.ignore.keys']) return -1;
    return partitionForKey(record.key, count);
  }

  /** A record that never entered a batch has failed for certain. */
  #refuse(now: Us, record: OutgoingRecord, code: number, message: string): true {
    this.#listener.onFailed(now, record.topic, record.partition, [record.id], { code, message }, 'fail');
    return true;
  }

  /** Graceful: what was sent is flushed, a send that blocks fails, no more records are taken. */
  #close(now: Us): void {
    this.#isClosing = true;
    this.#accumulator.isClosed = true;
    if (this.#blocked === null) return;
    this.#refuse(now, this.#blocked, ErrorCode.REQUEST_TIMED_OUT, 'the producer was closed');
    this.#blocked = null;
  }
}
