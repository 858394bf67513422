import { DiskError, type Outbox } from '../machine/index.ts';
import type { Uuid } from '../wire/index.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { decodeEpochs } from './checkpoint-text.ts';
import { LeaderEpochCache } from './leader-epoch-cache.ts';
import { loadSegments } from './load-segments.ts';
import { LocalLog } from './local-log.ts';
import type { LogConfig } from './log-config.ts';
import { LEADER_EPOCH_CHECKPOINT, PARTITION_METADATA } from './log-file-name.ts';
import type { LogStorage } from './log-storage.ts';
import { decodePartitionMetadata } from './partition-metadata.ts';
import { LogProducers } from './producer/index.ts';

/** `producer.id.expiration.ms`. */
const PRODUCER_EXPIRATION_MS = 86_400_000;

export interface LogOptions {
  readonly storage: LogStorage;
  /** The log.dir that holds the log's directory. */
  readonly parent: string;
  readonly name: string;
  /** The name of its directory, when that is not the log's own (a future log's). */
  readonly directoryName?: string;
  /** Written down for a log that has none yet; null leaves the log without. */
  readonly topicId: Uuid | null;
  readonly config: LogConfig;
  /** The directory was closed cleanly: nothing is to be recovered. */
  readonly wasClean?: boolean;
  /** As checkpointed. */
  readonly recoveryPoint?: number;
  readonly logStartOffset?: number;
  readonly highWatermark?: number;
  /** `producer.id.expiration.ms`: a day unless it is said. */
  readonly producerExpirationMs?: number;
}

/** What a log is made of. */
export interface OpenedLog {
  readonly local: LocalLog;
  readonly epochs: LeaderEpochCache;
  readonly epochFile: CheckpointFile;
  readonly topicId: Uuid | null;
  /** They are not what their file says. */
  readonly haveEpochsChanged: boolean;
  readonly logStartOffset: number;
  readonly producers: LogProducers;
}

/** Reads a log's directory, making it if need be, and recovers what was not closed cleanly. */
export function openLog(options: LogOptions, out: Outbox): OpenedLog | DiskError {
  const { storage, parent, name, config } = options;
  const { disk } = storage;
  const directory = `${parent}/${options.directoryName ?? name}`;
  const isNew = disk.list(directory).length === 0;
  const wasClean = isNew || options.wasClean === true;
  const logStartOffset = options.logStartOffset ?? 0;
  const checkpointed = options.recoveryPoint ?? 0;
  const made = storage.failure ?? (isNew ? storage.check(disk.makeDirectory(directory)) : null);
  if (made !== null) return made;
  const epochFile = new CheckpointFile(storage, directory, LEADER_EPOCH_CHECKPOINT);
  const epochs = readEpochs(epochFile, out);
  if (epochs instanceof DiskError) return epochs;
  const loading = {
    storage,
    directory,
    config,
    wasClean,
    logStartOffset,
    recoveryPoint: checkpointed,
    epochs,
  };
  const loaded = loadSegments(loading, out);
  if (loaded instanceof DiskError) return loaded;
  const topicId = readTopicId(storage, `${directory}/${PARTITION_METADATA}`);
  if (topicId instanceof DiskError) return topicId;
  const { segments, recovered, truncatedBytes, startedOver } = loaded;
  const recoveryPoint = wasClean && !startedOver ? segments.at(-1)!.nextOffset : checkpointed;
  const local = new LocalLog(storage, parent, directory, segments, epochFile, recoveryPoint, config);
  epochFile.whenDurable(local.recoveryPoint);
  if (isNew || !wasClean) distrust(local, topicId !== null);
  if (!wasClean) out.fact({ fact: 'log recovered', log: name, truncatedBytes, segments: recovered });
  const startsAt = Math.max(logStartOffset, local.firstOffset);
  const endCut = epochs.truncateFromEnd(local.logEndOffset);
  const startCut = epochs.truncateFromStart(startsAt);
  const haveEpochsChanged = endCut || startCut || recovered > 0 || startedOver;
  const producers = new LogProducers(name, storage, local);
  const expirationMs = options.producerExpirationMs ?? PRODUCER_EXPIRATION_MS;
  producers.load(wasClean, startsAt, storage.wall.nowMs(), expirationMs, out);
  return { local, epochs, epochFile, topicId, haveEpochsChanged, logStartOffset: startsAt, producers };
}

/**
 * The process before may have died between writing and syncing: the first flush syncs names and small files
 * again.
 */
function distrust(local: LocalLog, hasTopicId: boolean): void {
  local.recoveryPoint.touchParent();
  if (hasTopicId) local.recoveryPoint.touchFile(`${local.directory}/${PARTITION_METADATA}`);
}

/**
 * A file that cannot be trusted counts as empty: epochs above the recovery point come back from the batches.
 */
function readEpochs(file: CheckpointFile, out: Outbox): LeaderEpochCache | DiskError {
  const content = file.read();
  if (content instanceof DiskError) return content;
  const entries = content === null ? [] : decodeEpochs(content);
  if (entries === null) out.probe('leader epoch checkpoint was unreadable');
  return new LeaderEpochCache(entries ?? []);
}

function readTopicId(storage: LogStorage, path: string): Uuid | null | DiskError {
  const size = storage.disk.size(path);
  if (size < 0) return null;
  const content = storage.read(path, 0, size);
  return content instanceof DiskError ? content : decodePartitionMetadata(content);
}
