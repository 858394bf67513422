import { DiskError } from '../../machine/index.ts';
import { readInt16, readInt64, writeInt16, writeInt64 } from '../../records/index.ts';
import { offsetOfFile, segmentPrefix } from '../log-file-name.ts';
import type { LogStorage } from '../log-storage.ts';
import type { RecoveryPoint } from '../recovery-point.ts';

/** A transaction that was aborted: what of it readers with read_committed leave out. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of the marker. */
  readonly lastOffset: number;
  /** As it was when the marker was appended, the transaction itself left out. */
  readonly lastStableOffset: number;
}

/* version int16 | producer id int64 | first offset int64 | last offset int64 | last stable offset int64 */
const VERSION = 0;
const ENTRY_BYTES = 34;
const SUFFIX = '.txnindex';

/**
 * The transaction index of a log (`TransactionIndex`): in memory in the order of markers, on disk a file a segment. It
 * is flushed with the segments (`LogSegment.flush`): above the recovery point a power loss may have taken any of it.
 */
export class AbortedTransactions {
  readonly #storage: LogStorage;
  readonly #directory: string;
  readonly #recoveryPoint: RecoveryPoint;
  readonly #all: AbortedTransaction[] = [];
  /** Base offsets of segments that have a file. */
  readonly #files = new Set<number>();

  constructor(storage: LogStorage, directory: string, recoveryPoint: RecoveryPoint) {
    this.#storage = storage;
    this.#directory = directory;
    this.#recoveryPoint = recoveryPoint;
  }

  /** Reads what the files say of markers below `upTo`; the rest is to be found again by replaying. */
  load(upTo: number): void {
    const { disk } = this.#storage;
    for (const name of disk.list(this.#directory)) {
      if (!name.endsWith(SUFFIX)) continue;
      const path = `${this.#directory}/${name}`;
      const bytes = this.#storage.read(path, 0, Math.max(0, disk.size(path)));
      if (bytes instanceof DiskError) return;
      this.#files.add(offsetOfFile(name));
      for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
        const entry = entryAt(bytes, at);
        if (entry !== null && entry.lastOffset < upTo) this.#all.push(entry);
      }
    }
    this.#all.sort((a, b) => a.lastOffset - b.lastOffset);
  }

  /** The files say what is known, and no more: what the replay adds is not to come behind half an entry. */
  rewrite(segments: readonly number[]): void {
    for (const segment of [...this.#files].sort((a, b) => a - b)) {
      const next = segments.find((baseOffset) => baseOffset > segment) ?? Number.MAX_SAFE_INTEGER;
      const kept = this.#all.filter(({ lastOffset }) => lastOffset >= segment && lastOffset < next);
      const path = this.#pathOf(segment);
      // What is durable is not written again: a power loss might take it then.
      if (kept.length > 0 && this.#storage.disk.size(path) === kept.length * ENTRY_BYTES) continue;
      if (kept.length > 0) {
        this.#storage.check(this.#storage.disk.write(path, encodeAborted(kept)));
        this.#recoveryPoint.touchFile(path);
      } else {
        this.#files.delete(segment);
        if (this.#storage.disk.size(path) >= 0) this.#storage.check(this.#storage.disk.remove(path));
      }
    }
  }

  /** One more, with its marker in the segment that begins at `segment`. */
  add(entry: AbortedTransaction, segment: number): void {
    // A replay after a truncation comes by markers below it again.
    const last = this.#all.at(-1);
    if (last !== undefined && last.lastOffset >= entry.lastOffset) return;
    this.#all.push(entry);
    this.#files.add(segment);
    const path = this.#pathOf(segment);
    this.#storage.check(this.#storage.disk.append(path, encodeAborted([entry])));
    this.#recoveryPoint.touchFile(path);
  }

  /**
   * Those that a reader from `from` to `to` (exclusive) may meet (`collectAbortedTransactions`), by their first offset's
   * place in the index.
   */
  between(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let i = this.#firstFrom(from); i < this.#all.length; i++) {
      const entry = this.#all[i]!;
      if (entry.firstOffset < to) found.push(entry);
      // What is stable there was decided before: no later marker ends anything below.
      if (entry.lastStableOffset >= to) break;
    }
    return found;
  }

  /** What lies from `offset` on is gone; `segments` are those that remain. */
  truncateTo(offset: number, segments: readonly number[]): void {
    if (this.#files.size === 0) return;
    this.#all.length = this.#firstFrom(offset);
    this.rewrite(segments);
  }

  /** Segments below this offset are gone. */
  forgetBelow(offset: number): void {
    for (const segment of [...this.#files].sort((a, b) => a - b)) {
      if (segment >= offset) continue;
      this.#files.delete(segment);
      this.#storage.check(this.#storage.disk.remove(this.#pathOf(segment)));
    }
    this.#all.splice(0, this.#firstFrom(offset));
  }

  /** Compaction takes the segments of [from, to) away: so do their files go. */
  forgetFilesBetween(from: number, to: number): DiskError | null {
    for (const segment of [...this.#files].sort((a, b) => a - b)) {
      if (segment < from || segment >= to) continue;
      this.#files.delete(segment);
      const error = this.#storage.check(this.#storage.disk.remove(this.#pathOf(segment)));
      if (error !== null) return error;
    }
    return null;
  }

  /**
   * What is left of the transactions that ended in [from, to), in the order of their markers. `segments` have files of
   * them already, which compaction has swapped in.
   */
  replaceBetween(
    from: number,
    to: number,
    left: readonly AbortedTransaction[],
    segments: readonly number[],
  ): void {
    const first = this.#firstFrom(from);
    this.#all.splice(first, this.#firstFrom(to) - first, ...left);
    for (const segment of segments) this.#files.add(segment);
  }

  clear(): void {
    this.forgetBelow(Number.MAX_SAFE_INTEGER);
  }

  /** The first one whose marker stands at or after this offset. */
  #firstFrom(offset: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#all[middle]!.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #pathOf(segment: number): string {
    return `${this.#directory}/${segmentPrefix(segment)}${SUFFIX}`;
  }
}

/** The content of a `.txnindex` file. */
export function encodeAborted(entries: readonly AbortedTransaction[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES);
  entries.forEach((entry, i) => {
    const at = i * ENTRY_BYTES;
    writeInt16(bytes, at, VERSION);
    writeInt64(bytes, at + 2, entry.producerId);
    writeInt64(bytes, at + 10, entry.firstOffset);
    writeInt64(bytes, at + 18, entry.lastOffset);
    writeInt64(bytes, at + 26, entry.lastStableOffset);
  });
  return bytes;
}

/** Null: no entry, as a power loss may leave one. */
function entryAt(bytes: Uint8Array, at: number): AbortedTransaction | null {
  const entry = {
    producerId: readInt64(bytes, at + 2),
    firstOffset: readInt64(bytes, at + 10),
    lastOffset: readInt64(bytes, at + 18),
    lastStableOffset: readInt64(bytes, at + 26),
  };
  const isWhole = readInt16(bytes, at) === VERSION && entry.producerId >= 0 && entry.firstOffset >= 0;
  return isWhole && entry.firstOffset <= entry.lastOffset ? entry : null;
}
