import { assert } from '../machine/index.ts';
import { BATCH_HEADER_BYTES, CRC } from './batch-header.ts';
import { readInt32 } from './big-endian.ts';
import type { RecordsError } from './records-error.ts';
import { verifyBatch } from './verify-batch.ts';

/** A batch is looked at again within milliseconds (leader, followers, reader) or not for long. */
const FEW_SLOTS = 256;

/**
 * Remembers which batches were found undamaged, by identity: a batch is never changed once built, so the same
 * object need not be summed up again. Copies, and so batches that came over a wire as bytes or lay on a disk that
 * damaged them, are other objects and are checked in full. One instance may serve many processes of one world.
 */
export class VerifiedBatches {
  /** Indexed by the low bits of the stored CRC; a later batch takes an earlier one's place. */
  readonly #slots: (Uint8Array | null)[];
  readonly #mask: number;

  /** `slots`: a power of two. So many batches are kept alive at most. */
  constructor(slots = FEW_SLOTS) {
    assert(slots > 0 && (slots & (slots - 1)) === 0, 'slots are a power of two');
    this.#slots = new Array<Uint8Array | null>(slots).fill(null);
    this.#mask = slots - 1;
  }

  /** Length, magic, ranges and CRC of one whole batch; null when it is what was written. */
  verify(batch: Uint8Array): RecordsError | null {
    if (batch.length >= BATCH_HEADER_BYTES && this.#slots[this.#slotOf(batch)] === batch) return null;
    const damage = verifyBatch(batch);
    if (damage === null) this.#slots[this.#slotOf(batch)] = batch;
    return damage;
  }

  /** Whoever has just written the CRC, or stamped a batch that was verified, need not sum it up again. */
  add(batch: Uint8Array): void {
    this.#slots[this.#slotOf(batch)] = batch;
  }

  #slotOf(batch: Uint8Array): number {
    return readInt32(batch, CRC) & this.#mask;
  }
}
