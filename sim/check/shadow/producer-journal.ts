import type { ProducerState } from './producer-state.ts';

/** A tail that is cut off is short: what no follower had. Beyond this the log is looked at anew. */
const MAX_ENTRIES = 4_096;
const FIRST_CAPACITY = 16;

/**
 * What each of the last batches of a log changed of its producer, so that it can be taken back when the log is cut:
 * columns of numbers, and never more than a tail can hold. Serves memory.
 */
export class ProducerJournal {
  length = 0;
  /** What is older is not here: a cut at or below this offset cannot be taken back. */
  floor = -1;
  readonly #states: ProducerState[] = [];
  #baseOffsets = new Float64Array(FIRST_CAPACITY);
  #leaderEpochs = new Int32Array(FIRST_CAPACITY);
  #producerEpochs = new Int16Array(FIRST_CAPACITY);
  #lastSequences = new Int32Array(FIRST_CAPACITY);
  #lastOffsets = new Float64Array(FIRST_CAPACITY);
  #coordinatorEpochs = new Int32Array(FIRST_CAPACITY);
  #openFrom = new Float64Array(FIRST_CAPACITY);

  /** Writes down what the producer is before this batch changes it. */
  push(state: ProducerState, baseOffset: number, leaderEpoch: number): void {
    if (this.length === MAX_ENTRIES) this.#dropHalf();
    if (this.length === this.#baseOffsets.length) this.#grow();
    const i = this.length++;
    this.#states[i] = state;
    this.#baseOffsets[i] = baseOffset;
    this.#leaderEpochs[i] = leaderEpoch;
    this.#producerEpochs[i] = state.producerEpoch;
    this.#lastSequences[i] = state.lastSequence;
    this.#lastOffsets[i] = state.lastOffset;
    this.#coordinatorEpochs[i] = state.coordinatorEpoch;
    this.#openFrom[i] = state.openFrom;
  }

  /** Of the last batch; -1: there is none. */
  get lastBaseOffset(): number {
    return this.length === 0 ? -1 : this.#baseOffsets[this.length - 1]!;
  }

  get lastLeaderEpoch(): number {
    return this.length === 0 ? -1 : this.#leaderEpochs[this.length - 1]!;
  }

  /** Takes the last batch back, and answers whose it was. */
  undo(): ProducerState {
    const i = --this.length;
    const state = this.#states[i]!;
    state.producerEpoch = this.#producerEpochs[i]!;
    state.lastSequence = this.#lastSequences[i]!;
    state.lastOffset = this.#lastOffsets[i]!;
    state.coordinatorEpoch = this.#coordinatorEpochs[i]!;
    state.openFrom = this.#openFrom[i]!;
    return state;
  }

  /** The last offset below `logEndOffset` of each producer that has written beyond it, as far as this goes back. */
  lastOffsetsBelow(logEndOffset: number): Map<ProducerState, number> {
    const lastOffsets = new Map<ProducerState, number>();
    for (let i = this.length - 1; i >= 0 && this.#baseOffsets[i]! >= logEndOffset; i--)
      lastOffsets.set(this.#states[i]!, this.#lastOffsets[i]!);
    return lastOffsets;
  }

  clear(): void {
    this.length = 0;
    this.floor = -1;
  }

  #dropHalf(): void {
    const from = this.length >> 1;
    this.floor = this.#baseOffsets[from - 1]!;
    this.#states.splice(0, from);
    for (const column of this.#columns()) column.copyWithin(0, from, this.length);
    this.length -= from;
  }

  #columns(): readonly (Float64Array | Int32Array | Int16Array)[] {
    return [
      this.#baseOffsets,
      this.#leaderEpochs,
      this.#producerEpochs,
      this.#lastSequences,
      this.#lastOffsets,
      this.#coordinatorEpochs,
      this.#openFrom,
    ];
  }

  #grow(): void {
    const capacity = this.length * 2;
    this.#baseOffsets = grown(this.#baseOffsets, new Float64Array(capacity));
    this.#leaderEpochs = grown(this.#leaderEpochs, new Int32Array(capacity));
    this.#producerEpochs = grown(this.#producerEpochs, new Int16Array(capacity));
    this.#lastSequences = grown(this.#lastSequences, new Int32Array(capacity));
    this.#lastOffsets = grown(this.#lastOffsets, new Float64Array(capacity));
    this.#coordinatorEpochs = grown(this.#coordinatorEpochs, new Int32Array(capacity));
    this.#openFrom = grown(this.#openFrom, new Float64Array(capacity));
  }
}

function grown<T extends Float64Array | Int32Array | Int16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
