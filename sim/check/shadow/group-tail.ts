import type { Fact } from '../../../engine/machine/index.ts';

/** A batch as a replica has it. */
export interface StoredBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  readonly batch: Uint8Array;
}

/** The end of one replica's log, as far as it is not known to be replicated: what it would lead with. */
export class GroupTail {
  logEndOffset = 0;
  /** Where it was cut while its process ran; a power loss may undo that. */
  #lowestCut = Number.POSITIVE_INFINITY;
  /** Its end may be another than was told. */
  isDoubtful = false;
  #batches: StoredBatch[] = [];

  onFact(fact: Fact): void {
    switch (fact.fact) {
      case 'log appended':
        this.#batches.push(fact);
        this.logEndOffset = fact.lastOffset + 1;
        return;
      case 'log truncated':
        this.#lowestCut = Math.min(this.#lowestCut, fact.logEndOffset);
        this.#cut(fact.logEndOffset);
        return;
      case 'log opened':
        if (fact.logEndOffset < this.logEndOffset && fact.logEndOffset > this.#lowestCut)
          this.isDoubtful = true;
        this.#lowestCut = Number.POSITIVE_INFINITY;
        this.#cut(fact.logEndOffset);
        return;
      case 'log restarted':
        this.isDoubtful = false;
        this.#cut(0);
        this.logEndOffset = fact.logStartOffset;
        return;
      default:
        return;
    }
  }

  /** Takes out what lies from an offset up to another (exclusive). */
  *take(from: number, to: number): Generator<StoredBatch> {
    for (const batch of this.#batches) {
      if (batch.lastOffset >= to) break;
      if (batch.baseOffset >= from) yield batch;
    }
    this.forgetBelow(to);
  }

  forgetBelow(replicatedEnd: number): void {
    let count = 0;
    while (count < this.#batches.length && this.#batches[count]!.lastOffset < replicatedEnd) count++;
    if (count > 0) this.#batches = this.#batches.slice(count);
  }

  #cut(logEndOffset: number): void {
    while (this.#batches.length > 0 && this.#batches.at(-1)!.lastOffset >= logEndOffset) this.#batches.pop();
    this.logEndOffset = logEndOffset;
  }
}
