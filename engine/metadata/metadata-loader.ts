import { assert } from '../machine/index.ts';
import { ClusterImage } from './cluster-image.ts';
import { imageDifference } from './image-difference.ts';
import { MetadataDelta } from './metadata-delta.ts';
import { decodeRecords, type OffsetRecord } from './record-batch.ts';
import { MetadataError } from './record-codec.ts';

/** A batch of the metadata log below the high watermark (what raft hands over). */
export interface CommittedRecords {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly batch: Uint8Array;
  /** Control batches speak to the quorum, not to the image; they only move the offset. */
  readonly isControl: boolean;
}

/** Most records that a transaction of the metadata log may hold back. */
const MAX_TRANSACTION_RECORDS = 1_000_000;

/**
 * Committed batches in, an image and deltas out (Kafka's `MetadataLoader` and `MetadataBatchLoader`). Records
 * between a BeginTransactionRecord and its end are held back and applied together, or dropped when it is aborted
 * (KIP-868):
 *
 *     0 Begin | 1 TopicRecord | 2 PartitionRecord | 3 Abort | 4 TopicRecord
 *               held            held                dropped   applied
 */
export class MetadataLoader {
  #image = new ClusterImage();
  #held: OffsetRecord[] | null = null;
  #transactionStartOffset = -1;
  #lastOffset = -1;
  #lastEpoch = -1;

  /** Owned by the loader: whoever keeps it past the next load clones it. */
  get image(): ClusterImage {
    return this.#image;
  }

  /** Offset of the last record loaded, held back ones included; -1 before the first. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /** Epoch of the last batch loaded; -1 when unknown. */
  get lastEpoch(): number {
    return this.#lastEpoch;
  }

  /** Where a transaction began that has neither ended nor been aborted, else -1. A snapshot must not be taken then. */
  get transactionStartOffset(): number {
    return this.#transactionStartOffset;
  }

  /** Applies batches in the order of the log and tells what they changed. */
  load(batches: readonly CommittedRecords[], epoch = -1): MetadataDelta | MetadataError {
    const delta = new MetadataDelta();
    for (const batch of batches) {
      assert(batch.baseOffset > this.#lastOffset, 'metadata is loaded in the order of the log');
      if (!batch.isControl) {
        const records = decodeRecords(batch.batch);
        if (records instanceof MetadataError) return records;
        for (const entry of records) this.#apply(entry, delta);
      }
      this.#lastOffset = batch.lastOffset;
      this.#lastEpoch = epoch;
    }
    return delta;
  }

  /** Starts over from a snapshot: batches whose records make an image. The delta is against what was there before. */
  loadSnapshot(
    lastContainedOffset: number,
    lastContainedEpoch: number,
    batches: readonly { readonly batch: Uint8Array; readonly isControl: boolean }[],
  ): MetadataDelta | MetadataError {
    const image = new ClusterImage();
    for (const { batch, isControl } of batches) {
      if (isControl) continue;
      const records = decodeRecords(batch);
      if (records instanceof MetadataError) return records;
      for (const { record } of records) image.replay(record, lastContainedOffset);
    }
    const delta = imageDifference(this.#image, image);
    this.#image = image;
    this.#held = null;
    this.#transactionStartOffset = -1;
    this.#lastOffset = lastContainedOffset;
    this.#lastEpoch = lastContainedEpoch;
    return delta;
  }

  #apply(entry: OffsetRecord, delta: MetadataDelta): void {
    switch (entry.record.type) {
      case 'BeginTransactionRecord':
        assert(this.#held === null, 'a metadata transaction begins within another');
        this.#held = [];
        this.#transactionStartOffset = entry.offset;
        return;
      case 'EndTransactionRecord':
        assert(this.#held !== null, 'a metadata transaction ends that never began');
        for (const { record, offset } of this.#held) this.#image.replay(record, offset, delta);
        break;
      case 'AbortTransactionRecord':
        assert(this.#held !== null, 'a metadata transaction is aborted that never began');
        break;
      default:
        if (this.#held === null) {
          this.#image.replay(entry.record, entry.offset, delta);
          return;
        }
        assert(this.#held.length < MAX_TRANSACTION_RECORDS, 'a metadata transaction does not end');
        this.#held.push(entry);
        return;
    }
    this.#held = null;
    this.#transactionStartOffset = -1;
  }
}
