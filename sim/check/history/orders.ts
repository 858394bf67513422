import type { History, SendOperation } from './history.ts';
import type { Indexed } from './indexed.ts';
import { VersionOrder } from './version-order.ts';
import { type PollVisitor, type SendVisitor, visitPolls, visitSends } from './visit.ts';

/**
 * Orders come from all polls and from the sends that must have taken place: acknowledged, or unknown and seen by a
 * reader.
 */
export function ordersOf(
  history: History,
  mayBeGone: Indexed['mayBeGone'],
): ReadonlyMap<string, VersionOrder> {
  const orders = new Orders();
  const uncommitted = uncommittedValues(history);
  visitPolls(history.polls, new ReadOrders(orders, uncommitted, history.readsUncommitted));
  for (const order of orders.byLog.values()) order.endReads();
  visitSends(history.sends, new SentOrders(orders));
  const shownToFew = mayBeGone === null ? uncommitted : withTaken(uncommitted, history, mayBeGone);
  for (const order of orders.byLog.values()) order.seal(shownToFew);
  return orders.byLog;
}

class Orders {
  readonly byLog = new Map<string, VersionOrder>();

  of(log: string): VersionOrder {
    let order = this.byLog.get(log);
    if (order === undefined) this.byLog.set(log, (order = new VersionOrder(log)));
    return order;
  }
}

class ReadOrders implements PollVisitor {
  readonly #orders: Orders;
  readonly #uncommitted: Set<number>;
  readonly #readsUncommitted: History['readsUncommitted'];
  #order: VersionOrder | null = null;
  /** Some values are in doubt, and this reader proves them. */
  #proves = false;

  constructor(orders: Orders, uncommitted: Set<number>, readsUncommitted: History['readsUncommitted']) {
    this.#orders = orders;
    this.#uncommitted = uncommitted;
    this.#readsUncommitted = readsUncommitted;
  }

  poll(client: string): void {
    this.#proves = this.#uncommitted.size > 0 && this.#readsUncommitted?.(client) !== true;
  }

  read(log: string): void {
    this.#order = this.#orders.of(log);
  }

  record(recordOffset: number, id: number): void {
    this.#order!.note(recordOffset, id);
    if (this.#proves) this.#uncommitted.delete(id);
  }
}

class SentOrders implements SendVisitor {
  readonly #orders: Orders;
  #tookPlace = false;
  #order: VersionOrder | null = null;

  constructor(orders: Orders) {
    this.#orders = orders;
  }

  send(
    _client: string,
    _invokedAt: number,
    _endedAt: number,
    outcome: SendOperation['outcome'],
    isTransactional: boolean,
  ): void {
    // A place in the log is no proof that the transaction was committed: a reader is.
    this.#tookPlace = outcome === 'ok' || (outcome === 'unknown' && !isTransactional);
  }

  write(log: string, id: number, recordOffset: number): void {
    if (!this.#tookPlace || recordOffset < 0) return;
    if (this.#order?.log !== log) this.#order = this.#orders.of(log);
    this.#order!.note(recordOffset, id);
  }
}

function withTaken(
  uncommitted: ReadonlySet<number>,
  { sends }: History,
  mayBeGone: NonNullable<Indexed['mayBeGone']>,
): ReadonlySet<number> {
  const values = new Set(uncommitted);
  for (const { writes } of sends) for (const write of writes) if (mayBeGone(write)) values.add(write.id);
  return values;
}

/** Values of transactions that were not seen to commit: where somebody reads what is uncommitted, it may be these. */
function uncommittedValues({ sends, readsUncommitted }: History): Set<number> {
  const values = new Set<number>();
  if (readsUncommitted === undefined) return values;
  for (const { isTransactional, outcome, writes } of sends)
    if (isTransactional && outcome !== 'ok') for (const { id } of writes) values.add(id);
  return values;
}
