import { assert } from '../../machine/index.ts';
import { type BatchHeader, ControlType, RecordsError, readControlRecords } from '../../records/index.ts';
import type { AbortedTransaction } from '../producer/index.ts';

interface OngoingAbort {
  readonly transaction: AbortedTransaction;
  /** A batch of it is still there. */
  hasData: boolean;
}

/**
 * Which transactions are open where the cleaner is reading, and how they end (`CleanedTransactionMetadata`).
 * Every batch is shown once, in order.
 */
export class CleanedTransactions {
  readonly #committed = new Set<number>();
  readonly #aborted = new Map<number, OngoingAbort>();
  /** By first offset. */
  #ahead: AbortedTransaction[] = [];
  /** Aborted transactions whose marker stays: the new segment's transaction index. */
  #retained: AbortedTransaction[] = [];

  /** Those of a stretch that is going to be read. */
  expect(transactions: readonly AbortedTransaction[]): void {
    if (transactions.length === 0) return;
    this.#ahead.push(...transactions);
    this.#ahead.sort((left, right) => left.firstOffset - right.firstOffset);
  }

  /** True when the batch was written by a transaction that was aborted. */
  isAborted(header: BatchHeader): boolean {
    assert(!header.isControl, 'markers are asked for by themselves');
    this.#consumeUpTo(header.lastOffset);
    if (!header.isTransactional) return false;
    const aborted = this.#aborted.get(header.producerId);
    if (aborted === undefined) {
      this.#committed.add(header.producerId);
      return false;
    }
    aborted.hasData = true;
    return true;
  }

  /** True when nothing is left of the marker's transaction, so that it may go, after a while. */
  isMarkerOfNothing(batch: Uint8Array, header: BatchHeader): boolean {
    this.#consumeUpTo(header.lastOffset);
    const records = readControlRecords(batch);
    const type = records instanceof RecordsError ? undefined : records[0]?.type;
    switch (type) {
      case ControlType.ABORT: {
        const aborted = this.#aborted.get(header.producerId);
        this.#aborted.delete(header.producerId);
        if (aborted === undefined || !aborted.hasData) return true;
        this.#retained.push(aborted.transaction);
        return false;
      }
      case ControlType.COMMIT:
        return !this.#committed.delete(header.producerId);
      default:
        // A marker without its record was cleaned before.
        return header.count === 0;
    }
  }

  /** For the index of the segment that is being written. */
  takeRetained(): readonly AbortedTransaction[] {
    const retained = this.#retained;
    this.#retained = [];
    return retained;
  }

  #consumeUpTo(offset: number): void {
    let count = 0;
    while (count < this.#ahead.length && this.#ahead[count]!.firstOffset <= offset) {
      const transaction = this.#ahead[count++]!;
      if (!this.#aborted.has(transaction.producerId))
        this.#aborted.set(transaction.producerId, { transaction, hasData: false });
    }
    if (count > 0) this.#ahead.splice(0, count);
  }
}
