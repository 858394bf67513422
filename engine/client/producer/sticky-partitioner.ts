import type { Random } from '../../machine/index.ts';

/** What is known of one topic's partitions when a new one is chosen. */
export interface PartitionChoice {
  readonly partitionCount: number;
  /** Partitions that have a leader, in order. */
  availablePartitions(): readonly number[];
  /** KIP-1123: the producer prefers leaders in its own rack. */
  readonly isRackAware: boolean;
  isInRack(partition: number): boolean;
}

/** Partitions by how often they shall be chosen. */
interface Load {
  readonly partitions: readonly number[];
  /** Running sums of the weights. */
  readonly cumulative: readonly number[];
}

/**
 * Records without a key go to one partition until about `batch.size` bytes went there, then to another
 * (KIP-480, KIP-794). Adaptive: partitions with shorter queues are chosen more often, once queue lengths
 * differ. Rack-aware (KIP-1123): only partitions led from the producer's rack are chosen while there is one.
 */
export class StickyPartitioner {
  readonly #batchSize: number;
  readonly #random: Random;
  #partition = -1;
  #producedBytes = 0;
  /** Null: choose evenly. */
  #load: Load | null = null;

  constructor(batchSize: number, random: Random) {
    this.#batchSize = Math.max(1, batchSize);
    this.#random = random;
  }

  /** Where a record without a key goes now. */
  current(choice: PartitionChoice): number {
    if (this.#partition < 0) this.#partition = this.#next(choice);
    return this.#partition;
  }

  /**
   * Counts what went to the current partition. A switch waits for a batch to fill, lest a small one be left
   * behind, but not beyond twice the batch size.
   */
  onAppended(bytes: number, allBatchesFull: boolean, choice: PartitionChoice): void {
    this.#producedBytes += bytes;
    const isEnough = this.#producedBytes >= this.#batchSize && allBatchesFull;
    if (!isEnough && this.#producedBytes < this.#batchSize * 2) return;
    this.#producedBytes = 0;
    this.#partition = this.#next(choice);
  }

  /**
   * Queue lengths of the available partitions, of `all` partitions there are; none: not known. Weights are
   * the inverse: lengths 0, 3, 1 weigh 4, 1, 3.
   */
  onQueueLengths(
    partitions: readonly number[],
    lengths: readonly number[],
    all: number,
    choice: PartitionChoice,
  ): void {
    this.#load = null;
    if (lengths.length < 1 || all < 2) return;
    // The queues of other racks say whether to weigh at all, as in Kafka; then only one's own count.
    let allEqual = true;
    for (const length of lengths) if (length !== lengths[0]) allEqual = false;
    if (allEqual && lengths.length === all) return;
    const near = choice.isRackAware ? indexesInRack(partitions, choice) : NONE;
    if (near.length === 0) this.#load = weigh(partitions, lengths);
    else {
      const inRack = near.map((i) => partitions[i]!);
      this.#load = weigh(
        inRack,
        near.map((i) => lengths[i]!),
      );
    }
  }

  #next(choice: PartitionChoice): number {
    const draw = this.#random.u32() & 0x7fffffff;
    if (this.#load !== null) {
      const { partitions, cumulative } = this.#load;
      const weighted = draw % cumulative.at(-1)!;
      return partitions[cumulative.findIndex((upTo) => weighted < upTo)]!;
    }
    const available = choice.availablePartitions();
    if (available.length === 0) return draw % choice.partitionCount;
    const near = choice.isRackAware ? available.filter((partition) => choice.isInRack(partition)) : NONE;
    const among = near.length > 0 ? near : available;
    return among[draw % among.length]!;
  }
}

const NONE: readonly number[] = [];

function indexesInRack(partitions: readonly number[], choice: PartitionChoice): readonly number[] {
  const indexes: number[] = [];
  for (let i = 0; i < partitions.length; i++) if (choice.isInRack(partitions[i]!)) indexes.push(i);
  return indexes;
}

function weigh(partitions: readonly number[], lengths: readonly number[]): Load {
  let longest = 0;
  for (const length of lengths) if (length > longest) longest = length;
  const cumulative: number[] = [];
  let sum = 0;
  for (const length of lengths) cumulative.push((sum += longest + 1 - length));
  return { partitions, cumulative };
}
