const ROOM_BYTES = 64 * 1024;
/** A batch larger than this has a buffer of its own. */
const SHARED_BYTES = 4 * 1024;

/**
 * Room for copies of small batches: many of them in one buffer. A batch of a hundred bytes costs several times its size
 * when it has a buffer to itself, and a log keeps every one. Serves memory.
 */
export class BatchRoom {
  #buffer: ArrayBuffer | null = null;
  #used = 0;

  /** A copy that nobody else writes to. */
  copy(batch: Uint8Array): Uint8Array {
    const { length } = batch;
    if (length > SHARED_BYTES) return batch.slice();
    if (this.#buffer === null || this.#used + length > ROOM_BYTES) {
      this.#buffer = new ArrayBuffer(ROOM_BYTES);
      this.#used = 0;
    }
    const copy = new Uint8Array(this.#buffer, this.#used, length);
    this.#used += length;
    copy.set(batch);
    return copy;
  }
}
