import type { Request } from '../exchange/index.ts';
import { type BatchHeader, parseBatch, RecordsError } from '../records/index.ts';
import { ErrorCode, type ProduceRequest, type Records, ZERO_UUID } from '../wire/index.ts';
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
  /** Of the verification that began (`VerificationGuard`): the transaction may end while it is asked about. */
  readonly guard: number;
}

/** What keeps partitions of a produce from being appended to, by `topic-partition`: the codes that their answers carry. */
export type PartitionErrors = ReadonlyMap<string, number>;

/** From this version on partitions are added to a transaction by being written to (KIP-890 part 2). */
const IMPLICIT_ADD_VERSION = 12;

/** What is looked at before records of transactions are appended (`ReplicaManager.handleProduceAppend`). */
export class TransactionalProduces {
  readonly #context: ReplicationContext;

  constructor(context: ReplicationContext) {
    this.#context = context;
  }

  /**
   * A produce that names no transactional id has nobody who could be asked: with records of transactions it is refused
   * whole, or they would hang in the log for ever (KAFKA-14916). Null: it has none.
   */
  refuseNameless({ body }: Request<ProduceRequest>): PartitionErrors | null {
    if (body.transactionalId !== null) return null;
    const isNameless = body.topicData.some(({ partitionData }) =>
      partitionData.some(({ records }) => transactionalHeader(records) !== null),
    );
    if (!isNameless) return null;
    const errors = new Map<string, number>();
    for (const { name, partitionData, topicId } of body.topicData) {
      const topic = this.#nameOf(name, topicId);
      for (const { index } of partitionData) {
        errors.set(`${topic}-${index}`, ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      }
    }
    return errors;
  }

  /**
   * What of a produce must be verified with the transaction's coordinator first (KIP-890); null: nothing. A partition
   * in which the transaction is open, in this epoch, is in it already; one that is not led here is refused unasked.
   */
  unverified({ apiVersion, body }: Request<ProduceRequest>): UnverifiedProduce | null {
    const { transactionalId } = body;
    if (transactionalId === null || transactionalId === '') return null;
    const bumpsEpoch = apiVersion >= IMPLICIT_ADD_VERSION;
    const partitions: UnverifiedPartition[] = [];
    let unverified = { producerId: -1, producerEpoch: -1 };
    for (const { name, partitionData, topicId } of body.topicData) {
      const topic = this.#nameOf(name, topicId);
      for (const { index, records } of partitionData) {
        const header = transactionalHeader(records);
        const partition = this.#context.hosted.find(topic, index);
        if (header === null || partition === undefined || partition.leading === null) continue;
        const { baseSequence, producerEpoch, producerId } = header;
        const { producers } = partition.openLog();
        const guard = producers.beginVerification(producerId, producerEpoch, baseSequence, bumpsEpoch);
        if (guard < 0) continue;
        unverified = { producerId, producerEpoch };
        partitions.push({ topic, partition: index, guard });
      }
    }
    return partitions.length === 0 ? null : { transactionalId, ...unverified, partitions };
  }

  /** Partitions in which the transaction ended while it was asked about: what comes now belongs to none. */
  endedMeanwhile({ partitions, producerEpoch, producerId }: UnverifiedProduce): PartitionErrors {
    const errors = new Map<string, number>();
    for (const { guard, partition, topic } of partitions) {
      const producers = this.#context.hosted.find(topic, partition)?.log?.producers;
      if (producers === undefined || producers.isVerified(producerId, producerEpoch, guard)) continue;
      errors.set(`${topic}-${partition}`, ErrorCode.INVALID_TXN_STATE);
    }
    return errors;
  }

  #nameOf(name: string, topicId: string): string {
    return topicId === ZERO_UUID ? name : (this.#context.image.topicsById.get(topicId)?.name ?? '');
  }
}

function transactionalHeader(records: Records | null): BatchHeader | null {
  const [batch] = records ?? [];
  const header = batch === undefined ? null : parseBatch(batch);
  if (header === null || header instanceof RecordsError) return null;
  return header.isTransactional && header.producerId >= 0 ? header : null;
}
