import { SECOND, type Us } from '../machine/index.ts';

/** `replication.quota.window.num` samples of `…window.size.seconds`, and the same for moves between directories. */
const SAMPLES = 11;
const SAMPLE_US: Us = SECOND;

/**
 * How many bytes a second may be copied (`ReplicationQuotaManager`): the mean over the last samples must stay within
 * the bound. What exceeds it is copied whole and paid for by waiting.
 */
export class ReplicationQuota {
  readonly #bytes = new Array<number>(SAMPLES).fill(0);
  #bytesPerSecond: number;
  #sample = 0;
  /** The oldest sample in the window that follows on a silence or the start; -1 before the first record. */
  #first = -1;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  update(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  record(now: Us, bytes: number): void {
    this.#rollTo(now);
    if (this.#first < 0) this.#first = this.#sample;
    const at = this.#sample % SAMPLES;
    this.#bytes[at] = this.#bytes[at]! + bytes;
  }

  isExceeded(now: Us): boolean {
    if (this.#bytesPerSecond === Number.MAX_SAFE_INTEGER) return false;
    this.#rollTo(now);
    let total = 0;
    for (const bytes of this.#bytes) total += bytes;
    // Over the time since the oldest sample began, one sample at least (`SimpleRate`).
    const elapsedUs = this.#first < 0 ? SAMPLE_US : Math.max(SAMPLE_US, now - this.#first * SAMPLE_US);
    return total > (this.#bytesPerSecond * elapsedUs) / SECOND;
  }

  /** Forgets samples older than the window: after a silence as long as that the rate begins anew. */
  #rollTo(now: Us): void {
    const sample = Math.floor(now / SAMPLE_US);
    const passed = Math.min(sample - this.#sample, SAMPLES);
    for (let at = 1; at <= passed; at++) this.#bytes[(sample - passed + at) % SAMPLES] = 0;
    this.#sample = sample;
    if (passed === SAMPLES) this.#first = -1;
    else if (this.#first >= 0) this.#first = Math.max(this.#first, sample - SAMPLES + 1);
  }
}
