import type { History } from '../../../../sim/check/index.ts';

/** All that is known of where values stand in one partition. */
export class VersionOrder {
  readonly log: string;
  /** Offset -> the first value seen there. */
  readonly #idAt = new Map<number, number>();
  /** Offset -> its distinct values, where there are several. */
  readonly #idsAt = new Map<number, number[]>();
  /** Value -> the first offset where it was seen; the lowest after `seal`. */
  readonly #offsetOf = new Map<number, number>();
  /** Value -> its distinct offsets, where there are several; ascending after `seal`. */
  readonly #offsetsOf = new Map<number, number[]>();
  /** Offset -> dense index: gaps of control records do not count. */
  readonly #indexOf = new Map<number, number>();
  /** By index: how many values up to it nobody has to be shown. Null: every one. */
  #shownToFew: Uint32Array | null = null;

  constructor(log: string) {
    this.log = log;
  }

  note(recordOffset: number, id: number): void {
    addDistinct(this.#idAt, this.#idsAt, recordOffset, id);
    addDistinct(this.#offsetOf, this.#offsetsOf, id, recordOffset);
  }

  /** The values that only readers of what is not committed have to be shown. */
  seal(uncommitted: ReadonlySet<number>): void {
    const offsets = Float64Array.from(this.#idAt.keys()).sort();
    for (let i = 0; i < offsets.length; i++) this.#indexOf.set(offsets[i]!, i);
    for (const [id, where] of this.#offsetsOf) {
      where.sort((a, b) => a - b);
      this.#offsetOf.set(id, where[0]!);
    }
    if (uncommitted.size > 0) this.#shownToFew = this.#countOf(offsets, uncommitted);
  }

  #countOf(offsets: Float64Array, uncommitted: ReadonlySet<number>): Uint32Array {
    const counts = new Uint32Array(offsets.length);
    let count = 0;
    for (let i = 0; i < offsets.length; i++) {
      if (uncommitted.has(this.#idAt.get(offsets[i]!)!)) count++;
      counts[i] = count;
    }
    return counts;
  }

  /** Offsets with more than one value, in the order in which they were first seen. */
  conflicts(): [recordOffset: number, ids: readonly number[]][] {
    return severalOf(this.#idAt, this.#idsAt);
  }

  /** Values at more than one offset, in the order in which they were first seen. */
  duplicates(): [id: number, offsets: readonly number[]][] {
    return severalOf(this.#offsetOf, this.#offsetsOf);
  }

  firstIndex(id: number): number | undefined {
    const recordOffset = this.#offsetOf.get(id);
    return recordOffset === undefined ? undefined : this.#indexOf.get(recordOffset);
  }

  lastIndex(id: number): number | undefined {
    const recordOffset = this.#offsetsOf.get(id)?.at(-1) ?? this.#offsetOf.get(id);
    return recordOffset === undefined ? undefined : this.#indexOf.get(recordOffset);
  }

  indexAt(recordOffset: number): number | undefined {
    return this.#indexOf.get(recordOffset);
  }

  /**
   * Steps from one place to the next: 1 is the next known value, less is backwards, more is a jump over known
   * values. A place that nobody else knows counts as 1.
   */
  delta(fromOffset: number, toOffset: number): number {
    const from = this.#indexOf.get(fromOffset);
    const to = this.#indexOf.get(toOffset);
    return from === undefined || to === undefined ? 1 : this.steps(from, to);
  }

  /** The same between two indexes: values that were never committed are not jumped over. */
  steps(from: number, to: number): number {
    const counts = this.#shownToFew;
    if (counts === null || to - from < 2) return to - from;
    return to - from - (counts[to - 1]! - counts[from]!);
  }
}

/** Nearly every key has one value: only where there are more is a list made. */
function addDistinct(
  first: Map<number, number>,
  several: Map<number, number[]>,
  key: number,
  value: number,
): void {
  const known = first.get(key);
  if (known === undefined) first.set(key, value);
  else if (known !== value) {
    const values = several.get(key);
    if (values === undefined) several.set(key, [known, value]);
    else if (!values.includes(value)) values.push(value);
  }
}

function severalOf(
  first: ReadonlyMap<number, number>,
  several: ReadonlyMap<number, readonly number[]>,
): [key: number, values: readonly number[]][] {
  if (several.size === 0) return [];
  return [...first.keys()].filter((key) => several.has(key)).map((key) => [key, several.get(key)!]);
}

/** What the anomalies look at, derived once from a history. */
export interface Indexed {
  readonly history: History;
  readonly orders: ReadonlyMap<string, VersionOrder>;
  /** Values that some poll returned, by partition. */
  readonly read: ReadonlyMap<string, ReadonlySet<number>>;
}

/**
 * Orders come from all polls and from the sends that must have taken place: acknowledged, or unknown and seen by a
 * reader.
 */
export function indexHistory(history: History): Indexed {
  const orders = new Map<string, VersionOrder>();
  const read = new Map<string, Set<number>>();
  const orderOf = (log: string): VersionOrder => {
    let order = orders.get(log);
    if (order === undefined) orders.set(log, (order = new VersionOrder(log)));
    return order;
  };
  const uncommitted = uncommittedValues(history);
  for (const poll of history.polls) {
    const isProof = history.readsUncommitted?.(poll.client) !== true;
    for (const { log, offsets, ids } of poll.reads) {
      const order = orderOf(log);
      let seen = read.get(log);
      if (seen === undefined) read.set(log, (seen = new Set()));
      for (let i = 0; i < offsets.length; i++) {
        order.note(offsets[i]!, ids[i]!);
        seen.add(ids[i]!);
        if (isProof) uncommitted.delete(ids[i]!);
      }
    }
  }
  for (const send of history.sends) {
    if (send.outcome === 'fail') continue;
    // A place in the log is no proof that the transaction was committed: a reader is.
    if (send.isTransactional && send.outcome === 'unknown') continue;
    for (const write of send.writes) {
      if (write.recordOffset >= 0) orderOf(write.log).note(write.recordOffset, write.id);
    }
  }
  for (const order of orders.values()) order.seal(uncommitted);
  return { history, orders, read };
}

/** Values of transactions that were not seen to commit: where somebody reads what is uncommitted, it may be these. */
function uncommittedValues({ sends, readsUncommitted }: History): Set<number> {
  const values = new Set<number>();
  if (readsUncommitted === undefined) return values;
  for (const { isTransactional, outcome, writes } of sends)
    if (isTransactional && outcome !== 'ok') for (const { id } of writes) values.add(id);
  return values;
}
