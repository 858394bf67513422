import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  type Compression,
  emptyBatch,
  filterBatch,
  placeholderBatch,
  type RecordCursor,
  RecordsError,
} from '../../records/index.ts';
import type { CleanedTransactions } from './cleaned-transactions.ts';
import type { OffsetMap } from './offset-map.ts';
import type { LastRecord } from './producer-history.ts';

/** What decides over a batch besides its own records. */
export interface CleaningRules {
  readonly map: OffsetMap;
  readonly transactions: CleanedTransactions;
  readonly compression: Compression;
  /** When the cleaning began. */
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
}

/** What is known of the place where the batch lies. */
export interface BatchPlace {
  /** Of the batch's producer, if it is active; undefined otherwise. */
  readonly lastRecord: LastRecord | undefined;
  readonly highWatermark: number;
  /** Nothing follows in the segment that is being written. */
  readonly isLastOfSegment: boolean;
}

/** The batch as it stays, or null when it goes (`Cleaner.cleanInto`). */
export function cleanBatch(
  batch: Uint8Array,
  header: BatchHeader,
  rules: CleaningRules,
  place: BatchPlace,
): Uint8Array | null | RecordsError {
  const { map, transactions, nowMs } = rules;
  const mayGo = header.isControl
    ? transactions.isMarkerOfNothing(batch, header)
    : transactions.isAborted(header);
  const isPastHorizon = header.hasDeleteHorizon && header.baseTimestamp <= nowMs;
  const goes = mayGo && (!header.isControl || isPastHorizon);
  if (!goes) {
    const filtered = filterBatch(batch, header, {
      retains: header.isControl ? always : (record) => isRetained(record, map, isPastHorizon),
      deleteHorizonMs: nowMs + rules.deleteRetentionMs,
      needsHorizon: mayGo,
      compression: rules.compression,
    });
    if (filtered instanceof RecordsError || filtered.batch !== null) {
      return filtered instanceof RecordsError ? filtered : filtered.batch;
    }
  }
  if (saysWhereProducerStands(header, place.lastRecord)) return withoutRecords(batch, header);
  // So that the log's end is not forgotten when everything behind it goes.
  if (header.lastOffset + 1 === place.highWatermark) return withoutRecords(batch, header);
  return place.isLastOfSegment ? placeholderBatch(header) : null;
}

function isRetained(record: RecordCursor, map: OffsetMap, isPastHorizon: boolean): boolean {
  if (record.offset > map.latestOffset) return true;
  if (record.keyLength < 0) return false;
  return !map.supersedes(record) && (record.hasValue || !isPastHorizon);
}

const always = (): boolean => true;

/**
 * The batch with the last sequence of an active producer stays (KAFKA-5490). If its last batch is a marker, that stays:
 * it has the epoch that fences zombies.
 */
function saysWhereProducerStands(header: BatchHeader, last: LastRecord | undefined): boolean {
  if (last === undefined || header.producerId < 0) return false;
  if (last.lastDataOffset >= 0) return header.lastOffset === last.lastDataOffset;
  return header.isControl && header.producerEpoch === last.producerEpoch;
}

function withoutRecords(batch: Uint8Array, header: BatchHeader): Uint8Array {
  const isEmpty = header.count === 0 && batch.length === BATCH_HEADER_BYTES;
  return isEmpty ? batch : emptyBatch(header);
}
