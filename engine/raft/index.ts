/**
 * KRaft: the replicated metadata log (KIP-595, KIP-630, KIP-996), with static voters (kraft.version 0).
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
 * - A leader that cannot hear a majority for 1.5 fetch timeouts resigns; a voter that cannot win does not raise the
 * epoch.
 *
 * Files: `raft.ts` the shell (one event at a time, and stillness while something is being synced), `raft-core.ts`
 * what roles and messages do, `quorum.ts` the roles' lawful changes, `roles/` one file a role, `messages/` one file
 * an API, `metadata-log.ts` positions and snapshots over `engine/log`.
 *
 * Where it differs: voters are static, so the handlers of AddRaftVoter, RemoveRaftVoter and UpdateRaftVoter have no
 * home yet (`Voters` is the place), and followers do not send UpdateRaftVoter at kraft.version 0. The step runs to
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
