import type { Random } from '../machine/index.ts';

/** Names of files and directories (`LogFileUtils`, `LocalLog`). */
export const LOG_SUFFIX = '.log';
export const INDEX_SUFFIX = '.index';
export const TIME_INDEX_SUFFIX = '.timeindex';
export const DELETED_SUFFIX = '.deleted';
export const CLEANED_SUFFIX = '.cleaned';
export const SWAP_SUFFIX = '.swap';
/** KRaft snapshots live beside the metadata log's segments and are not the log's to clean up. */
export const SNAPSHOT_DELETED_SUFFIX = '.checkpoint.deleted';
const DELETED_DIRECTORY_SUFFIX = '-delete';

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';
export const PARTITION_METADATA = 'partition.metadata';
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint';
export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint';
export const LOG_START_CHECKPOINT = 'log-start-offset-checkpoint';
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

const MAX_NAME_LENGTH = 255;

/**
 * `orders-3.<32 hex digits>-delete`, the topic cut so that a file system takes it
 * (`LocalLog.logDeleteDirName`).
 */
export function deletedDirectoryName(name: string, random: Random): string {
  const { topic, partition } = parseLogName(name)!;
  let unique = '';
  for (let word = 0; word < 4; word++) unique += random.u32().toString(16).padStart(8, '0');
  const suffix = `-${partition}.${unique}${DELETED_DIRECTORY_SUFFIX}`;
  return topic.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
}

export function isDeletedDirectory(name: string): boolean {
  return /^\S+-\d+\.\S+-delete$/.test(name);
}
