import {
  ApiKey,
  describeProducersRequest,
  describeTransactionsRequest,
  initProducerIdRequest,
  type ListTransactionsRequest,
  listTransactionsRequest,
  make,
  writeTxnMarkersRequest,
} from '../../wire/index.ts';
import type { AdminCall } from '../ports.ts';

/** Who writes to a partition, and which transactions are open in it (KIP-664): its leader knows, or a broker given. */
export function describeProducers(topic: string, partition: number, broker?: number): AdminCall {
  const topics = [{ name: topic, partitionIndexes: [partition] }];
  const body = make(describeProducersRequest, { topics });
  const route =
    broker === undefined
      ? ({ to: 'leader', topic, partition } as const)
      : ({ to: 'node', node: broker } as const);
  return { apiKey: ApiKey.DescribeProducers, body, route };
}

/** What its coordinator knows of a transactional id (KIP-664). */
export function describeTransactions(transactionalId: string): AdminCall {
  const body = make(describeTransactionsRequest, { transactionalIds: [transactionalId] });
  const route = { to: 'coordinator', keyType: 'transaction', key: transactionalId } as const;
  return { apiKey: ApiKey.DescribeTransactions, body, route };
}

export interface TransactionFilters {
  readonly states?: readonly string[];
  readonly producerIds?: readonly number[];
  /** Only what has been open for longer (KIP-994). */
  readonly durationMs?: number;
  /** Only ids that match as a whole (KIP-1152). */
  readonly pattern?: string;
}

/** The transactional ids that one broker coordinates. Java's client asks every broker. */
export function listTransactions(broker: number, filters: TransactionFilters = {}): AdminCall {
  const body: ListTransactionsRequest = make(listTransactionsRequest, {
    stateFilters: filters.states ?? [],
    producerIdFilters: filters.producerIds ?? [],
    durationFilter: filters.durationMs ?? -1,
    transactionalIdPattern: filters.pattern ?? null,
  });
  return { apiKey: ApiKey.ListTransactions, body, route: { to: 'node', node: broker } };
}

/** A transaction as a partition knows it (`AbortTransactionSpec`). */
export interface HangingTransaction {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
}

/**
 * Ends a transaction that no coordinator will end any more, by a marker that goes straight to the partition (KIP-664).
 * The marker is one of the older protocol: its epoch may be that of the transaction itself.
 */
export function abortTransaction(hanging: HangingTransaction): AdminCall {
  const { coordinatorEpoch, partition, producerEpoch, producerId, topic } = hanging;
  const topics = [{ name: topic, partitionIndexes: [partition] }];
  const marker = { producerId, producerEpoch, transactionResult: false, topics, coordinatorEpoch };
  const body = make(writeTxnMarkersRequest, { markers: [{ ...marker, transactionVersion: 0 }] });
  return { apiKey: ApiKey.WriteTxnMarkers, body, route: { to: 'leader', topic, partition } };
}

/** Keeps every producer of a transactional id out, by beginning as the next one (KIP-588). */
export function fenceProducers(transactionalId: string, transactionTimeoutMs = 30_000): AdminCall {
  const nobody = { producerId: -1, producerEpoch: -1 };
  const body = make(initProducerIdRequest, { transactionalId, transactionTimeoutMs, ...nobody });
  const route = { to: 'coordinator', keyType: 'transaction', key: transactionalId } as const;
  return { apiKey: ApiKey.InitProducerId, body, route };
}

/** Aborts whatever a transactional id has open, two-phase commits included (KIP-939): a fence of its producer. */
export function forceTerminateTransaction(transactionalId: string): AdminCall {
  return fenceProducers(transactionalId);
}
