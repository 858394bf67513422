import {
  Consumer,
  type ConsumerAction,
  type ConsumerConfig,
  type ConsumerDriver,
  type ConsumerListener,
  consumerConfig,
  type PolledBatch,
  type PollFailure,
} from '../../../../engine/client/index.ts';
import { MS, type Us } from '../../../../engine/machine/index.ts';
import { buildBatch, noCompression } from '../../../../engine/records/index.ts';
import {
  ApiKey,
  ErrorCode,
  type FetchRequest,
  type FetchResponse,
  fetchResponse,
  type ListOffsetsRequest,
  listOffsetsResponse,
  make,
  type OffsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
  type Partially,
  utf8Decode,
  utf8Encode,
} from '../../../../engine/wire/index.ts';
import { ClientStage, FixedRandoms, type Received } from '../client-stage.ts';

export type Fetched = Received<FetchRequest>;
type PartitionData = Partially<FetchResponse['responses'][number]['partitions'][number]>;

/** A batch of records `prefix0`, `prefix1`, … from `baseOffset` on. */
export function batch(baseOffset: number, count: number, leaderEpoch = 5, prefix = 'r'): Uint8Array {
  return buildBatch(
    { baseOffset, leaderEpoch },
    Array.from({ length: count }, (_, i) => ({
      timestamp: 1_000 + baseOffset + i,
      key: null,
      value: utf8Encode(`${prefix}${baseOffset + i}`),
    })),
  );
}

/**
 * A consumer among scripted brokers. Its application does what `actions` says, and else polls for 100 ms at a
 * time.
 */
export class ConsumerStage implements ConsumerDriver, ConsumerListener {
  readonly stage = new ClientStage();
  readonly events: string[] = [];
  readonly actions: ConsumerAction[] = [];
  readonly consumer: Consumer;
  /** Answered to ListOffsets, by timestamp asked for; null holds the request back. */
  offsets: ((timestamp: number, partition: number) => number) | null = (timestamp) =>
    timestamp === -2 ? 0 : timestamp === -1 ? 50 : 20;
  /** How long the application works after each poll. */
  thinkUs: Us = 0;
  #thinks = false;

  constructor(config: Partial<ConsumerConfig> = {}) {
    this.consumer = new Consumer({
      config: consumerConfig({
        'bootstrap.servers': ['b1:9092'],
        'client.id': 'k',
        'auto.offset.reset': 'earliest',
        ...config,
      }),
      driver: this,
      listener: this,
      randoms: new FixedRandoms(),
      wall: { nowMs: () => 1_700_000_000_000 },
      compression: noCompression,
    });
  }

  /** Boots a consumer of partitions of topic `t` with these leaders, and lets it find its positions. */
  start(leaders: readonly number[] = [1]): this {
    this.stage.topic('t', leaders);
    this.assign(leaders.map((_, partition) => partition));
    this.stage.boot(this.consumer);
    this.settle();
    return this;
  }

  assign(partitions: readonly number[], topic = 't'): void {
    this.actions.push({
      do: 'assign',
      partitions: partitions.map((partition) => ({ topic, partition })),
    });
  }

  next(now: Us): ConsumerAction {
    const action = this.actions.shift();
    if (action !== undefined) return action;
    this.#thinks = !this.#thinks;
    if (this.#thinks && this.thinkUs > 0) return { do: 'think', until: now + this.thinkUs };
    return { do: 'poll', timeoutUs: 100 * MS };
  }

  /** Lets time pass and answers look-ups of positions meanwhile. */
  settle(us: Us = 0): void {
    const until = this.stage.now + us;
    this.#answerOffsets();
    while (this.stage.now < until) {
      this.stage.advance(Math.min(10 * MS, until - this.stage.now));
      this.#answerOffsets();
    }
  }

  fetches(): Fetched[] {
    return this.stage.take<FetchRequest>(ApiKey.Fetch);
  }
  epochQueries(): Received<OffsetForLeaderEpochRequest>[] {
    return this.stage.take<OffsetForLeaderEpochRequest>(ApiKey.OffsetForLeaderEpoch);
  }
  lookups(): Received<ListOffsetsRequest>[] {
    return this.stage.take<ListOffsetsRequest>(ApiKey.ListOffsets);
  }

  answerFetch(
    fetched: Fetched,
    partitions: readonly (PartitionData & { readonly partitionIndex: number })[],
    top: { readonly errorCode?: number; readonly sessionId?: number; readonly nodeEndpoints?: never[] } = {},
    topic = 't',
  ): void {
    this.stage.answer(
      fetched,
      make(fetchResponse, {
        sessionId: 77,
        ...top,
        responses:
          partitions.length === 0
            ? []
            : [
                {
                  topicId: this.stage.topics.get(topic)!.id,
                  partitions: partitions.map((p) => ({
                    highWatermark: 100,
                    lastStableOffset: 100,
                    logStartOffset: 0,
                    ...p,
                  })),
                },
              ],
      }),
    );
  }

  /** Answers with records for partition 0. */
  give(fetched: Fetched, ...records: Uint8Array[]): void {
    this.answerFetch(fetched, [{ partitionIndex: 0, records }]);
  }

  answerEpochs(
    received: Received<OffsetForLeaderEpochRequest>,
    leaderEpoch: number,
    endOffset: number,
    errorCode: number = ErrorCode.NONE,
  ): void {
    this.stage.answer(
      received,
      make(offsetForLeaderEpochResponse, {
        topics: received.body.topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition }) => ({ errorCode, partition, leaderEpoch, endOffset })),
        })),
      }),
    );
  }

  #answerOffsets(): void {
    const { offsets } = this;
    if (offsets === null) return;
    for (let received = this.lookups(); received.length > 0; received = this.lookups()) {
      for (const each of received) {
        this.stage.answer(
          each,
          make(listOffsetsResponse, {
            topics: each.body.topics.map(({ name, partitions }) => ({
              name,
              partitions: partitions.map(({ partitionIndex, timestamp }) => ({
                partitionIndex,
                offset: offsets(timestamp, partitionIndex),
                leaderEpoch: 5,
              })),
            })),
          }),
        );
      }
    }
  }

  onPolled(_now: Us, batches: readonly PolledBatch[]): void {
    for (const { topic, partition, leaderEpoch, records, nextPosition } of batches) {
      const values = records.map(({ value }) => utf8Decode(value!));
      const text = values.length > 4 ? `${values[0]}..${values.at(-1)}` : values.join();
      this.events.push(`${topic}-${partition} e${leaderEpoch} ${text} >${nextPosition}`);
    }
  }
  onPollFailed(_now: Us, failure: PollFailure): void {
    const { kind, topic, partition, position } = failure;
    const more =
      failure.kind === 'log truncation'
        ? ` ${failure.divergentOffset} e${failure.divergentEpoch}`
        : failure.kind === 'error'
          ? ` ${failure.error.message}`
          : '';
    this.events.push(`failed ${topic}-${partition} @${position}: ${kind}${more}`);
  }
  onPosition(
    _now: Us,
    topic: string,
    partition: number,
    offset: number,
    leaderEpoch: number,
    reason: string,
  ): void {
    this.events.push(`${reason} ${topic}-${partition} @${offset} e${leaderEpoch}`);
  }
}

/** What a fetch asks for, as `b1 s0/0: 0@7e5`; forgotten partitions with a minus. */
export function asked({ broker, body }: Fetched): string {
  const sent = body.topics.flatMap(({ partitions }) =>
    partitions.map((p) => `${p.partition}@${p.fetchOffset}e${p.currentLeaderEpoch}`),
  );
  const forgotten = body.forgottenTopicsData.flatMap(({ partitions }) => partitions.map((p) => `-${p}`));
  return `b${broker} s${body.sessionId}/${body.sessionEpoch}: ${[...sent, ...forgotten].join(' ')}`;
}
