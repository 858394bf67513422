/**
 * KRaft: the replicated metadata log (KIP-595, KIP-630, KIP-996), with static voters (kraft.version 0) or voters that
 * the log itself names and changes (kraft.version 1, KIP-853, KIP-1186).
 *
 * Owns the election of one leader per epoch, the replication of its log to voters and observers, the high watermark,
 * and snapshots. What the records say is the business of the state machine above, which appends, pulls what is
 * committed, and hands in snapshots.
 *
 * Invariants:
 * - One vote per epoch, and one leader: the election is in `quorum-state`, durable, before anything that rests on it
 * is said.
 * - A record is named by (offset, epoch). An epoch is never led twice, not even by the same node after a restart.
 * - A voter's fetch acknowledges only what it has synced; a leader counts itself only up to what it has synced.
 * - The high watermark never goes back, and moves in a new epoch only past that epoch's own first record.
 * - Nothing below the high watermark is ever truncated.
 * - Who votes is what the end of a replica's log says, committed or not; cut off again, it never was. A voter is an id
 * with a directory: with another disk the same id is another replica, which has promised nothing.
 * - Voters change one at a time, when the leader has committed in its epoch and the change before is committed.
 * - A leader that removes itself leads until that is committed, does not count itself, and resigns then.
 * - A leader that cannot hear a majority for 1.5 fetch timeouts resigns; a voter that cannot win does not raise the
 * epoch.
 *
 * Files: `raft.ts` the shell (one event at a time, and stillness while something is being synced), `raft-core.ts`
 * what roles and messages do, `quorum.ts` the roles' lawful changes, `roles/` one file a role, `messages/` one file
 * an API, `metadata-log.ts` positions and snapshots over `engine/log`, `voter-history.ts` who votes at which offset,
 * `voter-changes.ts` the change that a leader has under way, `known-nodes.ts` where controllers are reached.
 *
 * Where it differs: a voter has one listener, CONTROLLER; bootstrap servers are known by their ids. A snapshot just
 * before a change of voters does not make the voters before it forgotten (`offset-history.ts`). A controller that hears
 * of an epoch that it led with a disk that it has lost waits for another leader; Kafka's ends itself. The step runs to
 * its end in memory while its words wait for the disk; Kafka blocks in the middle. A leader counts itself after its
 * sync, not before it. Who asked a node that knows no leader asks it again after
 * `controller.quorum.retry.backoff.ms`; Kafka asks at once.
 *
 * Kafka's counterpart: `raft.{KafkaRaftClient, QuorumState, LeaderState, ...}`, `raft.internals.KafkaRaftLog`,
 * `snapshot.*`.
 */
export { writeBootstrapSnapshot } from './bootstrap-snapshot.ts';
export type { CommittedBatch, SnapshotToLoad } from './committed-reader.ts';
export { RAFT_APIS } from './dispatch.ts';
export type { NodeAddresses } from './known-nodes.ts';
export { METADATA_LOG, METADATA_TOPIC, METADATA_TOPIC_ID } from './metadata-partition.ts';
export type { OffsetAndEpoch } from './offset-and-epoch.ts';
export { RAFT_RPC_OWNER } from './outbound.ts';
export { Raft } from './raft.ts';
export { defaultRaftConfig, type RaftConfig } from './raft-config.ts';
export type { RaftOptions } from './raft-options.ts';
export { RaftTimer } from './raft-timer.ts';
export type { RoleKind } from './roles/role.ts';
export {
  LISTENER_NAME,
  MAX_KRAFT_VERSION,
  MIN_KRAFT_VERSION,
  type Voter,
  type VoterNode,
  VoterSet,
} from './voters.ts';
