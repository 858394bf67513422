/** Offsets that transactions wrote which were aborted, as stretches in order. */
export class AbortedStretches {
  /** First and last offsets, in turn. */
  readonly #bounds: number[] = [];

  get isEmpty(): boolean {
    return this.#bounds.length === 0;
  }

  /** Stretches of one transaction: others may lie between and after them. */
  add(stretches: readonly number[]): void {
    const bounds = this.#bounds;
    for (let i = 0; i < stretches.length; i += 2) {
      let at = bounds.length;
      while (at > 0 && bounds[at - 2]! > stretches[i]!) at -= 2;
      bounds.splice(at, 0, stretches[i]!, stretches[i + 1]!);
    }
  }

  has(recordOffset: number): boolean {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length >> 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle * 2 + 1]! < recordOffset) low = middle + 1;
      else high = middle;
    }
    return low * 2 < bounds.length && bounds[low * 2]! <= recordOffset;
  }

  /** The log was cut here. */
  truncate(logEndOffset: number): void {
    const bounds = this.#bounds;
    while (bounds.length > 0 && bounds[bounds.length - 2]! >= logEndOffset) bounds.length -= 2;
  }
}
