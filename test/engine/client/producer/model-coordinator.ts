import {
  type AddOffsetsToTxnRequest,
  type AddPartitionsToTxnRequest,
  type EndTxnRequest,
  ErrorCode,
  type InitProducerIdRequest,
  type TxnOffsetCommitRequest,
} from '../../../../engine/wire/index.ts';
import type { ModelLog } from './model-log.ts';

interface Transaction {
  producerId: number;
  epoch: number;
  state: 'empty' | 'ongoing' | 'complete commit' | 'complete abort';
  readonly partitions: Set<string>;
  /** By topic-partition, of the group: not visible before the end. */
  readonly offsets: Map<string, number>;
}

/** The transaction coordinator of a tiny cluster, under TV1 or TV2. Markers are written at once. */
export class ModelCoordinator {
  readonly transactions = new Map<string, Transaction>();
  readonly committedOffsets = new Map<string, number>();
  readonly #logs: ReadonlyMap<string, ModelLog>;
  readonly #isV2: boolean;
  #nextId = 1000;
  /** How often the next requests that find a transaction answer that another one is being completed. */
  concurrent = 0;

  constructor(logs: ReadonlyMap<string, ModelLog>, isV2: boolean) {
    this.#logs = logs;
    this.#isV2 = isV2;
  }

  initProducerId(request: InitProducerIdRequest): {
    errorCode: number;
    producerId: number;
    producerEpoch: number;
  } {
    const { transactionalId, producerEpoch } = request;
    if (transactionalId === null) return { errorCode: 0, producerId: this.#nextId++, producerEpoch: 0 };
    const known = this.transactions.get(transactionalId);
    if (known === undefined) {
      const made = {
        producerId: this.#nextId++,
        epoch: 0,
        state: 'empty',
        partitions: new Set(),
        offsets: new Map(),
      };
      this.transactions.set(transactionalId, made as unknown as Transaction);
      return { errorCode: 0, producerId: made.producerId, producerEpoch: 0 };
    }
    // KIP-360: a retry of a bump that went through.
    if (producerEpoch >= 0 && producerEpoch === known.epoch - 1)
      return { errorCode: 0, producerId: known.producerId, producerEpoch: known.epoch };
    if (producerEpoch >= 0 && producerEpoch !== known.epoch)
      return { errorCode: ErrorCode.PRODUCER_FENCED, producerId: -1, producerEpoch: -1 };
    if (known.state === 'ongoing') {
      known.epoch++;
      this.#complete(known, known.epoch, false);
      return { errorCode: ErrorCode.CONCURRENT_TRANSACTIONS, producerId: -1, producerEpoch: -1 };
    }
    known.epoch++;
    known.state = 'empty';
    return { errorCode: 0, producerId: known.producerId, producerEpoch: known.epoch };
  }

  /** Another producer with the same transactional id comes, and ends what is open. */
  fence(transactionalId: string): void {
    const known = this.transactions.get(transactionalId);
    if (known === undefined) return;
    known.epoch++;
    if (known.state === 'ongoing') this.#complete(known, known.epoch, false);
    known.epoch++;
    known.state = 'empty';
  }

  addPartitions(request: AddPartitionsToTxnRequest): number {
    const { v3AndBelowTransactionalId: id, v3AndBelowTopics: topics } = request;
    const found = this.#find(id, request.v3AndBelowProducerId, request.v3AndBelowProducerEpoch);
    if (typeof found === 'number') return found;
    for (const { name, partitions } of topics)
      for (const index of partitions) this.#add(found, `${name}-${index}`);
    return ErrorCode.NONE;
  }

  addOffsets(request: AddOffsetsToTxnRequest): number {
    const found = this.#find(request.transactionalId, request.producerId, request.producerEpoch);
    if (typeof found === 'number') return found;
    this.#add(found, 'offsets');
    return ErrorCode.NONE;
  }

  commitOffsets(request: TxnOffsetCommitRequest, names: (topicId: string) => string): number {
    const found = this.#find(request.transactionalId, request.producerId, request.producerEpoch);
    if (typeof found === 'number') return found;
    if (this.#isV2) this.#add(found, 'offsets');
    else if (!found.partitions.has('offsets') || found.state !== 'ongoing')
      return ErrorCode.INVALID_TXN_STATE;
    for (const { name, topicId, partitions } of request.topics) {
      for (const { partitionIndex, committedOffset } of partitions)
        found.offsets.set(`${name === '' ? names(topicId) : name}-${partitionIndex}`, committedOffset);
    }
    return ErrorCode.NONE;
  }

  /** A leader asks before it appends: TV2 adds the partition, TV1 only looks (KIP-890). */
  admit(transactionalId: string, log: string, producerId: number, producerEpoch: number): number {
    const found = this.#find(transactionalId, producerId, producerEpoch);
    if (found === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
    if (typeof found === 'number') return found;
    if (this.#isV2) this.#add(found, log);
    else if (found.state !== 'ongoing' || !found.partitions.has(log)) return ErrorCode.INVALID_TXN_STATE;
    return ErrorCode.NONE;
  }

  endTxn(request: EndTxnRequest): { errorCode: number; producerId: number; producerEpoch: number } {
    const { transactionalId, producerId, producerEpoch, committed } = request;
    const known = this.transactions.get(transactionalId);
    const answer = (errorCode: number) => ({ errorCode, producerId: -1, producerEpoch: -1 });
    if (known === undefined || known.producerId !== producerId)
      return answer(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    const wanted = committed ? 'complete commit' : 'complete abort';
    const current = () => ({
      errorCode: 0,
      producerId: this.#isV2 ? known.producerId : -1,
      producerEpoch: this.#isV2 ? known.epoch : -1,
    });
    // A retry of what went through.
    if (this.#isV2 && producerEpoch === known.epoch - 1 && known.state === wanted) return current();
    if (producerEpoch !== known.epoch) return answer(ErrorCode.PRODUCER_FENCED);
    if (this.concurrent > 0) {
      this.concurrent--;
      return answer(ErrorCode.CONCURRENT_TRANSACTIONS);
    }
    if (known.state === 'ongoing' || (this.#isV2 && !committed)) {
      if (this.#isV2) known.epoch++;
      this.#complete(known, known.epoch, committed);
      return current();
    }
    return known.state === wanted ? current() : answer(ErrorCode.INVALID_TXN_STATE);
  }

  #find(transactionalId: string, producerId: number, producerEpoch: number): Transaction | number {
    const known = this.transactions.get(transactionalId);
    if (known === undefined || known.producerId !== producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    if (known.epoch !== producerEpoch) return ErrorCode.PRODUCER_FENCED;
    if (this.concurrent > 0) {
      this.concurrent--;
      return ErrorCode.CONCURRENT_TRANSACTIONS;
    }
    return known;
  }

  #add(transaction: Transaction, log: string): void {
    transaction.state = 'ongoing';
    transaction.partitions.add(log);
  }

  #complete(transaction: Transaction, epoch: number, isCommit: boolean): void {
    for (const log of transaction.partitions)
      this.#logs.get(log)?.mark(transaction.producerId, epoch, isCommit);
    if (isCommit) for (const [log, offset] of transaction.offsets) this.committedOffsets.set(log, offset);
    transaction.partitions.clear();
    transaction.offsets.clear();
    transaction.state = isCommit ? 'complete commit' : 'complete abort';
  }
}
