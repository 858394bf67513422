import {
  crc32c,
  NO_SEQUENCE,
  readInt16,
  readInt32,
  readInt64,
  writeInt16,
  writeInt32,
  writeInt64,
} from '../../records/index.ts';
import { ProducerEntry } from './producer-entry.ts';

/*
 *   version int16 | crc uint32 | count int32 | per producer: id int64, epoch int16, last sequence int32,
 *   last offset int64, offset delta int32, timestamp int64, coordinator epoch int32, transaction from int64
 */
const VERSION = 1;
const CRC_AT = 2;
const SUMMED_FROM = 6;
const HEADER_BYTES = 10;
const ENTRY_BYTES = 46;

/** The content of a `.snapshot` file (`ProducerStateManager.writeSnapshot`). Of each producer's batches only the last. */
export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>): Uint8Array {
  const all = [...entries];
  const bytes = new Uint8Array(HEADER_BYTES + all.length * ENTRY_BYTES);
  writeInt16(bytes, 0, VERSION);
  writeInt32(bytes, SUMMED_FROM, all.length);
  all.forEach((entry, i) => {
    const at = HEADER_BYTES + i * ENTRY_BYTES;
    const { lastBatch } = entry;
    writeInt64(bytes, at, entry.producerId);
    writeInt16(bytes, at + 8, entry.producerEpoch);
    writeInt32(bytes, at + 10, entry.lastSequence);
    writeInt64(bytes, at + 14, entry.lastDataOffset);
    writeInt32(bytes, at + 22, lastBatch === undefined ? 0 : lastBatch.lastOffset - lastBatch.firstOffset);
    writeInt64(bytes, at + 26, entry.lastTimestamp);
    writeInt32(bytes, at + 34, entry.coordinatorEpoch);
    writeInt64(bytes, at + 38, entry.transactionFrom);
  });
  writeInt32(bytes, CRC_AT, crc32c(bytes, SUMMED_FROM, bytes.length));
  return bytes;
}

/** The producers of a `.snapshot` file; null when it is damaged. */
export function decodeProducerSnapshot(bytes: Uint8Array): ProducerEntry[] | null {
  if (bytes.length < HEADER_BYTES || readInt16(bytes, 0) !== VERSION) return null;
  if (readInt32(bytes, CRC_AT) >>> 0 !== crc32c(bytes, SUMMED_FROM, bytes.length)) return null;
  const count = readInt32(bytes, SUMMED_FROM);
  if (count < 0 || bytes.length !== HEADER_BYTES + count * ENTRY_BYTES) return null;
  return Array.from({ length: count }, (_, i) => entryAt(bytes, HEADER_BYTES + i * ENTRY_BYTES));
}

function entryAt(bytes: Uint8Array, at: number): ProducerEntry {
  const entry = new ProducerEntry(readInt64(bytes, at));
  entry.producerEpoch = readInt16(bytes, at + 8);
  entry.lastTimestamp = readInt64(bytes, at + 26);
  entry.coordinatorEpoch = readInt32(bytes, at + 34);
  entry.transactionFrom = readInt64(bytes, at + 38);
  const lastSequence = readInt32(bytes, at + 10);
  const lastOffset = readInt64(bytes, at + 14);
  if (lastOffset < 0) return entry;
  const delta = readInt32(bytes, at + 22);
  entry.batches.push({
    firstSequence: lastSequence === NO_SEQUENCE ? NO_SEQUENCE : firstSequenceOf(lastSequence, delta),
    lastSequence,
    firstOffset: lastOffset - delta,
    lastOffset,
    timestamp: entry.lastTimestamp,
  });
  return entry;
}

/** Sequences come before 0 as the largest int. */
function firstSequenceOf(lastSequence: number, delta: number): number {
  return lastSequence >= delta ? lastSequence - delta : 2 ** 31 - (delta - lastSequence);
}
