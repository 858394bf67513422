/**
 * Record batches of format v2: what a producer builds, a broker checks and stamps, a disk holds, a consumer
 * reads.
 *
 * Owns the bytes between "a list of records" and "one batch": header, CRC-32C, varints, control records,
 * codecs. Invariants: a batch is never changed once built (`withLeader` copies); nothing throws on hostile
 * bytes (every reader answers a `RecordsError`); a length or count read from bytes is checked against what is
 * left before it is believed. The CRC covers attributes to end: base offset, length, leader epoch and magic
 * are outside, so that a leader can stamp a batch without summing its payload again.
 *
 * Kafka's counterpart: `common.record.internal.{DefaultRecordBatch, DefaultRecord, MemoryRecordsBuilder,
 * ControlRecordType}`, `common.compress`. KIP-98 (format v2), KIP-101 (leader epoch), KIP-390, KIP-595,
 * KIP-853.
 */
export * from './batch-builder.ts';
export * from './batch-header.ts';
export { BatchRoom } from './batch-room.ts';
export * from './big-endian.ts';
export * from './compression.ts';
export * from './control-record.ts';
export * from './crc32c.ts';
export * from './filter-batch.ts';
export * from './read-records.ts';
export * from './record-cursor.ts';
export * from './records-error.ts';
export * from './scan-records.ts';
export * from './sequence.ts';
export * from './split-batches.ts';
export * from './verified-batches.ts';
export * from './verify-batch.ts';
export * from './with-leader.ts';
