import type { Random } from '../machine/index.ts';

/** Names of files and directories (`LogFileUtils`, `LocalLog`). */
export const LOG_SUFFIX = '.log';
export const INDEX_SUFFIX = '.index';
export const TIME_INDEX_SUFFIX = '.timeindex';
export const TRANSACTION_INDEX_SUFFIX = '.txnindex';
export const DELETED_SUFFIX = '.deleted';
export const CLEANED_SUFFIX = '.cleaned';
export const SWAP_SUFFIX = '.swap';
/** KRaft snapshots live beside the metadata log's segments and are not the log's to clean up. */
export const SNAPSHOT_DELETED_SUFFIX = '.checkpoint.deleted';
const DELETED_DIRECTORY_SUFFIX = '-delete';
const FUTURE_DIRECTORY_SUFFIX = '-future';
const STRAY_DIRECTORY_SUFFIX = '-stray';

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';
export const PARTITION_METADATA = 'partition.metadata';
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint';
export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint';
export const LOG_START_CHECKPOINT = 'log-start-offset-checkpoint';
export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint';
export const META_PROPERTIES = 'meta.properties';
export const CLEAN_SHUTDOWN_MARKER = '.kafka_cleanshutdown';
export const METADATA_TOPIC = '__cluster_metadata';

const OFFSET_DIGITS = 20;

/** `00000000000000000417`: what every file of a segment begins with. */
export function segmentPrefix(baseOffset: number): string {
  return baseOffset.toString().padStart(OFFSET_DIGITS, '0');
}

/** The offset that a file's name begins with, or -1. */
export function offsetOfFile(name: string): number {
  const dot = name.indexOf('.');
  if (dot !== OFFSET_DIGITS || !/^\d+$/.test(name.slice(0, dot))) return -1;
  const offset = Number(name.slice(0, dot));
  return Number.isSafeInteger(offset) ? offset : -1;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `topic-7` as topic and partition; null when a directory is no log's. */
export function parseLogName(name: string): TopicPartition | null {
  const dash = name.lastIndexOf('-');
  const partition = name.slice(dash + 1);
  if (dash < 1 || !/^\d{1,10}$/.test(partition)) return null;
  return { topic: name.slice(0, dash), partition: Number(partition) };
}

export function logName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** The topic of what `logName` made. */
export function topicOfLog(log: string): string {
  return log.slice(0, log.lastIndexOf('-'));
}

/** The partition of what `logName` made. */
export function partitionOfLog(log: string): number {
  return Number(log.slice(log.lastIndexOf('-') + 1));
}

const MAX_NAME_LENGTH = 255;
const UNIQUE_LENGTH = 32;

/**
 * `orders-3.<32 hex digits>-delete`, the topic cut so that a file system takes it
 * (`LocalLog.logDeleteDirName`).
 */
export function deletedDirectoryName(name: string, random: Random): string {
  return cutName(name, DELETED_DIRECTORY_SUFFIX, random);
}

export function isDeletedDirectory(name: string): boolean {
  return /^\S+-\d+\.\S+-delete$/.test(name);
}

/** Of a log that the metadata does not place here: moved aside for a person to look at (`logStrayDirName`). */
export function strayDirectoryName(name: string, random: Random): string {
  return cutName(name, STRAY_DIRECTORY_SUFFIX, random);
}

/** Of a log that will take the place of the current one in another directory. Never cut: it must be found again. */
export function futureDirectoryName(name: string, random: Random): string {
  return `${name}.${uniqueOf(random)}${FUTURE_DIRECTORY_SUFFIX}`;
}

/** The log's name, or null when a directory is no future log's. */
export function logNameOfFuture(directory: string): string | null {
  return /^(\S+-\d+)\.\S+-future$/.exec(directory)?.[1] ?? null;
}

/** Whether a file system takes the name of a future log (KAFKA-4893). */
export function canHaveFuture(name: string): boolean {
  return name.length + 1 + UNIQUE_LENGTH + FUTURE_DIRECTORY_SUFFIX.length <= MAX_NAME_LENGTH;
}

function cutName(name: string, ending: string, random: Random): string {
  const { topic, partition } = parseLogName(name)!;
  const suffix = `-${partition}.${uniqueOf(random)}${ending}`;
  return topic.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
}

function uniqueOf(random: Random): string {
  let unique = '';
  for (let word = 0; word < 4; word++) unique += random.u32().toString(16).padStart(8, '0');
  return unique;
}
