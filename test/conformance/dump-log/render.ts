import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  noCompression,
  parseBatch,
  RecordsError,
  readRecords,
  verifyBatch,
} from '../../../engine/records/index.ts';
import { utf8Decode } from '../../../engine/wire/index.ts';

/**
 * What `kafka-dump-log --deep-iteration --print-data-log` prints of a file, made by this engine's own readers. Of the
 * metadata log only the batches: its records are another matter.
 */
export function renderFile(directory: string, path: string): string {
  const bytes = new Uint8Array(readFileSync(join(directory, path)));
  const lines = [`Dumping ${path}`];
  if (path.endsWith('.log')) renderLog(bytes, path, lines);
  else if (path.endsWith('.timeindex')) renderTimeIndex(bytes, path, lines);
  else renderIndex(bytes, path, lines);
  return `${lines.join('\n')}\n`;
}

function renderLog(bytes: Uint8Array, path: string, lines: string[]): void {
  lines.push(`Log starting offset: ${baseOffsetOf(path)}`);
  for (let position = 0; position < bytes.length; ) {
    const batch = parseBatch(bytes, position);
    if (batch instanceof RecordsError) throw batch;
    const whole = bytes.subarray(position, position + batch.length);
    const sequence = batch.baseSequence;
    lines.push(
      `baseOffset: ${batch.baseOffset} lastOffset: ${batch.lastOffset} count: ${batch.count} ` +
        `baseSequence: ${sequence} lastSequence: ${sequence < 0 ? -1 : sequence + batch.count - 1} ` +
        `producerId: ${batch.producerId} producerEpoch: ${batch.producerEpoch} ` +
        `partitionLeaderEpoch: ${batch.leaderEpoch} isTransactional: ${batch.isTransactional} ` +
        `isControl: ${batch.isControl} deleteHorizonMs: OptionalLong.empty position: ${position} ` +
        `${batch.isLogAppendTime ? 'LogAppendTime' : 'CreateTime'}: ${batch.maxTimestamp} size: ${batch.length} ` +
        `magic: ${batch.magic} compresscodec: none crc: ${batch.crc} isvalid: ${verifyBatch(whole, 0) === null}`,
    );
    if (!path.includes('__cluster_metadata')) renderRecords(whole, lines);
    position += batch.length;
  }
}

function renderRecords(batch: Uint8Array, lines: string[]): void {
  const records = readRecords(batch, noCompression);
  if (records instanceof RecordsError) throw records;
  for (const { offset, timestamp, key, value } of records)
    lines.push(
      `| offset: ${offset} CreateTime: ${timestamp} keySize: ${key?.length ?? -1} valueSize: ${value?.length ?? -1} ` +
        `sequence: -1 headerKeys: [] key: ${utf8Decode(key!)} payload: ${utf8Decode(value!)}`,
    );
}

function renderIndex(bytes: Uint8Array, path: string, lines: string[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const base = baseOffsetOf(path);
  for (let at = 0; at < bytes.length; at += 8)
    lines.push(`offset: ${base + view.getInt32(at)} position: ${view.getInt32(at + 4)}`);
}

function renderTimeIndex(bytes: Uint8Array, path: string, lines: string[]): void {
  const base = baseOffsetOf(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 12)
    lines.push(`timestamp: ${view.getBigInt64(at)} offset: ${base + view.getInt32(at + 8)}`);
}

function baseOffsetOf(path: string): number {
  return Number(basename(path).slice(0, 20));
}
