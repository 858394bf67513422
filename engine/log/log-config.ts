/**
 * What a topic's configuration says to its logs. Kafka's names and defaults; `Number.MAX_SAFE_INTEGER` for
 * Long.MAX.
 */
export interface LogConfig {
  readonly 'segment.bytes': number;
  readonly 'segment.ms': number;
  readonly 'segment.jitter.ms': number;
  readonly 'segment.index.bytes': number;
  readonly 'index.interval.bytes': number;
  readonly 'flush.messages': number;
  readonly 'max.message.bytes': number;
  readonly 'message.timestamp.type': 'CreateTime' | 'LogAppendTime';
  readonly 'message.timestamp.before.max.ms': number;
  readonly 'message.timestamp.after.max.ms': number;
  readonly 'retention.ms': number;
  readonly 'retention.bytes': number;
  readonly 'file.delete.delay.ms': number;
  /** Sorted names of `compact` and `delete`; empty is legal since 4.2 and deletes nothing. */
  readonly 'cleanup.policy': readonly ('compact' | 'delete')[];
  readonly 'min.cleanable.dirty.ratio': number;
  readonly 'min.compaction.lag.ms': number;
  readonly 'max.compaction.lag.ms': number;
  readonly 'delete.retention.ms': number;
}

const LONG_MAX = Number.MAX_SAFE_INTEGER;
const DAY_MS = 24 * 60 * 60 * 1000;
const WEEK_MS = 7 * DAY_MS;

export const logConfigDefaults: LogConfig = {
  'segment.bytes': 1024 * 1024 * 1024,
  'segment.ms': WEEK_MS,
  'segment.jitter.ms': 0,
  'segment.index.bytes': 10 * 1024 * 1024,
  'index.interval.bytes': 4096,
  'flush.messages': LONG_MAX,
  'max.message.bytes': 1024 * 1024 + 12,
  'message.timestamp.type': 'CreateTime',
  'message.timestamp.before.max.ms': LONG_MAX,
  'message.timestamp.after.max.ms': 60 * 60 * 1000,
  'retention.ms': WEEK_MS,
  'retention.bytes': -1,
  'file.delete.delay.ms': 60_000,
  'cleanup.policy': ['delete'],
  'min.cleanable.dirty.ratio': 0.5,
  'min.compaction.lag.ms': 0,
  'max.compaction.lag.ms': LONG_MAX,
  'delete.retention.ms': DAY_MS,
};

/** What a broker's configuration says to its log directories. */
export interface LogDirectoryConfig {
  readonly 'replica.high.watermark.checkpoint.interval.ms': number;
  readonly 'log.flush.offset.checkpoint.interval.ms': number;
  readonly 'log.retention.check.interval.ms': number;
  readonly 'log.initial.task.delay.ms': number;
  readonly 'log.segment.delete.delay.ms': number;
  /** Dynamic: `updateProducerExpiration`. */
  readonly 'producer.id.expiration.ms': number;
  readonly 'producer.id.expiration.check.interval.ms': number;
}

export const logDirectoryConfigDefaults: LogDirectoryConfig = {
  'replica.high.watermark.checkpoint.interval.ms': 5_000,
  'log.flush.offset.checkpoint.interval.ms': 60_000,
  'log.retention.check.interval.ms': 300_000,
  'log.initial.task.delay.ms': 30_000,
  'log.segment.delete.delay.ms': 60_000,
  'producer.id.expiration.ms': DAY_MS,
  'producer.id.expiration.check.interval.ms': 600_000,
};

/** What a broker's configuration says to its cleaners (`CleanerConfig`). */
export interface CleanerConfig {
  readonly 'log.cleaner.enable': boolean;
  readonly 'log.cleaner.backoff.ms': number;
  readonly 'log.cleaner.dedupe.buffer.size': number;
  readonly 'log.cleaner.io.buffer.load.factor': number;
  readonly 'log.cleaner.io.max.bytes.per.second': number;
}

export const cleanerConfigDefaults: CleanerConfig = {
  'log.cleaner.enable': true,
  'log.cleaner.backoff.ms': 15_000,
  'log.cleaner.dedupe.buffer.size': 128 * 1024 * 1024,
  'log.cleaner.io.buffer.load.factor': 0.9,
  'log.cleaner.io.max.bytes.per.second': Number.MAX_VALUE,
};
