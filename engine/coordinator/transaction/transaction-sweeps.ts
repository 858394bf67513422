import { MS, type Outbox, timerId, type Us } from '../../machine/index.ts';
import type { CoordinatorRuntime } from '../runtime/index.ts';
import type { TransactionRecord } from './records/index.ts';
import type { TransactionConfig } from './transaction-config.ts';
import type { TransactionShard } from './transaction-shard.ts';
import { Sweep, TransactionTimer } from './transaction-timer.ts';

/** Ids that one batch of tombstones forgets at most. */
const MAX_EXPIRED_AT_ONCE = 1_000;

/** What the coordinator does by itself now and then: it aborts what takes too long, and forgets what nobody uses. */
export class TransactionSweeps {
  readonly #config: TransactionConfig;
  readonly #runtime: CoordinatorRuntime<TransactionShard, TransactionRecord>;

  constructor(config: TransactionConfig, runtime: CoordinatorRuntime<TransactionShard, TransactionRecord>) {
    this.#config = config;
    this.#runtime = runtime;
  }

  start(now: Us, out: Outbox): void {
    this.#arm(now, Sweep.ABORT_TIMED_OUT, out);
    this.#arm(now, Sweep.EXPIRE, out);
  }

  /** `transaction.abort.timed.out.transaction.cleanup.interval.ms`. */
  abortTimedOut(now: Us, out: Outbox): void {
    this.#arm(now, Sweep.ABORT_TIMED_OUT, out);
    for (const partition of this.#runtime.activePartitions()) {
      for (const metadata of this.#runtime.view(partition)?.shard.timedOut() ?? []) {
        this.#runtime.scheduleWrite(
          now,
          partition,
          (shard) => shard.abortTimedOut(now, metadata, out),
          () => out.probe('transactions: time-out waits for the next sweep'),
          out,
        );
      }
    }
  }

  /** `transactional.id.expiration.ms`, every `transaction.remove.expired.transaction.cleanup.interval.ms`. */
  expire(now: Us, out: Outbox): void {
    this.#arm(now, Sweep.EXPIRE, out);
    const expirationMs = this.#config['transactional.id.expiration.ms'];
    for (const partition of this.#runtime.activePartitions()) {
      const expired = this.#runtime.view(partition)?.shard.expired(expirationMs) ?? [];
      for (let first = 0; first < expired.length; first += MAX_EXPIRED_AT_ONCE) {
        const some = expired.slice(first, first + MAX_EXPIRED_AT_ONCE);
        this.#runtime.scheduleWrite(
          now,
          partition,
          (shard) => shard.expire(some, out),
          () => out.probe('transactions: expiry waits for the next sweep'),
          out,
        );
      }
    }
  }

  #arm(now: Us, sweep: number, out: Outbox): void {
    const intervalMs =
      sweep === Sweep.EXPIRE
        ? this.#config['transaction.remove.expired.transaction.cleanup.interval.ms']
        : this.#config['transaction.abort.timed.out.transaction.cleanup.interval.ms'];
    out.arm(timerId(TransactionTimer.SWEEP, sweep), now + intervalMs * MS);
  }
}
