/**
 * Orders slots by (at, seq): a 4-ary heap over three parallel typed arrays. Four children share a cache line
 * of `at`, and nothing is allocated per event. `seq` is unique, so the order is total and does not depend on
 * the heap's shape. Serves speed: the hold model in `test/bench/kernel.ts` says by how much.
 */
export class EventHeap {
  size = 0;
  at: Float64Array;
  seq: Float64Array;
  slot: Int32Array;

  constructor(capacity: number) {
    this.at = new Float64Array(capacity);
    this.seq = new Float64Array(capacity);
    this.slot = new Int32Array(capacity);
  }

  push(at: number, seq: number, slot: number): void {
    if (this.size === this.at.length) this.#grow();
    const ats = this.at;
    const seqs = this.seq;
    const slots = this.slot;
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentAt = ats[parent]!;
      // A new event has the highest seq of all: it never passes one of the same time.
      if (parentAt < at || (parentAt === at && seqs[parent]! < seq)) break;
      ats[hole] = parentAt;
      seqs[hole] = seqs[parent]!;
      slots[hole] = slots[parent]!;
      hole = parent;
    }
    ats[hole] = at;
    seqs[hole] = seq;
    slots[hole] = slot;
  }

  /** Removes the top. The caller has read `at[0]` and `slot[0]` before. */
  pop(): void {
    const last = --this.size;
    if (last > 0) this.#sink(0, this.at[last]!, this.seq[last]!, this.slot[last]!);
  }

  /** Keeps only the slots that `isLive` says, and restores the order. */
  retain(isLive: (slot: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      if (!isLive(this.slot[i]!)) continue;
      this.at[kept] = this.at[i]!;
      this.seq[kept] = this.seq[i]!;
      this.slot[kept] = this.slot[i]!;
      kept++;
    }
    this.size = kept;
    for (let i = (kept - 2) >> 2; i >= 0; i--) this.#sink(i, this.at[i]!, this.seq[i]!, this.slot[i]!);
  }

  #sink(hole: number, at: number, seq: number, slot: number): void {
    const ats = this.at;
    const seqs = this.seq;
    const slots = this.slot;
    const size = this.size;
    for (;;) {
      const first = (hole << 2) + 1;
      if (first >= size) break;
      const end = Math.min(first + 4, size);
      let best = first;
      let bestAt = ats[first]!;
      for (let child = first + 1; child < end; child++) {
        const childAt = ats[child]!;
        if (childAt < bestAt || (childAt === bestAt && seqs[child]! < seqs[best]!)) {
          best = child;
          bestAt = childAt;
        }
      }
      if (at < bestAt || (at === bestAt && seq < seqs[best]!)) break;
      ats[hole] = bestAt;
      seqs[hole] = seqs[best]!;
      slots[hole] = slots[best]!;
      hole = best;
    }
    ats[hole] = at;
    seqs[hole] = seq;
    slots[hole] = slot;
  }

  #grow(): void {
    const capacity = this.at.length * 2;
    const at = new Float64Array(capacity);
    const seq = new Float64Array(capacity);
    const slot = new Int32Array(capacity);
    at.set(this.at);
    seq.set(this.seq);
    slot.set(this.slot);
    this.at = at;
    this.seq = seq;
    this.slot = slot;
  }
}
