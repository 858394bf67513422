import type { History } from './history.ts';

/** All that is known of where values stand in one partition. */
export class VersionOrder {
  readonly log: string;
  /** Offset -> the distinct values seen there, usually one. */
  readonly #idsAt = new Map<number, number[]>();
  /** Value -> the distinct offsets where it was seen, ascending after `seal`. */
  readonly #offsetsOf = new Map<number, number[]>();
  /** Offset -> dense index: gaps of control records do not count. */
  readonly #indexOf = new Map<number, number>();

  constructor(log: string) {
    this.log = log;
  }

  note(recordOffset: number, id: number): void {
    addDistinct(this.#idsAt, recordOffset, id);
    addDistinct(this.#offsetsOf, id, recordOffset);
  }

  seal(): void {
    const offsets = [...this.#idsAt.keys()].sort((a, b) => a - b);
    offsets.forEach((recordOffset, i) => {
      this.#indexOf.set(recordOffset, i);
    });
    for (const where of this.#offsetsOf.values()) where.sort((a, b) => a - b);
  }

  /** Offsets with more than one value. */
  conflicts(): [recordOffset: number, ids: readonly number[]][] {
    return [...this.#idsAt].filter(([, ids]) => ids.length > 1);
  }

  /** Values at more than one offset. */
  duplicates(): [id: number, offsets: readonly number[]][] {
    return [...this.#offsetsOf].filter(([, offsets]) => offsets.length > 1);
  }

  firstIndex(id: number): number | undefined {
    const recordOffset = this.#offsetsOf.get(id)?.[0];
    return recordOffset === undefined ? undefined : this.#indexOf.get(recordOffset);
  }

  lastIndex(id: number): number | undefined {
    const recordOffset = this.#offsetsOf.get(id)?.at(-1);
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
    return from === undefined || to === undefined ? 1 : to - from;
  }
}

function addDistinct(map: Map<number, number[]>, key: number, value: number): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else if (!values.includes(value)) values.push(value);
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
  for (const poll of history.polls) {
    for (const { log, offsets, ids } of poll.reads) {
      const order = orderOf(log);
      let seen = read.get(log);
      if (seen === undefined) read.set(log, (seen = new Set()));
      for (let i = 0; i < offsets.length; i++) {
        order.note(offsets[i]!, ids[i]!);
        seen.add(ids[i]!);
      }
    }
  }
  for (const send of history.sends) {
    if (send.outcome === 'fail') continue;
    for (const write of send.writes) {
      if (write.recordOffset >= 0) orderOf(write.log).note(write.recordOffset, write.id);
    }
  }
  for (const order of orders.values()) order.seal();
  return { history, orders, read };
}
