import type { Request, Responder } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import { type ClusterImage, CONSUMER_OFFSETS, coordinatorPartition } from '../../metadata/index.ts';
import {
  type AddOffsetsToTxnRequest,
  type AddOffsetsToTxnResponse,
  type AddPartitionsToTxnRequest,
  ErrorCode,
} from '../../wire/index.ts';
import type { CoordinatorRuntime } from '../runtime/index.ts';
import {
  addPartitionsResponse,
  rejectUnknown,
  resultOf,
  type TransactionResult,
  type TransactionToExtend,
  transactionsOf,
} from './add-partitions-request.ts';
import { rejectProducer, verifyPartition } from './decide-add-partitions.ts';
import { forOldClients } from './old-clients.ts';
import { PartitionSet } from './partition-set.ts';
import type { TransactionRecord } from './records/index.ts';
import type { TransactionShard } from './transaction-shard.ts';
import { TransactionVersion, versionOfAddPartitions } from './transaction-version.ts';

export interface TransactionExtensionsOptions {
  readonly runtime: CoordinatorRuntime<TransactionShard, TransactionRecord>;
  readonly partitionFor: (transactionalId: string) => number;
  readonly image: () => ClusterImage;
  /** `offsets.topic.num.partitions`, for as long as `__consumer_offsets` is not there. */
  readonly offsetsPartitions: number;
  readonly responder: Responder;
}

/** Requests that take partitions into transactions, or ask whether they are in (KIP-890). */
export class TransactionExtensions {
  readonly #options: TransactionExtensionsOptions;

  constructor(options: TransactionExtensionsOptions) {
    this.#options = options;
  }

  /** Up to version 3 from a client, above from a broker, for many transactions and perhaps only to ask. */
  handleAddPartitionsToTxn(now: Us, request: Request<AddPartitionsToTxnRequest>, out: Outbox): void {
    const { apiVersion, body, id } = request;
    const { responder } = this.#options;
    const transactions = transactionsOf(body, apiVersion);
    const results: TransactionResult[] = [];
    let missing = transactions.length;
    const respond = (to: Outbox) => responder.respond(id, addPartitionsResponse(results, apiVersion), to);
    if (missing === 0) respond(out);
    for (const [index, each] of transactions.entries()) {
      this.#extend(now, each, apiVersion, out, (result, to) => {
        results[index] = result;
        missing -= 1;
        if (missing === 0) respond(to);
      });
    }
  }

  /** A group's offsets join a transaction: the partition of `__consumer_offsets` that holds them does. */
  handleAddOffsetsToTxn(now: Us, request: Request<AddOffsetsToTxnRequest>, out: Outbox): void {
    const { apiVersion, body, id } = request;
    const { responder } = this.#options;
    const { groupId, producerEpoch, producerId, transactionalId } = body;
    const answer = (_now: Us, errorCode: number, to: Outbox) => {
      const told = apiVersion < 2 ? forOldClients(errorCode) : errorCode;
      const response: AddOffsetsToTxnResponse = { throttleTimeMs: 0, errorCode: told };
      responder.respond(id, response, to);
    };
    if (transactionalId === '') {
      answer(now, ErrorCode.INVALID_REQUEST, out);
      return;
    }
    const offsets = this.#options.image().topicsByName.get(CONSUMER_OFFSETS)?.partitions.length;
    const partition = coordinatorPartition(groupId, offsets ?? this.#options.offsetsPartitions);
    const partitions = PartitionSet.of([{ topic: CONSUMER_OFFSETS, partitions: [partition] }]);
    // Clients of TV2 do not send this.
    const clientTransactionVersion = TransactionVersion.TV_0;
    const added = { producerId, producerEpoch, partitions, clientTransactionVersion };
    this.#options.runtime.scheduleWrite(
      now,
      this.#options.partitionFor(transactionalId),
      (shard) => shard.addPartitions(transactionalId, added, answer),
      answer,
      out,
    );
  }

  #extend(
    now: Us,
    each: TransactionToExtend,
    apiVersion: number,
    out: Outbox,
    done: (result: TransactionResult, out: Outbox) => void,
  ): void {
    const { partitions, producerEpoch, producerId, transactionalId } = each;
    const forAll = (_now: Us, errorCode: number, to: Outbox) => {
      const told = apiVersion < 2 ? forOldClients(errorCode) : errorCode;
      done(
        resultOf(each, () => told),
        to,
      );
    };
    const unknown = rejectUnknown(each, this.#options.image());
    if (unknown !== null) done(unknown, out);
    else if (transactionalId === '') forAll(now, ErrorCode.INVALID_REQUEST, out);
    else if (each.verifyOnly) this.#verify(now, each, forAll, out, done);
    else {
      const clientTransactionVersion = versionOfAddPartitions(apiVersion);
      const added = { producerId, producerEpoch, partitions, clientTransactionVersion };
      this.#options.runtime.scheduleWrite(
        now,
        this.#options.partitionFor(transactionalId),
        (shard) => shard.addPartitions(transactionalId, added, forAll),
        forAll,
        out,
      );
    }
  }

  #verify(
    now: Us,
    each: TransactionToExtend,
    forAll: (now: Us, errorCode: number, out: Outbox) => void,
    out: Outbox,
    done: (result: TransactionResult, out: Outbox) => void,
  ): void {
    this.#options.runtime.scheduleRead(
      now,
      this.#options.partitionFor(each.transactionalId),
      (shard) => {
        const metadata = shard.get(each.transactionalId);
        const rejection =
          metadata === undefined
            ? ErrorCode.INVALID_PRODUCER_ID_MAPPING
            : rejectProducer(metadata, each.producerId, each.producerEpoch);
        if (metadata === undefined || rejection !== ErrorCode.NONE) forAll(now, rejection, out);
        else {
          const result = resultOf(each, (topic, partition) => verifyPartition(metadata, topic, partition));
          done(result, out);
        }
      },
      forAll,
      out,
    );
  }
}
