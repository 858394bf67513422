import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decodeProducerSnapshot } from '../../../engine/log/index.ts';
import {
  type BatchHeader,
  ControlType,
  noCompression,
  parseBatch,
  RecordsError,
  readControlRecords,
  readInt16,
  readInt64,
  readRecords,
  verifyBatch,
} from '../../../engine/records/index.ts';
import { utf8Decode } from '../../../engine/wire/index.ts';
import { renderCoordinatorRecord } from './render-coordinator-record.ts';

/** One entry of a `.txnindex` file. */
const ABORTED_BYTES = 34;

/**
 * What kafka-dump-log prints of a file with `OPTIONS` of dump-log.ts, made by this engine's own readers. Of the
 * metadata log only the batches: its records are another matter.
 */
export function renderFile(directory: string, path: string): string {
  const bytes = new Uint8Array(readFileSync(join(directory, path)));
  const lines = [`Dumping ${path}`];
  if (path.endsWith('.log')) renderLog(bytes, path, lines);
  else if (path.endsWith('.timeindex')) renderTimeIndex(bytes, path, lines);
  else if (path.endsWith('.txnindex')) renderAborted(bytes, lines);
  else if (path.endsWith('.snapshot')) renderProducers(bytes, lines);
  else renderIndex(bytes, path, lines);
  return `${lines.join('\n')}\n`;
}

function renderLog(bytes: Uint8Array, path: string, lines: string[]): void {
  lines.push(`Log starting offset: ${baseOffsetOf(path)}`);
  for (let position = 0; position < bytes.length; ) {
    const batch = parseBatch(bytes, position);
    if (batch instanceof RecordsError) throw batch;
    const whole = bytes.subarray(position, position + batch.length);
    lines.push(
      `baseOffset: ${batch.baseOffset} lastOffset: ${batch.lastOffset} count: ${batch.count} ` +
        `baseSequence: ${batch.baseSequence} lastSequence: ${sequenceAt(batch, batch.lastOffset)} ` +
        `producerId: ${batch.producerId} producerEpoch: ${batch.producerEpoch} ` +
        `partitionLeaderEpoch: ${batch.leaderEpoch} isTransactional: ${batch.isTransactional} ` +
        `isControl: ${batch.isControl} deleteHorizonMs: ${horizonOf(batch)} position: ${position} ` +
        `${batch.isLogAppendTime ? 'LogAppendTime' : 'CreateTime'}: ${batch.maxTimestamp} size: ${batch.length} ` +
        `magic: ${batch.magic} compresscodec: none crc: ${batch.crc} isvalid: ${verifyBatch(whole, 0) === null}`,
    );
    if (!path.includes('__cluster_metadata')) renderRecords(whole, batch, path, lines);
    position += batch.length;
  }
}

function sequenceAt({ baseOffset, baseSequence }: BatchHeader, offset: number): number {
  return baseSequence < 0 ? -1 : (baseSequence + offset - baseOffset) % 2 ** 31;
}

/** Of a batch that has one, the base timestamp is the time from which on its tombstones may go (KIP-534). */
function horizonOf({ baseTimestamp, hasDeleteHorizon }: BatchHeader): string {
  return hasDeleteHorizon ? `OptionalLong[${baseTimestamp}]` : 'OptionalLong.empty';
}

function renderRecords(whole: Uint8Array, batch: BatchHeader, path: string, lines: string[]): void {
  const records = readRecords(whole, noCompression);
  if (records instanceof RecordsError) throw records;
  const ends = batch.isControl ? endMarkersOf(whole) : [];
  records.forEach(({ offset, timestamp, key, value, headers }, i) => {
    const about =
      `| offset: ${offset} CreateTime: ${timestamp} keySize: ${key?.length ?? -1} ` +
      `valueSize: ${value?.length ?? -1} sequence: ${sequenceAt(batch, offset)} ` +
      `headerKeys: [${headers.map((header) => header.key).join(',')}]`;
    lines.push(`${about}${batch.isControl ? ends[i] : contentOf(path, key, value)}`);
  });
}

function endMarkersOf(whole: Uint8Array): string[] {
  const records = readControlRecords(whole);
  if (records instanceof RecordsError) throw records;
  return records.map((record) => {
    if (record.type !== ControlType.ABORT && record.type !== ControlType.COMMIT) return '';
    const name = record.type === ControlType.ABORT ? 'ABORT' : 'COMMIT';
    return ` endTxnMarker: ${name} coordinatorEpoch: ${record.message.coordinatorEpoch}`;
  });
}

function contentOf(path: string, key: Uint8Array | null, value: Uint8Array | null): string {
  if (/__(?:consumer_offsets|transaction_state)-/.test(path))
    return renderCoordinatorRecord(path, key!, value);
  const said = key === null ? '' : ` key: ${utf8Decode(key)}`;
  return value === null ? said : `${said} payload: ${utf8Decode(value)}`;
}

function renderIndex(bytes: Uint8Array, path: string, lines: string[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const base = baseOffsetOf(path);
  if (bytes.length === 0) lines.push(`${path} is empty.`);
  for (let at = 0; at < bytes.length; at += 8)
    lines.push(`offset: ${base + view.getInt32(at)} position: ${view.getInt32(at + 4)}`);
}

function renderTimeIndex(bytes: Uint8Array, path: string, lines: string[]): void {
  const base = baseOffsetOf(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 12)
    lines.push(`timestamp: ${view.getBigInt64(at)} offset: ${base + view.getInt32(at + 8)}`);
}

function renderAborted(bytes: Uint8Array, lines: string[]): void {
  for (let at = 0; at < bytes.length; at += ABORTED_BYTES)
    lines.push(
      `version: ${readInt16(bytes, at)} producerId: ${readInt64(bytes, at + 2)} ` +
        `firstOffset: ${readInt64(bytes, at + 10)} lastOffset: ${readInt64(bytes, at + 18)} ` +
        `lastStableOffset: ${readInt64(bytes, at + 26)}`,
    );
}

function renderProducers(bytes: Uint8Array, lines: string[]): void {
  const entries = decodeProducerSnapshot(bytes);
  if (entries === null) throw new Error('a damaged snapshot of producers');
  for (const entry of entries) {
    const { coordinatorEpoch, lastBatch, lastTimestamp, producerEpoch, producerId, transactionFrom } = entry;
    const from = transactionFrom < 0 ? 'OptionalLong.empty' : `OptionalLong[${transactionFrom}]`;
    const about =
      `producerId: ${producerId} producerEpoch: ${producerEpoch} coordinatorEpoch: ${coordinatorEpoch} ` +
      `currentTxnFirstOffset: ${from} lastTimestamp: ${lastTimestamp}`;
    const batch =
      lastBatch === undefined
        ? ''
        : ` firstSequence: ${lastBatch.firstSequence} lastSequence: ${lastBatch.lastSequence} ` +
          `lastOffset: ${lastBatch.lastOffset} offsetDelta: ${lastBatch.lastOffset - lastBatch.firstOffset} ` +
          `timestamp: ${lastBatch.timestamp}`;
    lines.push(about + batch);
  }
}

function baseOffsetOf(path: string): number {
  return Number(basename(path).slice(0, 20));
}
