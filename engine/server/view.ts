import type { BrokerState } from '../broker/index.ts';
import type {
  CommittedOffset,
  Group,
  GroupShard,
  LoadedShard,
  ShardView,
  TransactionMetadata,
  TransactionShard,
} from '../coordinator/index.ts';
import type { ClusterImage } from '../metadata/index.ts';
import type { RoleKind } from '../raft/index.ts';
import type { FetchView, ReplicaView } from '../replication/index.ts';

/** A process's place in the quorum, read only. */
export interface QuorumView {
  readonly role: RoleKind;
  readonly leader: number;
  readonly quorumEpoch: number;
  /** -1 when unknown. */
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly latestSnapshotId: { readonly offset: number; readonly epoch: number } | null;
  readonly isLeader: boolean;
}

/** A broker as checks may look at it. Everything behind it lives on and must not be changed. */
export interface BrokerView {
  readonly kind: 'broker';
  readonly nodeId: number;
  readonly state: BrokerState;
  readonly brokerEpoch: number;
  readonly image: ClusterImage;
  /** Last offset in the published image, -1 before the first. */
  readonly metadataOffset: number;
  readonly quorum: QuorumView;
  replicas(): Iterable<ReplicaView>;
  /** Log directories that are online, in the order of the configuration. */
  readonly directories: readonly { readonly path: string; readonly directoryId: string }[];
  /** The id of the directory in which a replica's log lies, by the log's name; null when it has none here. */
  directoryIdOf(log: string): string | null;
  /** Replicas on their way to another directory. */
  readonly movesUnderWay: number;
  /** Directory assignments that the controller has not accepted yet. */
  readonly assignmentsPending: number;
  /** Of its followers, what they fetch and from whom. */
  fetches(): Iterable<FetchView>;
  /**
   * The first replica that goes by another configuration than an image says, in words, or null. Compared with the
   * controller's image it is null as soon as `metadataOffset` has reached the controller's.
   */
  configDivergence(image: ClusterImage): string | null;
  /** A configuration of this broker in effect, dynamic or not; null when it has none. */
  config(name: string): string | null;
  /** Groups that it coordinates, as its shards have them: what is not replicated yet included. */
  groups(): Iterable<Group>;
  /** A position of a group that it coordinates, likewise; undefined when there is none. */
  position(groupId: string, topic: string, partition: number): CommittedOffset | undefined;
  /** Transactional ids that it coordinates, likewise. */
  transactions(): Iterable<TransactionMetadata>;
  /** The shards themselves that are loaded. */
  groupShards(): Iterable<LoadedShard<GroupShard>>;
  transactionShards(): Iterable<LoadedShard<TransactionShard>>;
  /** Partitions of coordinators' topics that it leads, loaded or not. */
  shards(): Iterable<ShardView>;
}

/** A controller as checks may look at it. */
export interface ControllerView {
  readonly kind: 'controller';
  readonly nodeId: number;
  /** The controller decides: it leads the quorum and has read all that came before it. */
  readonly isActive: boolean;
  /** What the metadata log says up to the high watermark. */
  readonly image: ClusterImage;
  readonly metadataOffset: number;
  readonly quorum: QuorumView;
}

export type ServerView = BrokerView | ControllerView;
