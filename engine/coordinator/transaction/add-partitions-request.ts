import type { ClusterImage } from '../../metadata/index.ts';
import {
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
  ErrorCode,
} from '../../wire/index.ts';
import { PartitionSet } from './partition-set.ts';

/** One transaction of an AddPartitionsToTxn, whichever version it came in. */
export interface TransactionToExtend {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly verifyOnly: boolean;
  readonly partitions: PartitionSet;
}

export type TransactionResult = AddPartitionsToTxnResponse['resultsByTransaction'][number];

/** Up to version 3 a client names its one transaction, above a broker names many (`normalizeRequest`). */
export function transactionsOf(body: AddPartitionsToTxnRequest, apiVersion: number): TransactionToExtend[] {
  if (apiVersion < 4) {
    return [
      {
        transactionalId: body.v3AndBelowTransactionalId,
        producerId: body.v3AndBelowProducerId,
        producerEpoch: body.v3AndBelowProducerEpoch,
        verifyOnly: false,
        partitions: partitionsOf(body.v3AndBelowTopics),
      },
    ];
  }
  return body.transactions.map(({ producerEpoch, producerId, topics, transactionalId, verifyOnly }) => {
    return { transactionalId, producerId, producerEpoch, verifyOnly, partitions: partitionsOf(topics) };
  });
}

export function addPartitionsResponse(
  results: readonly TransactionResult[],
  apiVersion: number,
): AddPartitionsToTxnResponse {
  const body = { throttleTimeMs: 0, errorCode: ErrorCode.NONE };
  if (apiVersion >= 4) return { ...body, resultsByTransaction: results, resultsByTopicV3AndBelow: [] };
  return { ...body, resultsByTransaction: [], resultsByTopicV3AndBelow: results[0]?.topicResults ?? [] };
}

/** One verdict for each partition. */
export function resultOf(
  { partitions, transactionalId }: TransactionToExtend,
  verdict: (topic: string, partition: number) => number,
): TransactionResult {
  const topicResults = partitions.topics.map(({ partitions: ofTopic, topic }) => ({
    name: topic,
    resultsByPartition: ofTopic.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: verdict(topic, partitionIndex),
    })),
  }));
  return { transactionalId, topicResults };
}

/** One partition that is not there fails them all, and says which it was; null when all are there. */
export function rejectUnknown(each: TransactionToExtend, image: ClusterImage): TransactionResult | null {
  const isKnown = (topic: string, partition: number): boolean =>
    image.topicsByName.get(topic)?.partitions[partition] !== undefined;
  const allKnown = each.partitions.topics.every(({ partitions, topic }) =>
    partitions.every((partition) => isKnown(topic, partition)),
  );
  if (allKnown) return null;
  return resultOf(each, (topic, partition) =>
    isKnown(topic, partition) ? ErrorCode.OPERATION_NOT_ATTEMPTED : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  );
}

function partitionsOf(
  topics: readonly { readonly name: string; readonly partitions: readonly number[] }[],
): PartitionSet {
  return PartitionSet.of(topics.map(({ name, partitions }) => ({ topic: name, partitions })));
}
