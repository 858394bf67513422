/**
 * What a log knows of the producers that write to it: sequences, epochs, open transactions, aborted ones.
 *
 * Owns the files `.snapshot` (producers as of an offset, written when a segment is rolled and when a log is closed) and
 * `.txnindex` (transactions that were aborted, by the segment that holds their marker), byte for byte as Kafka's.
 *
 * Invariants:
 * - What is known at the log's end is a function of its batches: the latest snapshot and the batches after it give the
 *   same as all batches do, but for producers that have expired or whose batches retention took.
 * - A batch of a client is appended once: one of the last five of its producer is known again, anything that is not
 *   next in order is refused. Followers take what their leader has, unasked.
 * - A transaction that is not open is not written to unless its coordinator was asked since the last one ended
 *   (`verifications.ts`), nor by a batch that overtakes one which was asked about before.
 * - `lastStableOffset <= highWatermark`: nothing of an open transaction lies below it, nor of one whose marker is not
 *   replicated.
 *
 * Where it differs: a log that never saw a producer writes no snapshot, where Kafka writes empty ones.
 *
 * Kafka's counterparts: `ProducerStateManager`, `ProducerAppendInfo`, `ProducerStateEntry`, `VerificationStateEntry`,
 * `TransactionIndex`. KIP-98, KIP-360, KIP-890, KIP-1228.
 */
export { type AbortedTransaction, encodeAborted } from './aborted-transactions.ts';
export { LogProducers } from './log-producers.ts';
export { type BatchMetadata, ProducerEntry } from './producer-entry.ts';
export { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
