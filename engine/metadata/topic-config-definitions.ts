import type { ConfigDefinition, ConfigType } from './config-definition.ts';

/** A broker configuration that stands in for a topic's, and what its value is multiplied with. */
export interface ConfigSynonym {
  readonly name: string;
  readonly times: number;
}

export interface TopicConfigDefinition extends ConfigDefinition {
  /** In order of precedence (`ServerTopicConfigSynonyms`). */
  readonly synonyms: readonly ConfigSynonym[];
}

interface Rest {
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  readonly synonyms?: readonly (string | ConfigSynonym)[];
}

const LONG_MAX = '9223372036854775807';
const WEEK_MS = '604800000';
const DAY_MS = '86400000';
const MINUTES = 60_000;
const HOURS = 3_600_000;
const COMPRESSION = ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'];

function define(name: string, type: ConfigType, value: string | null, rest: Rest): TopicConfigDefinition {
  const synonyms = (rest.synonyms ?? []).map((synonym) =>
    typeof synonym === 'string' ? { name: synonym, times: 1 } : synonym,
  );
  return {
    name,
    type,
    default: value,
    min: rest.min ?? null,
    max: rest.max ?? null,
    values: rest.values ?? null,
    synonyms,
  };
}

/** Every topic configuration with its default and its broker synonyms (`LogConfig`, `ServerTopicConfigSynonyms`). */
const DEFINITIONS: readonly TopicConfigDefinition[] = [
  define('cleanup.policy', 'LIST', 'delete', {
    values: ['compact', 'delete'],
    synonyms: ['log.cleanup.policy'],
  }),
  define('compression.gzip.level', 'INT', '-1', { min: -1, max: 9, synonyms: ['compression.gzip.level'] }),
  define('compression.lz4.level', 'INT', '9', { min: 1, max: 17, synonyms: ['compression.lz4.level'] }),
  define('compression.type', 'STRING', 'producer', { values: COMPRESSION, synonyms: ['compression.type'] }),
  define('compression.zstd.level', 'INT', '3', {
    min: -131_072,
    max: 22,
    synonyms: ['compression.zstd.level'],
  }),
  define('delete.retention.ms', 'LONG', DAY_MS, { min: 0, synonyms: ['log.cleaner.delete.retention.ms'] }),
  define('errors.deadletterqueue.group.enable', 'BOOLEAN', 'false', {}),
  define('file.delete.delay.ms', 'LONG', '60000', { min: 0, synonyms: ['log.segment.delete.delay.ms'] }),
  define('flush.messages', 'LONG', LONG_MAX, { min: 1, synonyms: ['log.flush.interval.messages'] }),
  define('flush.ms', 'LONG', LONG_MAX, {
    min: 0,
    synonyms: ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
  }),
  define('follower.replication.throttled.replicas', 'LIST', '', {}),
  define('index.interval.bytes', 'INT', '4096', { min: 0, synonyms: ['log.index.interval.bytes'] }),
  define('leader.replication.throttled.replicas', 'LIST', '', {}),
  define('local.retention.bytes', 'LONG', '-2', { min: -2, synonyms: ['log.local.retention.bytes'] }),
  define('local.retention.ms', 'LONG', '-2', { min: -2, synonyms: ['log.local.retention.ms'] }),
  define('max.compaction.lag.ms', 'LONG', LONG_MAX, {
    min: 1,
    synonyms: ['log.cleaner.max.compaction.lag.ms'],
  }),
  define('max.message.bytes', 'INT', '1048588', { min: 0, synonyms: ['message.max.bytes'] }),
  define('message.timestamp.after.max.ms', 'LONG', '3600000', {
    min: 0,
    synonyms: ['log.message.timestamp.after.max.ms'],
  }),
  define('message.timestamp.before.max.ms', 'LONG', LONG_MAX, {
    min: 0,
    synonyms: ['log.message.timestamp.before.max.ms'],
  }),
  define('message.timestamp.type', 'STRING', 'CreateTime', {
    values: ['CreateTime', 'LogAppendTime'],
    synonyms: ['log.message.timestamp.type'],
  }),
  define('min.cleanable.dirty.ratio', 'DOUBLE', '0.5', {
    min: 0,
    max: 1,
    synonyms: ['log.cleaner.min.cleanable.ratio'],
  }),
  define('min.compaction.lag.ms', 'LONG', '0', { min: 0, synonyms: ['log.cleaner.min.compaction.lag.ms'] }),
  define('min.insync.replicas', 'INT', '1', { min: 1, synonyms: ['min.insync.replicas'] }),
  define('preallocate', 'BOOLEAN', 'false', { synonyms: ['log.preallocate'] }),
  define('remote.copy.lag.bytes', 'LONG', '-1', { min: -1, synonyms: ['log.remote.copy.lag.bytes'] }),
  define('remote.copy.lag.ms', 'LONG', '0', { min: -1, synonyms: ['log.remote.copy.lag.ms'] }),
  define('remote.log.copy.disable', 'BOOLEAN', 'false', {}),
  define('remote.log.delete.on.disable', 'BOOLEAN', 'false', {}),
  define('remote.storage.enable', 'BOOLEAN', 'false', {}),
  define('retention.bytes', 'LONG', '-1', { synonyms: ['log.retention.bytes'] }),
  define('retention.ms', 'LONG', WEEK_MS, {
    min: -1,
    synonyms: [
      'log.retention.ms',
      { name: 'log.retention.minutes', times: MINUTES },
      { name: 'log.retention.hours', times: HOURS },
    ],
  }),
  define('segment.bytes', 'INT', '1073741824', { min: 1_048_576, synonyms: ['log.segment.bytes'] }),
  define('segment.index.bytes', 'INT', '10485760', { min: 4, synonyms: ['log.index.size.max.bytes'] }),
  define('segment.jitter.ms', 'LONG', '0', {
    min: 0,
    synonyms: ['log.roll.jitter.ms', { name: 'log.roll.jitter.hours', times: HOURS }],
  }),
  define('segment.ms', 'LONG', WEEK_MS, {
    min: 1,
    synonyms: ['log.roll.ms', { name: 'log.roll.hours', times: HOURS }],
  }),
  define('unclean.leader.election.enable', 'BOOLEAN', 'false', {
    synonyms: ['unclean.leader.election.enable'],
  }),
  // Internal: lets tests and trials roll small segments; not shown unless set.
  define('internal.segment.bytes', 'INT', null, {}),
];

/** By name, in alphabetical order but for the internal one. */
export const topicConfigDefinitions: ReadonlyMap<string, TopicConfigDefinition> = new Map(
  DEFINITIONS.map((definition) => [definition.name, definition]),
);
