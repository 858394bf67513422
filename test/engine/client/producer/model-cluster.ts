import { MS, type Us } from '../../../../engine/machine/index.ts';
import { parseBatch, RecordsError } from '../../../../engine/records/index.ts';
import {
  type AddOffsetsToTxnRequest,
  type AddPartitionsToTxnRequest,
  ApiKey,
  addOffsetsToTxnResponse,
  addPartitionsToTxnResponse,
  type EndTxnRequest,
  ErrorCode,
  endTxnResponse,
  type FindCoordinatorRequest,
  findCoordinatorResponse,
  type InitProducerIdRequest,
  initProducerIdResponse,
  make,
  type ProduceRequest,
  produceResponse,
  type TxnOffsetCommitRequest,
  txnOffsetCommitResponse,
} from '../../../../engine/wire/index.ts';
import type { ClientStage, Received } from '../client-stage.ts';
import { ModelCoordinator } from './model-coordinator.ts';
import { ModelLog, type Verdict } from './model-log.ts';

/** How badly things go, in percent of requests. */
export interface Weather {
  /** The connection breaks before the request is looked at, which happens later all the same, or never. */
  readonly lostRequests: number;
  /** It is done, and the connection breaks instead of an answer. */
  readonly lostAnswers: number;
  /** It is answered with an error that asks for another try, and nothing is done. */
  readonly refusals: number;
  /** The partition's leader, or a coordinator, moves. */
  readonly moves: number;
  readonly maxDelayMs: number;
}

export const CALM: Weather = { lostRequests: 0, lostAnswers: 0, refusals: 0, moves: 0, maxDelayMs: 1 };
export const STORM: Weather = { lostRequests: 4, lostAnswers: 6, refusals: 8, moves: 4, maxDelayMs: 30 };

/** More in one batch is too large. */
const MAX_RECORDS_IN_BATCH = 8;

const OPS = [
  ApiKey.InitProducerId,
  ApiKey.FindCoordinator,
  ApiKey.AddPartitionsToTxn,
  ApiKey.AddOffsetsToTxn,
  ApiKey.TxnOffsetCommit,
  ApiKey.EndTxn,
  ApiKey.Produce,
];

interface Job {
  readonly received: Received;
  readonly at: Us;
  /** Whether anybody is there to hear the answer. */
  isHeard: boolean;
}

/** Brokers with one memory behind `ClientStage`: requests of a connection are worked on in order, in any weather. */
export class ModelCluster {
  readonly stage: ClientStage;
  readonly logs = new Map<string, ModelLog>();
  readonly coordinator: ModelCoordinator;
  weather: Weather = CALM;
  coordinatorNode = 1;
  /** The next request of this API is answered TRANSACTION_ABORTABLE. */
  fail = -1;
  readonly #random: () => number;
  readonly #queues = new Map<number, Job[]>();
  readonly #answers: { at: Us; received: Received; body: object }[] = [];
  readonly #apiKeys: number[] = [];

  constructor(stage: ClientStage, seed: number, isV2: boolean) {
    this.stage = stage;
    this.#random = generator(seed);
    this.coordinator = new ModelCoordinator(this.logs, isV2);
    if (isV2) stage.features = { epoch: 1, levels: { 'transaction.version': 2 } };
    for (const [topic, { partitions }] of stage.topics)
      partitions.forEach((_, index) => {
        this.logs.set(`${topic}-${index}`, new ModelLog());
      });
  }

  /** API keys in the order in which they were worked on. */
  get worked(): readonly number[] {
    return this.#apiKeys;
  }

  /** Lets time pass in steps of a millisecond, and brokers work. */
  run(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.stage.advance(1 * MS);
      this.#receive();
      this.#work();
      this.#answer();
    }
  }

  percent(chance: number): boolean {
    return this.#random() % 100 < chance;
  }

  below(bound: number): number {
    return this.#random() % bound;
  }

  #receive(): void {
    const arrived = OPS.flatMap((apiKey) => this.stage.take(apiKey));
    arrived.sort((a, b) => a.request.correlationId - b.request.correlationId);
    for (const received of arrived) {
      if (this.percent(this.weather.moves)) this.#move();
      const queue = this.#queues.get(received.connection) ?? [];
      this.#queues.set(received.connection, queue);
      const at = this.stage.now + (1 + this.below(this.weather.maxDelayMs)) * MS;
      queue.push({ received, at, isHeard: true });
      if (this.percent(this.weather.lostRequests)) {
        // What was on its way may be worked on much later, or is gone.
        if (this.percent(50)) queue.pop();
        for (const job of queue) job.isHeard = false;
        this.stage.drop(received);
      }
    }
  }

  #work(): void {
    for (const queue of this.#queues.values()) {
      while (queue.length > 0 && queue[0]!.at <= this.stage.now) {
        const { received, isHeard } = queue.shift()!;
        const body = this.#handle(received);
        this.#apiKeys.push(received.request.apiKey);
        if (!isHeard) continue;
        if (this.percent(this.weather.lostAnswers)) {
          for (const job of queue) job.isHeard = false;
          this.stage.drop(received);
        } else {
          const at = this.stage.now + this.below(this.weather.maxDelayMs) * MS;
          this.#answers.push({ at, received, body });
        }
      }
    }
  }

  #answer(): void {
    const due = this.#answers.filter(({ at }) => at <= this.stage.now);
    for (const each of due) this.#answers.splice(this.#answers.indexOf(each), 1);
    for (const { received, body } of due) this.stage.answer(received, body);
  }

  #move(): void {
    if (this.percent(30)) this.coordinatorNode = 1 + this.below(3);
    else {
      const logs = [...this.stage.topics].flatMap(([topic, { partitions }]) =>
        partitions.map((_, partition) => ({ topic, partition })),
      );
      const { topic, partition } = logs[this.below(logs.length)]!;
      this.stage.move(topic, partition, 1 + this.below(3));
    }
  }

  #handle({ broker, request, body }: Received): object {
    const isRefused = this.percent(this.weather.refusals);
    switch (request.apiKey) {
      case ApiKey.FindCoordinator:
        return this.#find(body as FindCoordinatorRequest, request.apiVersion, isRefused);
      case ApiKey.Produce:
        return this.#produce(broker, body as ProduceRequest, isRefused);
      default: {
        if (request.apiKey === this.fail) {
          this.fail = -1;
          return this.#coordinate(request.apiKey, body, ErrorCode.TRANSACTION_ABORTABLE);
        }
        const isAny = (body as InitProducerIdRequest).transactionalId === null;
        if (!isAny && broker !== this.coordinatorNode) return this.#coordinate(request.apiKey, body, 16);
        const refusal = [14, 15, 51][this.below(3)]!;
        return this.#coordinate(request.apiKey, body, isRefused ? refusal : 0);
      }
    }
  }

  #find({ coordinatorKeys }: FindCoordinatorRequest, apiVersion: number, isRefused: boolean): object {
    const node = this.coordinatorNode;
    const errorCode = isRefused ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.NONE;
    const found = { errorCode, nodeId: isRefused ? -1 : node, host: isRefused ? '' : `b${node}`, port: 9092 };
    const coordinators = apiVersion < 4 ? [] : coordinatorKeys.map((each) => ({ ...found, key: each }));
    return make(findCoordinatorResponse, apiVersion < 4 ? found : { coordinators });
  }

  #coordinate(apiKey: number, body: object, refusal: number): object {
    const refused = refusal === 0 ? null : { errorCode: refusal };
    switch (apiKey) {
      case ApiKey.InitProducerId:
        return make(
          initProducerIdResponse,
          refused ?? this.coordinator.initProducerId(body as InitProducerIdRequest),
        );
      case ApiKey.EndTxn:
        return make(endTxnResponse, refused ?? this.coordinator.endTxn(body as EndTxnRequest));
      case ApiKey.AddOffsetsToTxn:
        return make(addOffsetsToTxnResponse, {
          errorCode: refusal || this.coordinator.addOffsets(body as AddOffsetsToTxnRequest),
        });
      case ApiKey.AddPartitionsToTxn: {
        const request = body as AddPartitionsToTxnRequest;
        const partitionErrorCode = refusal || this.coordinator.addPartitions(request);
        return make(addPartitionsToTxnResponse, {
          resultsByTopicV3AndBelow: request.v3AndBelowTopics.map(({ name, partitions }) => ({
            name,
            resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode })),
          })),
        });
      }
      default: {
        const request = body as TxnOffsetCommitRequest;
        const errorCode = refusal || this.coordinator.commitOffsets(request, (id) => this.#nameOf(id));
        return make(txnOffsetCommitResponse, {
          topics: request.topics.map(({ name, topicId, partitions }) => ({
            name,
            topicId,
            partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
          })),
        });
      }
    }
  }

  #produce(broker: number, { topicData, transactionalId }: ProduceRequest, isRefused: boolean): object {
    return make(produceResponse, {
      responses: topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => {
          const topic = name === '' ? this.#nameOf(topicId) : name;
          const verdict = this.#append(broker, topic, index, records![0]!, transactionalId, isRefused);
          const { leader, leaderEpoch } = this.stage.topics.get(topic)!.partitions[index]!;
          const isMoved = verdict.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER;
          const currentLeader = isMoved
            ? { leaderId: leader, leaderEpoch }
            : { leaderId: -1, leaderEpoch: -1 };
          return { index, ...verdict, logStartOffset: 0, currentLeader };
        }),
      })),
    });
  }

  #append(
    broker: number,
    topic: string,
    index: number,
    bytes: Uint8Array,
    transactionalId: string | null,
    isRefused: boolean,
  ): Verdict {
    const refuse = (errorCode: number): Verdict => ({ errorCode, baseOffset: -1 });
    if (this.stage.topics.get(topic)!.partitions[index]!.leader !== broker)
      return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const batch = parseBatch(bytes);
    if (batch instanceof RecordsError) return refuse(ErrorCode.CORRUPT_MESSAGE);
    // Always or never: a batch that was taken once is not too large later.
    if (batch.count > MAX_RECORDS_IN_BATCH) return refuse(ErrorCode.MESSAGE_TOO_LARGE);
    if (isRefused && this.percent(50)) return refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
    const log = this.logs.get(`${topic}-${index}`)!;
    const known = log.producers.get(batch.producerId);
    // As in Kafka a stale epoch comes before a missing verification (KAFKA-19690).
    if (transactionalId !== null && !(known !== undefined && known.epoch > batch.producerEpoch)) {
      const { producerId, producerEpoch } = batch;
      const code = this.coordinator.admit(transactionalId, `${topic}-${index}`, producerId, producerEpoch);
      if (code !== ErrorCode.NONE) return refuse(code);
    }
    const verdict = log.append(bytes);
    if (isRefused && verdict.errorCode === ErrorCode.NONE)
      return refuse(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    return verdict;
  }

  #nameOf(topicId: string): string {
    for (const [name, { id }] of this.stage.topics) if (id === topicId) return name;
    throw new Error(`no topic ${topicId}`);
  }
}

/** A small generator of 31-bit integers (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) & 0x7fffffff;
  };
}
