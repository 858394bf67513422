import type { Us } from '../../engine/machine/index.ts';

/** Moves bytes to the medium one after the other, at a constant speed. Times are kept in nanoseconds. */
export class Device {
  readonly #ownPicosecondsPerByte: number;
  #picosecondsPerByte: number;
  readonly #dirtyLimitBytes: number;
  #syncFreeNs = 0;
  #dirtyFreeNs = 0;

  constructor(bytesPerSecond: number, dirtyLimitBytes: number) {
    this.#ownPicosecondsPerByte = priceOf(bytesPerSecond);
    this.#picosecondsPerByte = this.#ownPicosecondsPerByte;
    this.#dirtyLimitBytes = dirtyLimitBytes;
  }

  /** When `bytes` that a sync asks for now are through, behind those of other syncs. */
  transfer(now: Us, bytes: number): Us {
    if (this.#picosecondsPerByte === 0) return now;
    this.#syncFreeNs = Math.max(now * 1_000, this.#syncFreeNs) + this.#nanosecondsFor(bytes);
    return Math.ceil(this.#syncFreeNs / 1_000);
  }

  /**
   * How long a writer is held back: what waits to be written back drains at the device's speed, down to the
   * limit.
   */
  throttle(now: Us, bytes: number): Us {
    if (this.#dirtyLimitBytes === 0 || this.#picosecondsPerByte === 0) return 0;
    this.#dirtyFreeNs = Math.max(now * 1_000, this.#dirtyFreeNs) + this.#nanosecondsFor(bytes);
    const behindNs = this.#dirtyFreeNs - now * 1_000 - this.#nanosecondsFor(this.#dirtyLimitBytes);
    return behindNs > 0 ? Math.ceil(behindNs / 1_000) : 0;
  }

  /** Fault: it is no faster than this; 0 is its own speed. */
  limit(bytesPerSecond: number): void {
    this.#picosecondsPerByte = Math.max(this.#ownPicosecondsPerByte, priceOf(bytesPerSecond));
  }

  /** Power was lost: nothing waits any more. */
  reset(): void {
    this.#syncFreeNs = 0;
    this.#dirtyFreeNs = 0;
  }

  #nanosecondsFor(bytes: number): number {
    return Math.floor((bytes * this.#picosecondsPerByte) / 1_000);
  }
}

/** Picoseconds for a byte at this speed; 0 (unlimited) is free. */
function priceOf(bytesPerSecond: number): number {
  return bytesPerSecond === 0 ? 0 : Math.max(1, Math.round(1e12 / bytesPerSecond));
}
