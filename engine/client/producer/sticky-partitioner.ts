import type { Random } from '../../machine/index.ts';

/** What is known of one topic's partitions when a new one is chosen. */
export interface PartitionChoice {
  readonly partitionCount: number;
  /** Partitions that have a leader, in order. */
  availablePartitions(): readonly number[];
}

/**
 * Records without a key go to one partition until about `batch.size` bytes went there, then to another
 * (KIP-480, KIP-794). Adaptive: partitions with shorter queues are chosen more often, once queue lengths
 * differ.
 */
export class StickyPartitioner {
  readonly #batchSize: number;
  readonly #random: Random;
  #partition = -1;
  #producedBytes = 0;
  /** Cumulative weights of `#loadPartitions`; empty: choose evenly. */
  #load: readonly number[] = [];
  #loadPartitions: readonly number[] = [];

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
   * Queue lengths of the available partitions, of `all` partitions there are; empty: not known. Weights are
   * the inverse: lengths 0, 3, 1 weigh 4, 1, 3.
   */
  onQueueLengths(partitions: readonly number[], lengths: readonly number[], all: number): void {
    this.#load = [];
    this.#loadPartitions = partitions;
    if (lengths.length < 1 || all < 2) return;
    let longest = 0;
    let allEqual = true;
    for (const length of lengths) {
      if (length !== lengths[0]) allEqual = false;
      if (length > longest) longest = length;
    }
    if (allEqual && lengths.length === all) return;
    const cumulative: number[] = [];
    let sum = 0;
    for (const length of lengths) cumulative.push((sum += longest + 1 - length));
    this.#load = cumulative;
  }

  #next(choice: PartitionChoice): number {
    const draw = this.#random.u32() & 0x7fffffff;
    const total = this.#load.at(-1);
    if (total !== undefined) {
      const weighted = draw % total;
      const index = this.#load.findIndex((upTo) => weighted < upTo);
      return this.#loadPartitions[index]!;
    }
    const available = choice.availablePartitions();
    return available.length > 0 ? available[draw % available.length]! : draw % choice.partitionCount;
  }
}
