import {
  type ClientError,
  type FailureOutcome,
  type OutgoingRecord,
  Producer,
  type ProducerConfig,
  type ProducerDriver,
  type ProducerListener,
  producerConfig,
} from '../../../../engine/client/index.ts';
import type { Machine, Us } from '../../../../engine/machine/index.ts';
import { noCompression, readRecords } from '../../../../engine/records/index.ts';
import {
  ApiKey,
  ErrorCode,
  make,
  type ProduceRequest,
  produceResponse,
  utf8Decode,
  utf8Encode,
} from '../../../../engine/wire/index.ts';
import { ClientStage, FixedRandoms, type Received } from '../client-stage.ts';

export const NEVER_AGAIN = Number.MAX_SAFE_INTEGER;

export interface Send {
  readonly at?: Us;
  readonly topic?: string;
  readonly partition?: number;
  readonly key?: string;
  readonly value?: string;
}

export type Produced = Received<ProduceRequest>;

/**
 * A producer among scripted brokers. Its application sends what `send` queued; `events` is what the listener
 * heard.
 */
export class ProducerStage implements ProducerDriver, ProducerListener {
  readonly stage = new ClientStage();
  readonly randoms = new FixedRandoms();
  readonly events: string[] = [];
  readonly producer: Producer;
  #queue: { at: Us; record: OutgoingRecord }[] = [];
  #nextId = 1;

  constructor(config: Partial<ProducerConfig> = {}) {
    this.producer = new Producer({
      config: producerConfig({
        'bootstrap.servers': ['b1:9092'],
        'client.id': 'p',
        'enable.idempotence': false,
        ...config,
      }),
      driver: this,
      listener: this,
      randoms: this.randoms,
      wall: { nowMs: () => 1_700_000_000_000 },
      compression: noCompression,
    });
  }

  /** Boots and lets it connect and learn where the topics are. */
  boot(): void {
    this.stage.boot(this.producer as Machine);
  }

  /** Queues records; due now unless said otherwise. */
  send(...sends: readonly Send[]): void {
    for (const { at, topic = 't', partition = -1, key, value } of sends) {
      const id = this.#nextId++;
      this.#queue.push({
        at: at ?? this.stage.now,
        record: {
          id,
          topic,
          partition,
          key: key === undefined ? null : utf8Encode(key),
          value: utf8Encode(value ?? `v${id}`),
          timestamp: 1_700_000_000_000,
          headers: [],
        },
      });
    }
  }

  /** Has the application look for records now, as its timer would. */
  kick(): void {
    this.stage.input({ kind: 'timer', timer: 41 });
  }

  sendNow(...sends: readonly Send[]): void {
    this.send(...sends);
    this.kick();
  }

  next(now: Us): OutgoingRecord | null {
    const first = this.#queue[0];
    if (first === undefined || first.at > now) return null;
    this.#queue.shift();
    return first.record;
  }
  nextAt(): Us {
    return this.#queue[0]?.at ?? NEVER_AGAIN;
  }
  get queued(): number {
    return this.#queue.length;
  }

  onSend(): void {}
  onAcked(_now: Us, topic: string, partition: number, baseOffset: number, ids: readonly number[]): void {
    this.events.push(`acked ${topic}-${partition} @${baseOffset}: ${ids.join()}`);
  }
  onFailed(
    _now: Us,
    topic: string,
    partition: number,
    ids: readonly number[],
    error: ClientError,
    outcome: FailureOutcome,
  ): void {
    this.events.push(`${outcome} ${topic}-${partition} (${error.code}): ${ids.join()}`);
  }

  /** Produce requests since the last call. */
  produced(): Produced[] {
    return this.stage.take<ProduceRequest>(ApiKey.Produce);
  }

  /** Answers every partition of a request with one code, and offset 100 when it is none. */
  answer(
    received: Produced,
    errorCode: number = ErrorCode.NONE,
    currentLeader = {},
    nodeEndpoints = [],
  ): void {
    this.stage.answer(
      received,
      make(produceResponse, {
        responses: received.body.topicData.map(({ name, topicId, partitionData }) => ({
          name,
          topicId,
          partitionResponses: partitionData.map(({ index }) => ({
            index,
            errorCode,
            baseOffset: errorCode === ErrorCode.NONE ? 100 : -1,
            currentLeader,
          })),
        })),
        nodeEndpoints,
      }),
    );
  }
}

/** What a Produce request carries, as `broker: partition=[values]`. */
export function carried({ broker, body }: Produced): string {
  const parts = body.topicData.flatMap(({ partitionData }) =>
    partitionData.map(({ index, records }) => {
      const read = readRecords(records![0]!, noCompression);
      const values = Array.isArray(read) ? read.map(({ value }) => utf8Decode(value!)) : ['broken'];
      return `${index}=[${values.join()}]`;
    }),
  );
  return `b${broker}: ${parts.join(' ')}`;
}

/** A value of which two fit into a batch. */
export const BIG = 'x'.repeat(6_000);

/** A producer that knows topic `t`, led by brokers 1, 2, 3 unless said otherwise. */
export function started(
  config: ConstructorParameters<typeof ProducerStage>[0] = {},
  leaders = [1, 2, 3],
): ProducerStage {
  const s = new ProducerStage(config);
  s.stage.topic('t', leaders);
  s.boot();
  return s;
}
