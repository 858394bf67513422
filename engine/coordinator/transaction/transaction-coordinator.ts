import type { Reply, Request, Responder, Rpc } from '../../exchange/index.ts';
import { assert, type Outbox, type Random, timerId, type Us, type WallClock } from '../../machine/index.ts';
import {
  type ClusterImage,
  coordinatorPartition,
  type MetadataDelta,
  TRANSACTION_STATE,
} from '../../metadata/index.ts';
import { noCompression } from '../../records/index.ts';
import {
  type AddOffsetsToTxnRequest,
  type AddPartitionsToTxnRequest,
  ApiKey,
  type DescribeTransactionsRequest,
  type EndTxnRequest,
  type EndTxnResponse,
  ErrorCode,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
  type ListTransactionsRequest,
} from '../../wire/index.ts';
import { type CoordinatorLog, CoordinatorRuntime } from '../runtime/index.ts';
import { describeTransaction, describeTransactionError } from './describe-transaction.ts';
import { listTransactions, listTransactionsError } from './list-transactions.ts';
import { MarkerSender } from './marker-sender.ts';
import { forOldClients } from './old-clients.ts';
import type { PendingCompletion } from './pending-completion.ts';
import { ProducerIdBlocks } from './producer-id-blocks.ts';
import { type TransactionRecord, transactionRecordCodec } from './records/index.ts';
import type { TransactionConfig } from './transaction-config.ts';
import { TransactionExtensions } from './transaction-extensions.ts';
import {
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_TIMEOUT_MS,
  type TransactionMetadata,
} from './transaction-metadata.ts';
import { TransactionShard } from './transaction-shard.ts';
import { TransactionSweeps } from './transaction-sweeps.ts';
import { Sweep, TransactionTimer } from './transaction-timer.ts';
import { TRANSACTION_VERSION, versionOfEndTxn } from './transaction-version.ts';

export interface TransactionCoordinatorOptions {
  readonly brokerId: number;
  readonly brokerEpoch: () => number;
  readonly config: TransactionConfig;
  readonly requestTimeoutMs: number;
  /** `offsets.topic.num.partitions`, for as long as `__consumer_offsets` is not there. */
  readonly offsetsPartitions: number;
  readonly log: CoordinatorLog;
  readonly rpc: Rpc;
  readonly responder: Responder;
  /** Owners of the requests that it sends. */
  readonly owners: { readonly markers: number; readonly producerIds: number };
  readonly wall: WallClock;
  readonly random: Random;
  readonly image: () => ClusterImage;
}

/** The APIs that it answers. */
export const TRANSACTION_APIS = [
  ApiKey.InitProducerId,
  ApiKey.AddPartitionsToTxn,
  ApiKey.AddOffsetsToTxn,
  ApiKey.EndTxn,
  ApiKey.DescribeTransactions,
  ApiKey.ListTransactions,
] as const;

/**
 * What a broker answers about transactions (`TransactionCoordinator` and its part of `KafkaApis`): it routes a request
 * to the partition of `__transaction_state` that its transactional id belongs to, and sends what shards decide.
 */
export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  readonly #runtime: CoordinatorRuntime<TransactionShard, TransactionRecord>;
  readonly #blocks: ProducerIdBlocks;
  readonly #markers: MarkerSender;
  readonly #extensions: TransactionExtensions;
  readonly #sweeps: TransactionSweeps;

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
    const { brokerEpoch, brokerId, config, image, owners, requestTimeoutMs, rpc } = options;
    const owner = owners.producerIds;
    this.#blocks = new ProducerIdBlocks({ brokerId, brokerEpoch, rpc, owner, requestTimeoutMs });
    this.#markers = new MarkerSender({
      rpc,
      owner: owners.markers,
      requestTimeoutMs,
      image,
      armRetry: (at, out) => out.arm(timerId(TransactionTimer.SWEEP, Sweep.RETRY_MARKERS), at),
      complete: (now, pending, out) => this.#complete(now, pending, out),
    });
    this.#runtime = new CoordinatorRuntime({
      topic: TRANSACTION_STATE,
      log: options.log,
      codec: transactionRecordCodec,
      compression: noCompression,
      makeShard: (context) => new TransactionShard(context, this.#shardPorts()),
      wall: options.wall,
      random: options.random,
      image,
      writeTimeoutMs: requestTimeoutMs,
      loadBufferBytes: config['transaction.state.log.load.buffer.size'],
      timers: {
        load: TransactionTimer.LOAD,
        shard: TransactionTimer.SHARD,
        write: TransactionTimer.WRITE,
      },
    });
    this.#sweeps = new TransactionSweeps(config, this.#runtime);
    const { offsetsPartitions, responder } = options;
    const partitionFor = (transactionalId: string) => this.partitionFor(transactionalId);
    const runtime = this.#runtime;
    this.#extensions = new TransactionExtensions({
      runtime,
      partitionFor,
      image,
      offsetsPartitions,
      responder,
    });
  }

  /** What checks look at. */
  get runtime(): CoordinatorRuntime<TransactionShard, TransactionRecord> {
    return this.#runtime;
  }

  /** Transactions that are decided and whose markers are not all written. */
  get pendingMarkers(): number {
    return this.#markers.pendingCount;
  }

  /** The process is up. */
  start(now: Us, out: Outbox): void {
    this.#sweeps.start(now, out);
  }

  /**
   * This broker leads a partition of `__transaction_state`. Whatever it holds of an earlier epoch is read again:
   * another may have been in charge in between, and markers carry the epoch.
   */
  onElected(now: Us, partition: number, leaderEpoch: number, out: Outbox): void {
    this.#runtime.onResigned(now, partition, leaderEpoch, out);
    this.#runtime.onElected(now, partition, leaderEpoch, out);
  }

  onResigned(now: Us, partition: number, leaderEpoch: number | null, out: Outbox): void {
    this.#runtime.onResigned(now, partition, leaderEpoch, out);
  }

  onHighWatermark(now: Us, partition: number, out: Outbox): void {
    this.#runtime.onHighWatermark(now, partition, out);
  }

  onMetadata(now: Us, image: ClusterImage, delta: MetadataDelta, out: Outbox): void {
    this.#runtime.onMetadata(now, image, delta, out);
  }

  /** The process ends. */
  close(now: Us, out: Outbox): void {
    this.#runtime.close(now, out);
  }

  onTimer(now: Us, kind: number, argument: number, out: Outbox): void {
    if (kind !== TransactionTimer.SWEEP) {
      this.#runtime.onTimer(now, kind, argument, out);
      return;
    }
    switch (argument) {
      case Sweep.ABORT_TIMED_OUT:
        this.#sweeps.abortTimedOut(now, out);
        return;
      case Sweep.EXPIRE:
        this.#sweeps.expire(now, out);
        return;
      case Sweep.RETRY_MARKERS:
        this.#markers.onRetryTimer(now, out);
        return;
      default:
        assert(false, () => `no sweep ${argument}`);
    }
  }

  onMarkersReply(now: Us, token: number, reply: Reply, out: Outbox): void {
    this.#markers.onReply(now, token, reply, out);
  }

  onProducerIdsReply(now: Us, reply: Reply, out: Outbox): void {
    this.#blocks.onReply(now, reply, out);
  }

  /** The partition of `__transaction_state` that a transactional id belongs to. */
  partitionFor(transactionalId: string): number {
    const topic = this.#options.image().topicsByName.get(TRANSACTION_STATE);
    const configured = this.#options.config['transaction.state.log.num.partitions'];
    return coordinatorPartition(transactionalId, topic?.partitions.length ?? configured);
  }

  /** False when the API is none of its own. */
  handle(now: Us, request: Request, out: Outbox): boolean {
    switch (request.apiKey) {
      case ApiKey.InitProducerId:
        this.handleInitProducerId(now, request as Request<InitProducerIdRequest>, out);
        return true;
      case ApiKey.AddPartitionsToTxn:
        this.handleAddPartitionsToTxn(now, request as Request<AddPartitionsToTxnRequest>, out);
        return true;
      case ApiKey.AddOffsetsToTxn:
        this.handleAddOffsetsToTxn(now, request as Request<AddOffsetsToTxnRequest>, out);
        return true;
      case ApiKey.EndTxn:
        this.handleEndTxn(now, request as Request<EndTxnRequest>, out);
        return true;
      case ApiKey.DescribeTransactions:
        this.handleDescribeTransactions(now, request as Request<DescribeTransactionsRequest>, out);
        return true;
      case ApiKey.ListTransactions:
        this.handleListTransactions(now, request as Request<ListTransactionsRequest>, out);
        return true;
      default:
        return false;
    }
  }

  handleInitProducerId(now: Us, request: Request<InitProducerIdRequest>, out: Outbox): void {
    const { apiVersion, body, id } = request;
    const answer = (_now: Us, errorCode: number, producerId: number, producerEpoch: number, to: Outbox) => {
      const told = apiVersion < 4 ? forOldClients(errorCode) : errorCode;
      this.#options.responder.respond(id, initProducerIdResponse(told, producerId, producerEpoch), to);
    };
    const failed = (at: Us, errorCode: number, to: Outbox) =>
      answer(at, errorCode, NO_PRODUCER_ID, NO_PRODUCER_EPOCH, to);
    const { producerEpoch, producerId, transactionalId } = body;
    const rejection = this.#rejectInitProducerId(body);
    if (rejection !== ErrorCode.NONE) failed(now, rejection, out);
    else if (transactionalId === null) {
      const taken = this.#blocks.take(now, out);
      if (typeof taken === 'number') failed(now, taken, out);
      else answer(now, ErrorCode.NONE, taken.id, 0, out);
    } else {
      const timeoutMs = body.enable2Pc ? NO_TIMEOUT_MS : body.transactionTimeoutMs;
      const expected = producerId === NO_PRODUCER_ID ? null : { producerId, producerEpoch };
      this.#runtime.scheduleWrite(
        now,
        this.partitionFor(transactionalId),
        (shard) => shard.initProducerId(now, transactionalId, timeoutMs, expected, answer, out),
        failed,
        out,
      );
    }
  }

  handleAddPartitionsToTxn(now: Us, request: Request<AddPartitionsToTxnRequest>, out: Outbox): void {
    this.#extensions.handleAddPartitionsToTxn(now, request, out);
  }

  handleAddOffsetsToTxn(now: Us, request: Request<AddOffsetsToTxnRequest>, out: Outbox): void {
    this.#extensions.handleAddOffsetsToTxn(now, request, out);
  }

  handleEndTxn(now: Us, request: Request<EndTxnRequest>, out: Outbox): void {
    const { apiVersion, body, id } = request;
    const { committed, producerEpoch, producerId, transactionalId } = body;
    const answer = (_now: Us, errorCode: number, nextId: number, nextEpoch: number, to: Outbox) => {
      const told = apiVersion < 2 ? forOldClients(errorCode) : errorCode;
      // Who does not bump epochs has no field to be told one.
      const response: EndTxnResponse =
        apiVersion < 5
          ? {
              throttleTimeMs: 0,
              errorCode: told,
              producerId: NO_PRODUCER_ID,
              producerEpoch: NO_PRODUCER_EPOCH,
            }
          : { throttleTimeMs: 0, errorCode: told, producerId: nextId, producerEpoch: nextEpoch };
      this.#options.responder.respond(id, response, to);
    };
    if (transactionalId === '') {
      answer(now, ErrorCode.INVALID_REQUEST, NO_PRODUCER_ID, NO_PRODUCER_EPOCH, out);
      return;
    }
    const clientTransactionVersion = versionOfEndTxn(apiVersion);
    const end = { producerId, producerEpoch, isCommit: committed, clientTransactionVersion };
    // A retry of what was done goes on with the producer that came of it.
    let known = { producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
    this.#runtime.scheduleWrite(
      now,
      this.partitionFor(transactionalId),
      (shard) => {
        const ended = shard.endTxn(now, transactionalId, end, answer, out);
        if (!('errorCode' in ended)) return ended;
        known = ended;
        return ended.errorCode;
      },
      (at, errorCode, to) => answer(at, errorCode, known.producerId, known.producerEpoch, to),
      out,
    );
  }

  handleDescribeTransactions(now: Us, request: Request<DescribeTransactionsRequest>, out: Outbox): void {
    const transactionStates = request.body.transactionalIds.map((transactionalId) => {
      let described = describeTransactionError(transactionalId, ErrorCode.INVALID_REQUEST);
      if (transactionalId === '') return described;
      this.#runtime.scheduleRead(
        now,
        this.partitionFor(transactionalId),
        (shard) => {
          const metadata = shard.get(transactionalId);
          described =
            metadata === undefined
              ? describeTransactionError(transactionalId, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)
              : describeTransaction(metadata);
        },
        (_now, errorCode) => {
          described = describeTransactionError(transactionalId, errorCode);
        },
        out,
      );
      return described;
    });
    this.#options.responder.respond(request.id, { throttleTimeMs: 0, transactionStates }, out);
  }

  /** What this broker coordinates; the client asks every broker. */
  handleListTransactions(now: Us, request: Request<ListTransactionsRequest>, out: Outbox): void {
    const all: TransactionMetadata[] = [];
    let isLoading = false;
    for (const partition of this.#runtime.partitions()) {
      this.#runtime.scheduleRead(
        now,
        partition,
        (shard) => {
          for (const metadata of shard.all()) all.push(metadata);
        },
        (_now, errorCode) => {
          if (errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) isLoading = true;
        },
        out,
      );
    }
    const response = isLoading
      ? listTransactionsError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
      : listTransactions(request.body, all, this.#options.wall.nowMs());
    this.#options.responder.respond(request.id, response, out);
  }

  /** Why a producer may not begin, whatever the coordinator knows, or NONE. */
  #rejectInitProducerId(body: InitProducerIdRequest): number {
    const { config } = this.#options;
    const { enable2Pc, producerEpoch, producerId, transactionTimeoutMs, transactionalId } = body;
    if ((producerId === NO_PRODUCER_ID) !== (producerEpoch === NO_PRODUCER_EPOCH)) {
      return ErrorCode.INVALID_REQUEST;
    }
    if (transactionalId === null) return ErrorCode.NONE;
    if (transactionalId === '') return ErrorCode.INVALID_REQUEST;
    if (enable2Pc && !config['transaction.two.phase.commit.enable']) {
      return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    }
    // KIP-939 is not finished in Kafka.
    if (body.keepPreparedTxn) return ErrorCode.UNSUPPORTED_VERSION;
    const isTooLong = transactionTimeoutMs > config['transaction.max.timeout.ms'];
    if (!enable2Pc && (transactionTimeoutMs <= 0 || isTooLong)) return ErrorCode.INVALID_TRANSACTION_TIMEOUT;
    return ErrorCode.NONE;
  }

  #shardPorts() {
    return {
      blocks: this.#blocks,
      transactionVersion: () => this.#options.image().featureLevel(TRANSACTION_VERSION),
      coordinatorEpoch: (partition: number) => this.#runtime.leaderEpoch(partition),
      addMarkers: (now: Us, pending: PendingCompletion, out: Outbox) => this.#markers.add(now, pending, out),
      retryCompletion: (now: Us, pending: PendingCompletion, out: Outbox) =>
        this.#markers.retryCompletion(now, pending, out),
      removeMarkers: (partition: number) => this.#markers.removePartition(partition),
    };
  }

  #complete(now: Us, pending: PendingCompletion, out: Outbox): void {
    const dropped = () => out.probe('transactions: completed where nobody coordinates any more');
    this.#runtime.scheduleWrite(now, pending.partition, (shard) => shard.complete(pending), dropped, out);
  }
}

function initProducerIdResponse(
  errorCode: number,
  producerId: number,
  producerEpoch: number,
): InitProducerIdResponse {
  const nothingKept = { ongoingTxnProducerId: NO_PRODUCER_ID, ongoingTxnProducerEpoch: NO_PRODUCER_EPOCH };
  return { throttleTimeMs: 0, errorCode, producerId, producerEpoch, ...nothingKept };
}
