import { type BatchHeader, NO_PRODUCER_EPOCH, NO_SEQUENCE } from '../../records/index.ts';

/** One batch of a producer, as far as a duplicate of it needs it. */
export interface BatchMetadata {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
}

/** Requests in flight on one connection, at most: so many batches may come again (`NUM_BATCHES_TO_RETAIN`). */
const RETAINED_BATCHES = 5;

/** One producer at one partition (`ProducerStateEntry`). */
export class ProducerEntry {
  readonly producerId: number;
  producerEpoch: number = NO_PRODUCER_EPOCH;
  /** Of the transaction coordinator that wrote its last marker; -1: none did. */
  coordinatorEpoch = -1;
  /** Of the last batch or marker, by the records' own clock. */
  lastTimestamp = -1;
  /** Where its open transaction begins; -1: none is open. */
  transactionFrom = -1;
  /** Of its epoch, the oldest first. */
  readonly batches: BatchMetadata[] = [];

  constructor(producerId: number) {
    this.producerId = producerId;
  }

  get lastBatch(): BatchMetadata | undefined {
    return this.batches[this.batches.length - 1];
  }

  /** -1: no batch of its epoch is known. */
  get lastSequence(): number {
    return this.lastBatch?.lastSequence ?? NO_SEQUENCE;
  }

  get lastDataOffset(): number {
    return this.lastBatch?.lastOffset ?? -1;
  }

  /** The same batch, appended before. */
  duplicateOf(header: BatchHeader): BatchMetadata | undefined {
    if (header.producerEpoch !== this.producerEpoch) return undefined;
    const lastSequence = lastSequenceOf(header);
    return this.batches.find(
      (batch) => batch.firstSequence === header.baseSequence && batch.lastSequence === lastSequence,
    );
  }

  addBatch(header: BatchHeader): void {
    this.#enterEpoch(header.producerEpoch);
    if (this.batches.length === RETAINED_BATCHES) this.batches.shift();
    this.batches.push({
      firstSequence: header.baseSequence,
      lastSequence: lastSequenceOf(header),
      firstOffset: header.baseOffset,
      lastOffset: header.lastOffset,
      timestamp: header.maxTimestamp,
    });
    this.lastTimestamp = header.maxTimestamp;
  }

  /** A marker ends the open transaction, if one is. */
  addMarker(producerEpoch: number, coordinatorEpoch: number, timestamp: number): void {
    this.#enterEpoch(producerEpoch);
    this.coordinatorEpoch = coordinatorEpoch;
    this.lastTimestamp = timestamp;
    this.transactionFrom = -1;
  }

  #enterEpoch(producerEpoch: number): void {
    if (producerEpoch === this.producerEpoch) return;
    this.batches.length = 0;
    this.producerEpoch = producerEpoch;
  }
}

const SEQUENCES = 2 ** 31;

/** Sequences go on from 0 after the largest int. */
export function lastSequenceOf({ baseOffset, baseSequence, lastOffset }: BatchHeader): number {
  return baseSequence < 0 ? baseSequence : (baseSequence + (lastOffset - baseOffset)) % SEQUENCES;
}

export function follows(lastSequence: number, nextSequence: number): boolean {
  return nextSequence === (lastSequence + 1) % SEQUENCES;
}
