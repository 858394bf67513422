import type {
  GroupCoordinator,
  ShardView,
  TransactionCoordinator,
  TransactionMetadata,
} from '../coordinator/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import {
  type ClusterImage,
  CONSUMER_OFFSETS,
  type MetadataDelta,
  type PartitionDelta,
  TRANSACTION_STATE,
} from '../metadata/index.ts';
import type { ReplicaView } from '../replication/index.ts';

/** What a coordinator hears of the partitions of its topic. */
export interface PartitionCoordinator {
  onElected(now: Us, partition: number, leaderEpoch: number, out: Outbox): void;
  /** `leaderEpoch` null: the partition is not here any more. */
  onResigned(now: Us, partition: number, leaderEpoch: number | null, out: Outbox): void;
  onHighWatermark(now: Us, partition: number, out: Outbox): void;
  onMetadata(now: Us, image: ClusterImage, delta: MetadataDelta, out: Outbox): void;
  close(now: Us, out: Outbox): void;
}

/**
 * The coordinators of a broker, and who of them leads what: elections and resignations are read off the metadata, after
 * the replicas have taken on their roles (`BrokerMetadataPublisher.updateCoordinator`).
 */
export class Coordinators {
  readonly #nodeId: number;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  #hasTransactions = false;
  readonly #byTopic: ReadonlyMap<string, PartitionCoordinator>;

  constructor(nodeId: number, groups: GroupCoordinator, transactions: TransactionCoordinator) {
    this.#nodeId = nodeId;
    this.groups = groups;
    this.transactions = transactions;
    this.#byTopic = new Map<string, PartitionCoordinator>([
      [CONSUMER_OFFSETS, groups],
      [TRANSACTION_STATE, transactions],
    ]);
  }

  applyDelta(now: Us, delta: MetadataDelta, image: ClusterImage, out: Outbox): void {
    for (const change of delta.partitions()) {
      const coordinator = this.#byTopic.get(change.topic);
      if (coordinator !== undefined) this.#follow(now, coordinator, change, out);
    }
    for (const coordinator of this.#byTopic.values()) coordinator.onMetadata(now, image, delta, out);
  }

  /** Records of a coordinator are replicated up to a new high watermark. */
  onReplicated(now: Us, { index, topic }: ReplicaView, out: Outbox): void {
    this.#byTopic.get(topic)?.onHighWatermark(now, index, out);
  }

  /** All partitions of coordinators' topics that are led here. */
  *views(): IterableIterator<ShardView> {
    yield* this.groups.views();
    yield* this.transactions.runtime.views();
  }

  /** Transactional ids that are coordinated here. */
  *transactionStates(): IterableIterator<TransactionMetadata> {
    const { runtime } = this.transactions;
    for (const partition of runtime.activePartitions()) yield* runtime.view(partition)!.shard.all();
  }

  /** The process stops. */
  close(now: Us, out: Outbox): void {
    for (const coordinator of this.#byTopic.values()) coordinator.close(now, out);
  }

  /** As `TopicDelta.localChanges` sorts them: led here in a new leader epoch, followed here, no longer here. */
  #follow(now: Us, coordinator: PartitionCoordinator, change: PartitionDelta, out: Outbox): void {
    const { next, partition, previous } = change;
    const nodeId = this.#nodeId;
    if (next === null || !next.replicas.includes(nodeId)) {
      if (previous?.replicas.includes(nodeId) ?? false) coordinator.onResigned(now, partition, null, out);
      return;
    }
    if (previous !== null && previous.partitionEpoch === next.partitionEpoch) return;
    if (next.leader !== nodeId) coordinator.onResigned(now, partition, next.leaderEpoch, out);
    else if (previous === null || previous.leaderEpoch !== next.leaderEpoch) {
      if (coordinator === this.transactions) this.#startTransactions(now, out);
      coordinator.onElected(now, partition, next.leaderEpoch, out);
    }
  }

  /** Sweeps have nothing to look at before the first partition is led: a cluster without transactions has none. */
  #startTransactions(now: Us, out: Outbox): void {
    if (this.#hasTransactions) return;
    this.#hasTransactions = true;
    this.transactions.start(now, out);
  }
}
