import type { BatchHeader } from '../../records/index.ts';

/** A producer with nothing open here wants to write in a transaction: its coordinator is asked whether it may. */
export interface Verification {
  /** Tells it from every other verification of this log. */
  readonly guard: number;
  /** Its client speaks transaction version 2: each of its transactions has an epoch of its own. */
  readonly bumpsEpoch: boolean;
  readonly sinceMs: number;
  producerEpoch: number;
  /** The first batch that was seen of the epoch: what comes after it does not overtake it (KAFKA-14920). */
  lowestSequence: number;
}

/**
 * Transactions that are being verified, by producer (`VerificationStateEntry`, KIP-890).
 *
 * Invariant: a verification ends with the first batch or marker of the producer. Whoever was told "yes" and finds
 * another verification, or none and nothing open, was told so of a transaction that has ended meanwhile.
 */
export class Verifications {
  readonly #byProducer = new Map<number, Verification>();
  #lastGuard = 0;

  get(producerId: number): Verification | undefined {
    return this.#byProducer.get(producerId);
  }

  /** Answers the guard that is to be found again when the coordinator has answered. */
  begin(
    producerId: number,
    producerEpoch: number,
    sequence: number,
    bumpsEpoch: boolean,
    nowMs: number,
  ): number {
    const known = this.#byProducer.get(producerId);
    if (known === undefined) {
      this.#lastGuard += 1;
      const guard = this.#lastGuard;
      const begun = { guard, bumpsEpoch, sinceMs: nowMs, producerEpoch, lowestSequence: sequence };
      this.#byProducer.set(producerId, begun);
      return guard;
    }
    if (producerEpoch > known.producerEpoch) {
      known.producerEpoch = producerEpoch;
      known.lowestSequence = sequence;
    } else if (producerEpoch === known.producerEpoch && sequence < known.lowestSequence) {
      known.lowestSequence = sequence;
    }
    return known.guard;
  }

  /**
   * A batch of a transaction was appended. In version 2 a marker has the epoch of the transaction that comes next,
   * which may be under verification already:
   *
   *     e4 data   [verify e5]   e5 marker (ends e4)   e5 data
   */
  onAppended(header: BatchHeader): void {
    if (this.#byProducer.size === 0 || !header.isTransactional) return;
    const known = this.#byProducer.get(header.producerId);
    if (known === undefined) return;
    const isOfNext = known.bumpsEpoch && header.isControl && header.producerEpoch === known.producerEpoch;
    if (!isOfNext) this.#byProducer.delete(header.producerId);
  }

  /** Forgets those that never came to an end. */
  expire(nowMs: number, expirationMs: number): void {
    for (const [producerId, { sinceMs }] of this.#byProducer) {
      if (nowMs - sinceMs >= expirationMs) this.#byProducer.delete(producerId);
    }
  }
}
