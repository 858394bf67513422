import {
  type AddPartitionsToTxnRequest,
  ApiKey,
  addPartitionsToTxnResponse,
  type EndTxnRequest,
  endTxnResponse,
  make,
  type ProduceRequest,
  type TxnOffsetCommitRequest,
  txnOffsetCommitResponse,
} from '../../../../engine/wire/index.ts';
import type { Received } from '../client-stage.ts';
import { ready, record, type TransactionStage } from './transaction-stage.ts';

export const BEGIN = { do: 'begin' } as const;
export const COMMIT = { do: 'commit' } as const;
export const ABORT = { do: 'abort' } as const;
export const send = (id: number, partition = 0) => ({ do: 'send', record: record(id, partition) }) as const;

export function added(s: TransactionStage, errorCode = 0): Received<AddPartitionsToTxnRequest> {
  const received = s.one<AddPartitionsToTxnRequest>(ApiKey.AddPartitionsToTxn);
  s.stage.answer(
    received,
    make(addPartitionsToTxnResponse, {
      resultsByTopicV3AndBelow: received.body.v3AndBelowTopics.map(({ name, partitions }) => ({
        name,
        resultsByPartition: partitions.map((partitionIndex) => ({
          partitionIndex,
          partitionErrorCode: errorCode,
        })),
      })),
    }),
  );
  return received;
}

export function produced(s: TransactionStage, errorCode = 0): Received<ProduceRequest>[] {
  const taken = s.take<ProduceRequest>(ApiKey.Produce);
  for (const each of taken) s.produced(each, errorCode);
  return taken;
}

export function ended(
  s: TransactionStage,
  errorCode = 0,
  producerId = -1,
  producerEpoch = -1,
): Received<EndTxnRequest> {
  const received = s.one<EndTxnRequest>(ApiKey.EndTxn);
  s.stage.answer(received, make(endTxnResponse, { errorCode, producerId, producerEpoch }));
  return received;
}

export function committedOffsets(s: TransactionStage, errorCode = 0): Received<TxnOffsetCommitRequest> {
  const received = s.one<TxnOffsetCommitRequest>(ApiKey.TxnOffsetCommit);
  s.stage.answer(
    received,
    make(txnOffsetCommitResponse, {
      topics: received.body.topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
      })),
    }),
  );
  return received;
}

/** In a transaction with a record acknowledged. */
export function begun(version: 1 | 2, config = {}): TransactionStage {
  const s = ready(version, config);
  s.act(BEGIN, send(1));
  if (version === 1) added(s);
  produced(s);
  s.events.length = 0;
  return s;
}
