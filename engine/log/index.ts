/**
 * One replica’s log on one disk, the directory that holds logs, and the directories of a broker (`LogDirectories`).
 *
 * Owns the files of a log directory, byte for byte as Kafka lays them out: segments with their offset and
 * time indexes, leader epochs, partition metadata, the offset checkpoints, meta.properties, the clean
 * shutdown marker. `producer/` knows who writes, `compaction/` cleans what has a key.
 *
 * Invariants:
 * - `logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset`, upper bounds exclusive.
 * - `recoveryPoint` is durable: segments, leader epochs and directory entries below it have been synced.
 * - The log end offset advances right after the log write, before any index write (KAFKA-7866).
 * - The first IO error fences every log of the directory (KAFKA-10778): each later call answers a
 *   `LogFailure`.
 * - Batches are kept and handed out by reference; nothing here changes a batch (`withLeader` copies once).
 * - A segment begins where the one before it ends, whatever compaction takes out of either: a hole between two
 *   is a power loss's work.
 *
 * Where it differs: lookups go through arrays held in memory (one entry a batch), so a damaged index cannot
 * mislead a read, and index files are neither preallocated nor mapped. What Kafka writes and syncs while the
 * caller waits (epoch file, checkpoints) runs here as temp write, sync, rename, directory sync over several
 * steps; the recovery point waits for it, and recovery rebuilds leader epochs above it from the batches.
 *
 * Kafka's counterpart: `storage.internals.log.{UnifiedLog, LocalLog, LogSegment, LogLoader, LogManager,
 * OffsetIndex, TimeIndex}`, `storage.internals.epoch.LeaderEpochFileCache`, `storage.internals.checkpoint.*`.
 * KIP-101, KIP-279, KIP-516 (topic ids), KIP-966 (broker epoch in the clean shutdown marker).
 */
export type { AppendInfo } from './append-entry.ts';
export { CheckpointFile } from './checkpoint-file.ts';
export * from './checkpoint-text.ts';
export * from './clean-shutdown-file.ts';
export type { TimestampOffset } from './find-timestamp.ts';
export * from './leader-epoch-cache.ts';
export type { ReadResult } from './local-log.ts';
export { Log } from './log.ts';
export * from './log-config.ts';
export * from './log-directories.ts';
export * from './log-directory.ts';
export * from './log-directory-options.ts';
export * from './log-failure.ts';
export * from './log-file-name.ts';
export * from './log-storage.ts';
export * from './log-timer.ts';
export * from './meta-properties.ts';
export type { LogOptions } from './open-log.ts';
export * from './partition-metadata.ts';
export * from './producer/index.ts';
export { SilentOutbox } from './silent-outbox.ts';
