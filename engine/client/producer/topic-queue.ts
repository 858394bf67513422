import type { Random, Us } from '../../machine/index.ts';
import type { ClusterMetadata } from '../metadata/cluster-metadata.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { type PartitionChoice, StickyPartitioner } from './sticky-partitioner.ts';

/** What waits to be sent to one partition, oldest first. */
export interface PartitionQueue {
  readonly partition: number;
  readonly batches: ProducerBatch[];
  /** One in flight at a time keeps the order: muted while there is one. */
  isMuted: boolean;
  /** How large batches are lately: what the next one should have room for at once. */
  usualBytes: number;
}

/** One topic's queues, and where its records without a key go. */
export class TopicQueue implements PartitionChoice {
  readonly topic: string;
  readonly partitioner: StickyPartitioner;
  /** In the order in which partitions were first used. */
  readonly queues: PartitionQueue[] = [];
  readonly #metadata: ClusterMetadata;
  /** The rack to stay in, '' for none (KIP-1123). */
  readonly #rack: string;
  readonly #byPartition = new Map<number, PartitionQueue>();

  constructor(
    topic: string,
    stickyBatchSize: number,
    metadata: ClusterMetadata,
    rack: string,
    random: Random,
  ) {
    this.topic = topic;
    this.partitioner = new StickyPartitioner(stickyBatchSize, random);
    this.#metadata = metadata;
    this.#rack = rack;
  }

  get partitionCount(): number {
    return this.#metadata.partitionCount(this.topic);
  }

  availablePartitions(): readonly number[] {
    const available: number[] = [];
    for (let partition = 0; partition < this.partitionCount; partition++) {
      if (this.#metadata.leaderOf(this.topic, partition) >= 0) available.push(partition);
    }
    return available;
  }

  get isRackAware(): boolean {
    return this.#rack !== '';
  }

  isInRack(partition: number): boolean {
    const leader = this.#metadata.leaderOf(this.topic, partition);
    return this.#metadata.broker(leader)?.rack === this.#rack;
  }

  existing(partition: number): PartitionQueue | undefined {
    return this.#byPartition.get(partition);
  }

  queueOf(partition: number): PartitionQueue {
    const known = this.#byPartition.get(partition);
    if (known !== undefined) return known;
    const queue: PartitionQueue = { partition, batches: [], isMuted: false, usualBytes: 0 };
    this.#byPartition.set(partition, queue);
    this.queues.push(queue);
    return queue;
  }
}

/** When a node last had batches to be sent, and when it last took some (`NodeLatencyStats`). */
export interface NodeLatency {
  readyAt: Us;
  drainedAt: Us;
}
