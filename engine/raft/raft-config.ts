import { MS } from '../machine/index.ts';

/** Kafka's own names and defaults (`QuorumConfig`, `MetadataLogConfig`). Times in milliseconds, sizes in bytes. */
export interface RaftConfig {
  readonly 'controller.quorum.election.timeout.ms': number;
  readonly 'controller.quorum.fetch.timeout.ms': number;
  readonly 'controller.quorum.election.backoff.max.ms': number;
  readonly 'controller.quorum.append.linger.ms': number;
  readonly 'controller.quorum.request.timeout.ms': number;
  readonly 'controller.quorum.retry.backoff.ms': number;
  readonly 'controller.quorum.fetch.snapshot.max.bytes': number;
  readonly 'controller.quorum.fetch.max.bytes': number;
  readonly 'controller.quorum.auto.join.enable': boolean;
  readonly 'metadata.log.segment.bytes': number;
  readonly 'metadata.log.segment.ms': number;
  readonly 'metadata.max.retention.bytes': number;
  readonly 'metadata.max.retention.ms': number;
}

export const defaultRaftConfig: RaftConfig = {
  'controller.quorum.election.timeout.ms': 1_000,
  'controller.quorum.fetch.timeout.ms': 2_000,
  'controller.quorum.election.backoff.max.ms': 1_000,
  'controller.quorum.append.linger.ms': 25,
  'controller.quorum.request.timeout.ms': 2_000,
  'controller.quorum.retry.backoff.ms': 20,
  'controller.quorum.fetch.snapshot.max.bytes': 1_048_576,
  'controller.quorum.fetch.max.bytes': 1_048_576,
  'controller.quorum.auto.join.enable': false,
  'metadata.log.segment.bytes': 1_073_741_824,
  'metadata.log.segment.ms': 604_800_000,
  'metadata.max.retention.bytes': 104_857_600,
  'metadata.max.retention.ms': 604_800_000,
};

/** How long a leader parks a fetch that finds nothing new (`KafkaRaftClient.MAX_FETCH_WAIT_MS`). */
export const FETCH_MAX_WAIT_MS = 500;

/** A leader that hears of no majority for this many halves of the fetch timeout resigns (KAFKA-15489: factor 1.5). */
export const CHECK_QUORUM_HALVES = 3;

/** An observer that has not fetched for this long is forgotten (`LeaderState.OBSERVER_SESSION_TIMEOUT_MS`). */
export const OBSERVER_SESSION_TIMEOUT_US = 300_000 * MS;

/** A replica that is to vote has fetched within this (`LeaderState.isReplicaCaughtUp`: an hour). */
export const CATCH_UP_SESSION_US = 3_600_000 * MS;

/** How often old snapshots are looked for (`RaftMetadataLogCleanerManager`). */
export const CLEAN_INTERVAL_US = 60_000 * MS;

/** Appends waiting for the linger are drained at once above this (`KafkaRaftClient.MAX_BATCH_SIZE_BYTES`). */
export const MAX_PENDING_APPEND_BYTES = 8 * 1024 * 1024;

/** Appends waiting at the same time (`KafkaRaftClient.MAX_NUMBER_OF_BATCHES`, here per caller's batch). */
export const MAX_PENDING_APPENDS = 10_000;

/** Inputs that may wait behind one sync: at most one per connection and timer, so far below this. */
export const MAX_BACKLOG = 10_000;
