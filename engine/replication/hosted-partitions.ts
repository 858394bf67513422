import type { ClusterImage } from '../metadata/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { Partition } from './partition.ts';
import { PartitionMap } from './partition-map.ts';

/** More than a broker ever hosts; reaching it is a defect of the placement. */
const MAX_HOSTED = 1_000_000;

/**
 * The replicas of this broker (`ReplicaManager.allPartitions`), and those of them that have news for parked work.
 * Two partitions of one name never live at the same time: a deletion comes before a creation.
 */
export class HostedPartitions {
  readonly #byName = new PartitionMap<Partition>();
  #withNews: Partition[] = [];
  #settling: Partition[] = [];

  get size(): number {
    return this.#byName.size;
  }

  find(topic: string, index: number): Partition | undefined {
    return this.#byName.get(topic, index);
  }

  add(partition: Partition): void {
    if (this.#byName.size >= MAX_HOSTED) throw new RangeError('too many replicas on one broker');
    this.#byName.set(partition.topic, partition.index, partition);
  }

  remove(partition: Partition): void {
    this.#byName.delete(partition.topic, partition.index);
  }

  /** In the order in which they came, topic by topic. */
  values(): IterableIterator<Partition> {
    return this.#byName.values();
  }

  /** Why a partition cannot be served here (`getPartitionOrError`), or NONE. */
  reject(image: ClusterImage, topic: string, index: number, partition: Partition | undefined): number {
    if (partition !== undefined) {
      return partition.role.kind === 'offline' ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE;
    }
    // The topic exists, but not here any more: the client must refresh its metadata, as after a reassignment.
    return image.topicsByName.get(topic)?.partitions[index] === undefined
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  /** Remembers that parked work on this partition must be looked at before the step ends. */
  tell(partition: Partition, news: number): void {
    if (partition.news === 0) this.#withNews.push(partition);
    partition.news |= news;
  }

  /** Partitions with news since the last call; valid until the next one. */
  takeNews(): readonly Partition[] {
    const taken = this.#withNews;
    this.#withNews = this.#settling;
    this.#withNews.length = 0;
    this.#settling = taken;
    return taken;
  }

  get hasNews(): boolean {
    return this.#withNews.length > 0;
  }
}
