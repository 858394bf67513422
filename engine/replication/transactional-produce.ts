import type { Request } from '../exchange/index.ts';
import { parseBatch, RecordsError } from '../records/index.ts';
import { ErrorCode, type ProduceRequest, ZERO_UUID } from '../wire/index.ts';
import type { ReplicationContext } from './replication-context.ts';

/** A transaction that a produce writes to, in partitions that do not know yet that it is open. */
export interface UnverifiedProduce {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: readonly UnverifiedPartition[];
}

export interface UnverifiedPartition {
  readonly topic: string;
  readonly partition: number;
  /** How many of the producer's transactions the partition had seen end when it was asked about (`VerificationGuard`). */
  readonly guard: number;
}

/** What keeps partitions of a produce from being appended to, by `topic-partition`: the codes that their answers carry. */
export type PartitionErrors = ReadonlyMap<string, number>;

/**
 * What of a produce must be verified with the transaction's coordinator first (KIP-890); null: nothing. A partition in
 * which the transaction is open, in this epoch, is in it already.
 */
export function unverifiedProduce(
  { hosted, image }: ReplicationContext,
  { body }: Request<ProduceRequest>,
): UnverifiedProduce | null {
  const { transactionalId } = body;
  if (transactionalId === null || transactionalId === '') return null;
  const partitions: UnverifiedPartition[] = [];
  let producerId = -1;
  let producerEpoch = -1;
  for (const { name, partitionData, topicId } of body.topicData) {
    const topic = topicId === ZERO_UUID ? name : (image.topicsById.get(topicId)?.name ?? '');
    for (const { index, records } of partitionData) {
      const [batch] = records ?? [];
      const header = batch === undefined ? null : parseBatch(batch);
      if (header === null || header instanceof RecordsError || !header.isTransactional) continue;
      const entry = hosted.find(topic, index)?.log?.producers.entry(header.producerId);
      const isOpen =
        entry !== undefined && entry.transactionFrom >= 0 && entry.producerEpoch === header.producerEpoch;
      if (isOpen) continue;
      ({ producerEpoch, producerId } = header);
      partitions.push({ topic, partition: index, guard: entry?.markers ?? 0 });
    }
  }
  return partitions.length === 0 ? null : { transactionalId, producerId, producerEpoch, partitions };
}

/** Partitions in which the transaction ended while it was asked about: what comes now belongs to none. */
export function endedMeanwhile(
  { hosted }: ReplicationContext,
  { partitions, producerId }: UnverifiedProduce,
): PartitionErrors {
  const errors = new Map<string, number>();
  for (const { guard, partition, topic } of partitions) {
    const entry = hosted.find(topic, partition)?.log?.producers.entry(producerId);
    if ((entry?.markers ?? 0) !== guard) errors.set(`${topic}-${partition}`, ErrorCode.INVALID_TXN_STATE);
  }
  return errors;
}
