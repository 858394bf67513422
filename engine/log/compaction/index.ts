/**
 * Log compaction: of the records of a key the last one stays. `LogCleaner` (one a log directory) picks the
 * dirtiest log, `LogCleaning` goes over it in small pieces, a step of the process each, so that nobody
 * waits for it.
 *
 *     mapping    the dirty part is read: where is the last record of each key (`OffsetMap`)
 *     cleaning   segments are copied without what is superseded, several into one (`cleanBatch`)
 *     syncing    the copies (`.cleaned`) are made durable
 *     swapping   they take the place of what they were made from, and the directory is made durable
 *
 * Invariants: nothing at or above the last stable offset, in the active segment or younger than
 * `min.compaction.lag.ms` is touched; offsets, and the bounds of batches that stay, do not change; what an
 * aborted transaction wrote is gone, and its marker stays as long as any of it; a tombstone stays
 * `delete.retention.ms` from the first cleaning on (KIP-534); the last batch of each active producer
 * stays, if need be without records (KAFKA-5490). A crash at any moment leaves a segment as it was or
 * cleaned, never both or neither. A truncation ends a cleaning that is under way.
 *
 * Where it differs: the last batch of each cleaned segment stays without its records, as a placeholder, so
 * that a hole between two segments is always a power loss's work; each log directory has a cleaner of its
 * own; keys are mapped whole and not by their MD5. A batch without records has no time: in Kafka its header's
 * counts for `largestTimestamp`, so that ListOffsets may look in that segment, find nothing there, and say so.
 *
 * Kafka's counterparts: `LogCleaner`, `LogCleanerManager`, `Cleaner`, `CleanedTransactionMetadata`,
 * `SkimpyOffsetMap`.
 */
export * from './log-cleaner.ts';
