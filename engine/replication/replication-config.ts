/** What replication reads of a broker's configuration, under Kafka's names. */
export interface ReplicationConfig {
  readonly 'replica.lag.time.max.ms': number;
  readonly 'replica.fetch.wait.max.ms': number;
  readonly 'replica.fetch.min.bytes': number;
  readonly 'replica.fetch.max.bytes': number;
  readonly 'replica.fetch.response.max.bytes': number;
  readonly 'replica.fetch.backoff.ms': number;
  readonly 'replica.socket.timeout.ms': number;
  readonly 'fetch.max.bytes': number;
  /** For moves between log directories; Long.MAX: no bound. */
  readonly 'replica.alter.log.dirs.io.max.bytes.per.second': number;
  readonly 'max.incremental.fetch.session.cache.slots': number;
  /** Kafka's class name of the rack-aware selector, or '' for none (the leader serves everybody). */
  readonly 'replica.selector.class': string;
}

/** Kafka's defaults (`ReplicationConfigs`, `ServerConfigs`). */
export const REPLICATION_DEFAULTS: ReplicationConfig = {
  'replica.lag.time.max.ms': 30_000,
  'replica.fetch.wait.max.ms': 500,
  'replica.fetch.min.bytes': 1,
  'replica.fetch.max.bytes': 1_048_576,
  'replica.fetch.response.max.bytes': 10_485_760,
  'replica.fetch.backoff.ms': 1_000,
  'replica.socket.timeout.ms': 30_000,
  'fetch.max.bytes': 57_671_680,
  'replica.alter.log.dirs.io.max.bytes.per.second': Number.MAX_SAFE_INTEGER,
  'max.incremental.fetch.session.cache.slots': 1_000,
  'replica.selector.class': '',
};

/** The one selector that Kafka ships (KIP-392). */
export const RACK_AWARE_SELECTOR = 'org.apache.kafka.common.replica.RackAwareReplicaSelector';
