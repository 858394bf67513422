import {
  type TransactionConfig,
  TransactionCoordinator,
  type TransactionLogValue,
  TransactionState,
  transactionConfigDefaults,
  transactionRecordCodec,
} from '../../../../engine/coordinator/index.ts';
import type { Reply, Responder } from '../../../../engine/exchange/index.ts';
import { SECOND, timerArgument, timerKind, type Us } from '../../../../engine/machine/index.ts';
import type { ClusterImage } from '../../../../engine/metadata/index.ts';
import { BatchBuilder } from '../../../../engine/records/index.ts';
import {
  type AddOffsetsToTxnResponse,
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
  ApiKey,
  type DescribeTransactionsResponse,
  type EndTxnResponse,
  ErrorCode,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
  type ListTransactionsRequest,
  type ListTransactionsResponse,
  type WriteTxnMarkersRequest,
} from '../../../../engine/wire/index.ts';
import { addTopic, imageWithBrokers } from '../../broker/images.ts';
import { RecordingRpc, type Sent } from '../../broker/recording-rpc.ts';
import { RecordingOutbox } from '../../recording-outbox.ts';
import { MemoryCoordinatorLog } from '../memory-coordinator-log.ts';
import { DataPartitions } from './data-partitions.ts';

export const OWNERS = { markers: 8, producerIds: 11 };
const STAGE_EPOCH_MS = 1_700_000_000_000;

class Answers implements Responder {
  readonly bodies = new Map<number, object>();
  respond(request: number, body: object): void {
    if (this.bodies.has(request)) throw new Error(`request ${request} is answered twice`);
    this.bodies.set(request, body);
  }
  settleSilently(): void {}
  disconnect(): void {}
}

/** A question and, once it is there, its answer. */
export interface Asked<Body> {
  readonly answer: Body | undefined;
}

export interface Producer {
  readonly transactionalId: string;
  producerId: number;
  producerEpoch: number;
}

/** An image with topics `t` and `u` of three partitions led by broker 1, and the topics of coordinators. */
export function transactionImage(transactionVersion = 2): ClusterImage {
  const image = imageWithBrokers(3);
  image.replay(
    { type: 'FeatureLevelRecord', name: 'transaction.version', featureLevel: transactionVersion },
    9,
  );
  addTopic(image, 't', 'ttttttttttttttttttttQQ', 3);
  addTopic(image, 'u', 'uuuuuuuuuuuuuuuuuuuuQQ', 3);
  addTopic(image, '__transaction_state', 'xxxxxxxxxxxxxxxxxxxxQQ', 1);
  addTopic(image, '__consumer_offsets', 'ooooooooooooooooooooQQ', 1);
  return image;
}

/**
 * A coordinator that leads the one partition of `__transaction_state`, over a log in memory, with a controller that
 * gives producer ids and partitions that take markers. Everything is replicated and answered at once unless the test
 * holds it.
 */
export class TransactionStage {
  now: Us = 0;
  out = new RecordingOutbox();
  answers = new Answers();
  rpc = new RecordingRpc();
  readonly log: MemoryCoordinatorLog = new MemoryCoordinatorLog();
  readonly data = new DataPartitions();
  coordinator: TransactionCoordinator;
  leaderEpoch = 0;
  image: ClusterImage;
  /** What is written stays unreplicated. */
  isHeld = false;
  /** Requests for markers stay on their way. */
  holdsMarkers = false;
  /** What the network does with the next requests for markers; when the list is empty they arrive. */
  readonly markerFates: ('lost' | 'answer lost')[] = [];
  /** The controller answers nothing. */
  isControllerGone = false;
  producerIdStart = 1_000;
  blockSize = 1_000;
  wallShiftMs = 0;
  readonly #config: TransactionConfig;
  #lastRequest = 0;
  #held: Sent[] = [];

  constructor(transactionVersion = 2, config: Partial<TransactionConfig> = {}, hasIds = true) {
    this.#config = { ...transactionConfigDefaults, ...config };
    this.image = transactionImage(transactionVersion);
    this.coordinator = this.#make();
    this.coordinator.start(this.now, this.out);
    this.elect();
    if (hasIds) this.initOnce(null);
  }

  get nowMs(): number {
    return STAGE_EPOCH_MS + this.wallShiftMs + Math.floor(this.now / 1000);
  }

  elect(): void {
    this.leaderEpoch += 1;
    this.coordinator.onElected(this.now, 0, this.leaderEpoch, this.out);
    this.run(0);
  }

  /** The broker dies and another takes over the partition: what was not replicated is lost, or kept. */
  failOver(keepsTail = true): void {
    const partition = this.log.partition(0);
    if (!keepsTail) {
      while ((partition.batches.at(-1)?.baseOffset ?? -1) >= partition.highWatermark) partition.batches.pop();
      partition.logEndOffset = partition.highWatermark;
    }
    this.out = new RecordingOutbox();
    this.rpc = new RecordingRpc();
    this.answers = new Answers();
    this.#held = [];
    this.coordinator = this.#make();
    this.coordinator.start(this.now, this.out);
    this.elect();
    // The new coordinator asks for producer ids of its own.
    if (!this.isControllerGone) this.initOnce(null);
  }

  /** What a coordinator of earlier wrote about an id; another takes over from there. */
  seed(transactionalId: string, more: Partial<TransactionLogValue>): void {
    const value: TransactionLogValue = {
      producerId: 500,
      previousProducerId: 500,
      nextProducerId: -1,
      producerEpoch: 0,
      nextProducerEpoch: -1,
      transactionTimeoutMs: 60_000,
      transactionStatus: TransactionState.EMPTY,
      transactionPartitions: null,
      transactionLastUpdateTimestampMs: this.nowMs,
      transactionStartTimestampMs: -1,
      clientTransactionVersion: 0,
      ...more,
    };
    const record = transactionRecordCodec.encode({ key: { transactionalId }, value, version: 1 });
    const builder = new BatchBuilder();
    builder.append({ timestamp: this.nowMs, key: record.key, value: record.value });
    this.log.append(this.now, 0, builder.close() as Uint8Array, null, -1);
    this.failOver();
  }

  /** Time passes; timers go off. */
  run(byUs: Us): void {
    const until = this.now + byUs;
    this.settle();
    for (;;) {
      const due = [...this.out.timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1])[0];
      if (due === undefined) break;
      const [timer, at] = due;
      this.out.timers.delete(timer);
      this.now = Math.max(this.now, at);
      this.coordinator.onTimer(this.now, timerKind(timer), timerArgument(timer), this.out);
      this.settle();
    }
    this.now = until;
  }

  /** Replicates and delivers until nothing moves. */
  settle(): void {
    for (let round = 0; round < 1_000; round++) {
      const moved = this.#replicate();
      const delivered = this.#deliver();
      if (!moved && !delivered) return;
    }
    throw new Error('the stage does not come to rest');
  }

  release(): void {
    this.isHeld = false;
    this.holdsMarkers = false;
    this.rpc.sent.push(...this.#held);
    this.#held = [];
    this.settle();
  }

  ask<Body>(apiKey: number, apiVersion: number, body: object): Asked<Body> {
    this.#lastRequest += 1;
    const id = this.#lastRequest;
    const { answers } = this;
    const request = { id, apiKey, apiVersion, clientId: null, connection: 1, body };
    if (!this.coordinator.handle(this.now, request, this.out)) throw new Error(`API ${apiKey} is not here`);
    this.settle();
    return {
      get answer() {
        return answers.bodies.get(id) as Body | undefined;
      },
    };
  }

  askInit(
    transactionalId: string | null,
    more: Partial<InitProducerIdRequest> = {},
    apiVersion = 5,
  ): Asked<InitProducerIdResponse> {
    const body: InitProducerIdRequest = {
      transactionalId,
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
      enable2Pc: false,
      keepPreparedTxn: false,
      ...more,
    };
    return this.ask(ApiKey.InitProducerId, apiVersion, body);
  }

  initOnce(
    transactionalId: string | null,
    more: Partial<InitProducerIdRequest> = {},
    apiVersion = 5,
  ): InitProducerIdResponse {
    return this.askInit(transactionalId, more, apiVersion).answer!;
  }

  /** A producer begins, however often it has to ask. */
  producer(transactionalId: string, transactionTimeoutMs = 60_000): Producer {
    for (let attempt = 0; attempt < 10; attempt++) {
      const { errorCode, producerEpoch, producerId } = this.initOnce(transactionalId, {
        transactionTimeoutMs,
      });
      if (errorCode === ErrorCode.NONE) return { transactionalId, producerId, producerEpoch };
      this.run(SECOND);
    }
    throw new Error(`${transactionalId} cannot begin`);
  }

  /** TV0 and TV1: from the client. TV2: from a leader of the partition. Answers the first partition's code. */
  add(
    producer: Producer,
    topic = 't',
    partitions: readonly number[] = [0],
    apiVersion = 3,
  ): number | undefined {
    const { answer } = this.askAdd(producer, topic, partitions, apiVersion);
    const topics = answer?.resultsByTransaction[0]?.topicResults ?? answer?.resultsByTopicV3AndBelow;
    return topics?.[0]?.resultsByPartition[0]?.partitionErrorCode;
  }

  askAdd(
    { producerEpoch, producerId, transactionalId }: Producer,
    topic = 't',
    partitions: readonly number[] = [0],
    apiVersion = 3,
    verifyOnly = false,
  ): Asked<AddPartitionsToTxnResponse> {
    const topics = [{ name: topic, partitions }];
    const body: AddPartitionsToTxnRequest =
      apiVersion < 4
        ? {
            transactions: [],
            v3AndBelowTransactionalId: transactionalId,
            v3AndBelowProducerId: producerId,
            v3AndBelowProducerEpoch: producerEpoch,
            v3AndBelowTopics: topics,
          }
        : {
            transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly, topics }],
            v3AndBelowTransactionalId: '',
            v3AndBelowProducerId: 0,
            v3AndBelowProducerEpoch: 0,
            v3AndBelowTopics: [],
          };
    return this.ask(ApiKey.AddPartitionsToTxn, apiVersion, body);
  }

  verify(producer: Producer, topic = 't', partition = 0): number | undefined {
    const { answer } = this.askAdd(producer, topic, [partition], 4, true);
    return answer?.resultsByTransaction[0]?.topicResults[0]?.resultsByPartition[0]?.partitionErrorCode;
  }

  addOffsets(producer: Producer, groupId = 'g', apiVersion = 4): number | undefined {
    const { producerEpoch, producerId, transactionalId } = producer;
    const body = { transactionalId, producerId, producerEpoch, groupId };
    return this.ask<AddOffsetsToTxnResponse>(ApiKey.AddOffsetsToTxn, apiVersion, body).answer?.errorCode;
  }

  askEnd(
    { producerEpoch, producerId, transactionalId }: Producer,
    committed: boolean,
    apiVersion = 5,
  ): Asked<EndTxnResponse> {
    const body = { transactionalId, producerId, producerEpoch, committed };
    return this.ask(ApiKey.EndTxn, apiVersion, body);
  }

  /** Ends and takes on what the coordinator says. Answers the error code. */
  end(producer: Producer, committed: boolean, apiVersion = 5): number | undefined {
    const { answer } = this.askEnd(producer, committed, apiVersion);
    if (answer !== undefined && answer.errorCode === ErrorCode.NONE && answer.producerId >= 0) {
      producer.producerId = answer.producerId;
      producer.producerEpoch = answer.producerEpoch;
    }
    return answer?.errorCode;
  }

  describe(transactionalId: string): DescribeTransactionsResponse['transactionStates'][number] {
    const body = { transactionalIds: [transactionalId] };
    const asked = this.ask<DescribeTransactionsResponse>(ApiKey.DescribeTransactions, 0, body);
    return asked.answer!.transactionStates[0]!;
  }

  state(transactionalId: string): string {
    const { errorCode, transactionState } = this.describe(transactionalId);
    return errorCode === ErrorCode.NONE ? transactionState : `error ${errorCode}`;
  }

  list(more: Partial<ListTransactionsRequest> = {}): ListTransactionsResponse {
    const body: ListTransactionsRequest = {
      stateFilters: [],
      producerIdFilters: [],
      durationFilter: -1,
      transactionalIdPattern: null,
      ...more,
    };
    return this.ask<ListTransactionsResponse>(ApiKey.ListTransactions, 2, body).answer!;
  }

  #replicate(): boolean {
    const partition = this.log.partition(0);
    if (this.isHeld || partition.highWatermark === partition.logEndOffset) return false;
    partition.highWatermark = partition.logEndOffset;
    this.coordinator.onHighWatermark(this.now, 0, this.out);
    return true;
  }

  #deliver(): boolean {
    const sent = this.rpc.sent.splice(0);
    for (const each of sent) {
      if (each.apiKey === ApiKey.AllocateProducerIds) this.#allocate();
      else if (this.holdsMarkers) this.#held.push(each);
      else this.#mark(each);
    }
    return sent.length > 0;
  }

  #allocate(): void {
    if (this.isControllerGone) {
      this.coordinator.onProducerIdsReply(this.now, { kind: 'failed', reason: 'disconnected' }, this.out);
      return;
    }
    const body = {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      producerIdStart: this.producerIdStart,
      producerIdLen: this.blockSize,
    };
    this.producerIdStart += this.blockSize;
    this.coordinator.onProducerIdsReply(this.now, { kind: 'response', apiVersion: 0, body }, this.out);
  }

  #mark({ body, token }: Sent): void {
    const fate = this.markerFates.shift();
    const isApplied = fate !== 'lost';
    const answer = isApplied ? this.data.handle(body as WriteTxnMarkersRequest) : null;
    const reply: Reply =
      fate !== undefined || answer === null
        ? { kind: 'failed', reason: 'disconnected' }
        : { kind: 'response', apiVersion: 2, body: answer };
    this.coordinator.onMarkersReply(this.now, token, reply, this.out);
  }

  #make(): TransactionCoordinator {
    return new TransactionCoordinator({
      brokerId: 1,
      brokerEpoch: () => 11,
      config: this.#config,
      requestTimeoutMs: 30_000,
      offsetsPartitions: 50,
      log: this.log,
      rpc: this.rpc,
      responder: this.answers,
      owners: OWNERS,
      wall: { nowMs: () => this.nowMs },
      random: { u32: () => 1, below: () => 0 },
      image: () => this.image,
    });
  }
}
