import {
  type ConsumerListener,
  ConsumeTransformProduce,
  consumerConfig,
  Pipeline,
  type PipelineAction,
  type ProducerConfig,
  producerConfig,
  type TransactionListener,
  type TransactionResult,
} from '../../../../engine/client/index.ts';
import { MS } from '../../../../engine/machine/index.ts';
import { noCompression } from '../../../../engine/records/index.ts';
import {
  ApiKey,
  ErrorCode,
  type FetchRequest,
  fetchResponse,
  type ListOffsetsRequest,
  listOffsetsResponse,
  make,
  type OffsetFetchRequest,
  type OffsetForLeaderEpochRequest,
  offsetFetchResponse,
  offsetForLeaderEpochResponse,
  utf8Decode,
} from '../../../../engine/wire/index.ts';
import { ClientStage, FixedRandoms, type Received } from '../client-stage.ts';
import { batch } from '../consumer/consumer-stage.ts';
import { ModelCluster } from '../producer/model-cluster.ts';

/** Records of the input that one fetch brings at most. */
const BATCH = 4;
const FETCH_WAIT_MS = 10;

/**
 * A pipeline that reads `in-0`, a log of records `r0`, `r1`, …, and writes each to topic `t`, among brokers with one
 * memory.
 */
export class PipelineStage {
  readonly stage = new ClientStage();
  readonly cluster: ModelCluster;
  readonly pipeline: Pipeline;
  readonly results: TransactionResult[] = [];
  readonly actions: PipelineAction['do'][] = [];
  readonly inputs: number;
  #nextId = 1;
  #isOver = false;
  readonly #held: Received<FetchRequest>[] = [];

  constructor(seed: number, isV2: boolean, inputs: number, config: Partial<ProducerConfig> = {}) {
    this.inputs = inputs;
    this.stage.topic('t', [1, 2, 3]);
    this.stage.topic('in', [1]);
    this.cluster = new ModelCluster(this.stage, seed, isV2);
    const bootstrap = { 'bootstrap.servers': ['b1:9092'] };
    const driver = new ConsumeTransformProduce({
      subscribe: { do: 'assign', partitions: [{ topic: 'in', partition: 0 }] },
      pollTimeoutUs: 100 * MS,
      transform: (_now, _batch, { value }) => ({
        id: this.#nextId++,
        topic: 't',
        partition: Number(utf8Decode(value!).slice(1)) % 3,
        key: null,
        value,
        timestamp: 1_000,
        headers: [],
      }),
      isOver: () => this.#isOver,
    });
    this.pipeline = new Pipeline({
      consumer: consumerConfig({
        ...bootstrap,
        'client.id': 'k',
        'group.id': 'g',
        'auto.offset.reset': 'earliest',
        'enable.auto.commit': false,
      }),
      producer: producerConfig({ ...bootstrap, 'client.id': 'p', 'transactional.id': 'x', ...config }),
      driver: {
        next: (now, ended, polled) => {
          const action = driver.next(now, ended, polled);
          this.actions.push(action.do);
          return action;
        },
      },
      consumed: silentConsumer,
      produced: { ...silentProducer, onResult: (_now, result) => void this.results.push(result) },
      randoms: new FixedRandoms(),
      wall: { nowMs: () => 1_700_000_000_000 },
      compression: noCompression,
    });
  }

  boot(): void {
    this.stage.boot(this.pipeline);
  }

  /** Lets brokers work for so long. */
  run(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.cluster.run(1);
      for (const each of this.stage.take<ListOffsetsRequest>(ApiKey.ListOffsets)) this.#list(each);
      for (const each of this.stage.take<OffsetFetchRequest>(ApiKey.OffsetFetch)) this.#committed(each);
      for (const each of this.stage.take<OffsetForLeaderEpochRequest>(ApiKey.OffsetForLeaderEpoch))
        this.#validate(each);
      this.#held.push(...this.stage.take<FetchRequest>(ApiKey.Fetch));
      // A fetch waits for a while, as it would for more.
      if (i % FETCH_WAIT_MS === 0) for (const each of this.#held.splice(0)) this.#fetch(each);
    }
  }

  /** The application ends before it polls again. */
  end(): void {
    this.#isOver = true;
  }

  /** What readers of committed records see of the output, sorted. */
  committed(): readonly string[] {
    const values = [0, 1, 2].flatMap((partition) => this.cluster.logs.get(`t-${partition}`)!.committed());
    return values.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  }

  expected(): readonly string[] {
    return Array.from({ length: this.inputs }, (_, i) => `r${i}`);
  }

  #list(received: Received<ListOffsetsRequest>): void {
    const topics = received.body.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, offset: 0, leaderEpoch: 5 })),
    }));
    this.stage.answer(received, make(listOffsetsResponse, { topics }));
  }

  /** Nothing was ever truncated. */
  #validate(received: Received<OffsetForLeaderEpochRequest>): void {
    const topics = received.body.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, leaderEpoch }) => ({
        errorCode: ErrorCode.NONE,
        partition,
        leaderEpoch,
        endOffset: this.inputs,
      })),
    }));
    this.stage.answer(received, make(offsetForLeaderEpochResponse, { topics }));
  }

  #committed(received: Received<OffsetFetchRequest>): void {
    const { coordinator } = this.cluster;
    const isUnstable = [...coordinator.transactions.values()].some(({ offsets }) => offsets.size > 0);
    const committedOffset = coordinator.committedOffsets.get('in-0') ?? -1;
    const errorCode = isUnstable && received.body.requireStable ? ErrorCode.UNSTABLE_OFFSET_COMMIT : 0;
    const partitions = [
      { partitionIndex: 0, committedOffset, committedLeaderEpoch: 5, metadata: '', errorCode },
    ];
    const groups = received.body.groups.map(({ groupId, topics }) => ({
      groupId,
      topics: (topics ?? []).map(({ name, topicId }) => ({ name, topicId, partitions })),
    }));
    this.stage.answer(received, make(offsetFetchResponse, { groups }));
  }

  #fetch(received: Received<FetchRequest>): void {
    const asked = received.body.topics[0]?.partitions[0];
    const from = asked === undefined ? this.inputs : asked.fetchOffset;
    const count = Math.min(BATCH, this.inputs - from);
    const part = {
      partitionIndex: 0,
      highWatermark: this.inputs,
      lastStableOffset: this.inputs,
      logStartOffset: 0,
      records: count > 0 ? [batch(from, count)] : [],
    };
    const topicId = this.stage.topics.get('in')!.id;
    const responses = asked === undefined ? [] : [{ topicId, partitions: [part] }];
    this.stage.answer(received, make(fetchResponse, { sessionId: 0, responses }));
  }
}

const silentConsumer: ConsumerListener = { onPolled() {}, onPollFailed() {}, onPosition() {} };
const silentProducer: TransactionListener = {
  onSend() {},
  onAcked() {},
  onFailed() {},
  onCall() {},
  onBegin() {},
  onResult() {},
};
