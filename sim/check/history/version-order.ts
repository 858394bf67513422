import { DenseIndex } from './dense-index.ts';
import { NumberColumn } from './number-column.ts';
import { NumberIndex } from './number-index.ts';

const MIN_ROOM = 64;

/**
 * All that is known of where values stand in one partition, in columns: nearly every offset has one value and every
 * value one offset, and only where there are more is a list made.
 */
export class VersionOrder {
  readonly log: string;
  readonly #offsets = new DenseIndex();
  readonly #ids = new NumberIndex();
  /** By place of the offset: the place of the first value seen there. */
  readonly #idAt = new NumberColumn();
  /** By place of the value: the place of the first offset where it was seen; of the lowest after `seal`. */
  #offsetOf = new Int32Array(MIN_ROOM);
  /** Offset -> its distinct values, where there are several. */
  readonly #idsAt = new Map<number, number[]>();
  /** Value -> its distinct offsets, where there are several; ascending after `seal`. */
  readonly #offsetsOf = new Map<number, number[]>();
  /** By place of the offset: dense index; gaps of control records do not count. Null: the places themselves. */
  #rank: Int32Array | null = null;
  /** By index: how many values up to it nobody has to be shown. Null: every one. */
  #shownToFew: Uint32Array | null = null;
  /** The first so many values were returned by polls. */
  #readCount = 0;

  constructor(log: string) {
    this.log = log;
  }

  note(recordOffset: number, id: number): void {
    const knownOffsets = this.#offsets.length;
    const knownIds = this.#ids.length;
    const offset = this.#offsets.add(recordOffset);
    const value = this.#ids.add(id);
    if (offset === knownOffsets) this.#idAt.push(value);
    else if (this.#idAt.at(offset) !== value)
      addDistinct(this.#idsAt, recordOffset, this.#ids.at(this.#idAt.at(offset)), id);
    if (value === knownIds) {
      if (value === this.#offsetOf.length) this.#offsetOf = widened(this.#offsetOf);
      this.#offsetOf[value] = offset;
    } else if (this.#offsetOf[value] !== offset)
      addDistinct(this.#offsetsOf, id, this.#offsets.at(this.#offsetOf[value]!), recordOffset);
  }

  /** All polls were noted: what comes now is known from sends alone. */
  endReads(): void {
    this.#readCount = this.#ids.length;
  }

  /** The values that only readers of what is not committed have to be shown. */
  seal(uncommitted: ReadonlySet<number>): void {
    for (const [id, where] of this.#offsetsOf) {
      where.sort((a, b) => a - b);
      this.#offsetOf[this.#ids.find(id)] = this.#offsets.find(where[0]!);
    }
    const places = this.#offsets.keys();
    if (isAscending(places)) {
      if (uncommitted.size > 0) this.#shownToFew = this.#countOf(places, uncommitted);
      return;
    }
    const sorted = places.slice().sort();
    this.#rank = new Int32Array(sorted.length);
    for (let i = 0; i < sorted.length; i++) this.#rank[this.#offsets.find(sorted[i]!)] = i;
    if (uncommitted.size > 0) this.#shownToFew = this.#countOf(sorted, uncommitted);
  }

  #countOf(offsets: Float64Array, uncommitted: ReadonlySet<number>): Uint32Array {
    const counts = new Uint32Array(offsets.length);
    let count = 0;
    for (let i = 0; i < offsets.length; i++) {
      if (uncommitted.has(this.#ids.at(this.#idAt.at(this.#offsets.find(offsets[i]!))))) count++;
      counts[i] = count;
    }
    return counts;
  }

  /** Offsets with more than one value, in the order in which they were first seen. */
  conflicts(): [recordOffset: number, ids: readonly number[]][] {
    return severalOf(this.#offsets, this.#idsAt);
  }

  /** Values at more than one offset, in the order in which they were first seen. */
  duplicates(): [id: number, offsets: readonly number[]][] {
    return severalOf(this.#ids, this.#offsetsOf);
  }

  /** Did some poll return this value? */
  wasRead(id: number): boolean {
    const value = this.#ids.find(id);
    return value >= 0 && value < this.#readCount;
  }

  /** The greatest first place of any value that was read; -1 when none was. */
  readBound(): number {
    let bound = -1;
    for (let value = 0; value < this.#readCount; value++)
      bound = Math.max(bound, this.#rankOf(this.#offsetOf[value]!));
    return bound;
  }

  /** By index: the value that stands there; the first one seen, where there were several. */
  values(): Float64Array {
    const values = new Float64Array(this.#offsets.length);
    for (let place = 0; place < values.length; place++)
      values[this.#rankOf(place)] = this.#ids.at(this.#idAt.at(place));
    return values;
  }

  /** Does no value stand at more than one offset? */
  get isWithoutDuplicates(): boolean {
    return this.#offsetsOf.size === 0;
  }

  firstIndex(id: number): number | undefined {
    const value = this.#ids.find(id);
    return value < 0 ? undefined : this.#rankOf(this.#offsetOf[value]!);
  }

  lastIndex(id: number): number | undefined {
    const last = this.#offsetsOf.get(id)?.at(-1);
    return last === undefined ? this.firstIndex(id) : this.indexAt(last);
  }

  indexAt(recordOffset: number): number | undefined {
    const place = this.#offsets.find(recordOffset);
    return place < 0 ? undefined : this.#rankOf(place);
  }

  #rankOf(place: number): number {
    return this.#rank === null ? place : this.#rank[place]!;
  }

  /**
   * Steps from one index to another: 1 is the next known value, less is backwards, more is a jump over known values.
   * Values that were never committed are not jumped over.
   */
  steps(from: number, to: number): number {
    const counts = this.#shownToFew;
    if (counts === null || to - from < 2) return to - from;
    return to - from - (counts[to - 1]! - counts[from]!);
  }
}

function isAscending(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false;
  return true;
}

function widened(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(column.length * 2);
  wide.set(column);
  return wide;
}

function addDistinct(several: Map<number, number[]>, key: number, known: number, value: number): void {
  const values = several.get(key);
  if (values === undefined) several.set(key, [known, value]);
  else if (!values.includes(value)) values.push(value);
}

function severalOf(
  index: Pick<NumberIndex, 'find'>,
  several: ReadonlyMap<number, readonly number[]>,
): [key: number, values: readonly number[]][] {
  const byPlace = [...several].sort(([a], [b]) => index.find(a) - index.find(b));
  return byPlace.map(([key, values]) => [key, values]);
}
