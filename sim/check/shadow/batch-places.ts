/** A place in a log: which batch begins there. */
export interface BatchPlace {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
}

const FIRST_CAPACITY = 16;
/** Fewer are not worth a move. */
const FORGET_FROM = 256;

/**
 * The batches of a log in the order of their offsets, as columns of numbers: a run tells of every batch on every
 * replica, and an object for each would be most of what a long run keeps. Serves memory.
 */
export class BatchPlaces {
  length = 0;
  /** Below this offset nothing is known any more. */
  forgottenTo = 0;
  #baseOffsets = new Float64Array(FIRST_CAPACITY);
  #lastOffsets = new Float64Array(FIRST_CAPACITY);
  #leaderEpochs = new Int32Array(FIRST_CAPACITY);

  push(baseOffset: number, lastOffset: number, leaderEpoch: number): void {
    if (this.length === this.#baseOffsets.length) this.#grow();
    const i = this.length++;
    this.#baseOffsets[i] = baseOffset;
    this.#lastOffsets[i] = lastOffset;
    this.#leaderEpochs[i] = leaderEpoch;
  }

  baseOffset(i: number): number {
    return this.#baseOffsets[i]!;
  }

  lastOffset(i: number): number {
    return this.#lastOffsets[i]!;
  }

  leaderEpoch(i: number): number {
    return this.#leaderEpochs[i]!;
  }

  place(i: number): BatchPlace {
    return {
      baseOffset: this.baseOffset(i),
      lastOffset: this.lastOffset(i),
      leaderEpoch: this.leaderEpoch(i),
    };
  }

  /** The first position whose batch ends at or after `recordOffset`. */
  positionOf(recordOffset: number): number {
    const lastOffsets = this.#lastOffsets;
    let high = this.length;
    // Nearly everybody asks about the end.
    let low = high > 1 && lastOffsets[high - 2]! < recordOffset ? high - 1 : 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (lastOffsets[middle]! < recordOffset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The position of the batch that holds this offset; -1 when none does. */
  holding(recordOffset: number): number {
    const i = this.positionOf(recordOffset);
    return i < this.length && this.#baseOffsets[i]! <= recordOffset ? i : -1;
  }

  /** Drops batches that reach `logEndOffset` or beyond, whole. */
  truncate(logEndOffset: number): void {
    while (this.length > 0 && this.#lastOffsets[this.length - 1]! >= logEndOffset) this.length--;
  }

  /**
   * Forgets batches that end below `logStartOffset`, once they are half of what is kept: nobody asks about them again.
   */
  forgetBelow(logStartOffset: number): void {
    const from = this.positionOf(logStartOffset);
    if (from < FORGET_FROM || from * 2 < this.length) return;
    this.forgottenTo = this.#lastOffsets[from - 1]! + 1;
    for (const column of [this.#baseOffsets, this.#lastOffsets, this.#leaderEpochs]) {
      column.copyWithin(0, from, this.length);
    }
    this.length -= from;
  }

  #grow(): void {
    const capacity = this.length + (this.length >> 1);
    this.#baseOffsets = grown(this.#baseOffsets, new Float64Array(capacity));
    this.#lastOffsets = grown(this.#lastOffsets, new Float64Array(capacity));
    this.#leaderEpochs = grown(this.#leaderEpochs, new Int32Array(capacity));
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
