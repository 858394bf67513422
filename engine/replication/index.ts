/**
 * Data replication of one broker: partitions and their leader and follower roles, produce and fetch, ISR and high
 * watermark, fetch sessions, fetchers, truncation.
 *
 * Flow: metadata gives a role (`Replicas.applyDelta`); a leader appends (`Produces`), serves reads (`Fetches`),
 * proposes its ISR to the controller (`IsrChanges`); a follower copies (`Fetcher`). What must wait is parked at the
 * partition that it waits for, and looked at again when that has news, before the step ends.
 *
 * Invariants:
 * - `partitionEpoch` and `leaderEpoch` of a replica never go back; metadata older than either is ignored.
 * - The leader's high watermark is at most the end of every member of the maximal ISR, and stands still below min ISR.
 * - A follower counts only through fetches in the leader's own epoch, from its registered incarnation, on a shared
 * history.
 * - A fetched batch is appended only at the position, and in the epoch, that it was asked for; truncation comes
 * before any
 *   high watermark of the leader.
 * - Every request is answered exactly once; an acknowledged acks=all record is below the high watermark.
 *
 * Kafka's counterparts: `ReplicaManager`, `Partition`, `Replica`, `AbstractFetcherThread`, `RemoteLeaderEndPoint`,
 * `FetchSession(Handler)`, `FetchManager`, `DelayedFetch`, `DelayedProduce`, `DefaultAlterPartitionManager`,
 * `RackAwareReplicaSelector`. KIP-101, 207, 227, 279, 320, 392, 497, 516, 595, 841, 903, 951, 966 (strict min ISR).
 *
 * Not here: tiered storage, delegation of authorisation.
 */
export { Acks } from './append.ts';
export { configDivergence } from './config-divergence.ts';
export type { VolumeSpace } from './describe-log-dirs.ts';
export { OffsetSpec } from './list-offsets.ts';
export type { LogHome } from './log-home.ts';
export { describeReplica, type FetchView, type ReplicaView } from './replica-view.ts';
export { Replicas, type ReplicasOptions } from './replicas.ts';
export { RACK_AWARE_SELECTOR, REPLICATION_DEFAULTS, type ReplicationConfig } from './replication-config.ts';
export type { BrokerIdentity } from './replication-context.ts';
export {
  ALTER_PARTITION_OWNER,
  DIRECTORY_ASSIGNMENT_OWNER,
  FETCHER_OWNER,
  ReplicationTimer,
} from './timer.ts';
export type { MarkerSettled, TransactionMarker } from './transaction-markers.ts';
export type { PartitionErrors, UnverifiedProduce } from './transactional-produce.ts';
