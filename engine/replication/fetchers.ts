import type { Reply } from '../exchange/index.ts';
import type { Outbox, Ticket, Us } from '../machine/index.ts';
import { Fetcher, type FetcherCall, type FetcherOwner } from './fetcher.ts';
import type { Partition } from './partition.ts';
import type { FetchView } from './replica-view.ts';
import type { ReplicationContext } from './replication-context.ts';

interface Expected {
  readonly fetcher: Fetcher;
  readonly call: FetcherCall;
}

/**
 * One fetcher per leader broker that this broker follows (`ReplicaFetcherManager` with `num.replica.fetchers` = 1).
 */
export class Fetchers implements FetcherOwner {
  readonly #context: ReplicationContext;
  readonly #bySource = new Map<number, Fetcher>();
  readonly #expected = new Map<number, Expected>();

  constructor(context: ReplicationContext) {
    this.#context = context;
  }

  /** Takes a partition over from whoever fetched it before. `start` sends what was added. */
  add(partition: Partition, source: number): void {
    let fetcher = this.#bySource.get(source);
    if (fetcher === undefined) {
      fetcher = new Fetcher(this.#context, this, source);
      this.#bySource.set(source, fetcher);
    }
    fetcher.add(partition);
  }

  remove(partition: Partition): void {
    for (const fetcher of this.#bySource.values()) if (fetcher.remove(partition)) return;
  }

  /** Sends the first fetches of what was added, and drops fetchers that have nothing left. */
  start(now: Us, out: Outbox): void {
    for (const fetcher of [...this.#bySource.values()]) {
      if (fetcher.size === 0) this.#bySource.delete(fetcher.source);
      else fetcher.fetch(now, out);
    }
  }

  *views(): Iterable<FetchView> {
    for (const fetcher of this.#bySource.values()) yield* fetcher.views();
  }

  /** True when the token was a fetcher's. A reply to a fetcher that was dropped is ignored. */
  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    const expected = this.#expected.get(token);
    if (expected === undefined) return false;
    this.#expected.delete(token);
    const { fetcher, call } = expected;
    if (this.#bySource.get(fetcher.source) === fetcher) fetcher.onReply(now, call, reply, out);
    return true;
  }

  /** True when the ticket was a fetcher's. */
  onSynced(now: Us, ticket: Ticket, out: Outbox): boolean {
    for (const fetcher of this.#bySource.values()) if (fetcher.onSynced(now, ticket, out)) return true;
    return false;
  }

  onBackoffEnded(now: Us, source: number, out: Outbox): void {
    this.#bySource.get(source)?.onBackoffEnded(now, out);
  }

  refreshLogStart(partition: Partition): void {
    for (const fetcher of this.#bySource.values()) fetcher.refreshLogStart(partition);
  }

  expect(token: number, fetcher: Fetcher, call: FetcherCall): void {
    this.#expected.set(token, { fetcher, call });
  }
}
