import { type Outbox, timerId, type Us } from '../../machine/index.ts';
import type { Decision, ShardTimers } from './contract.ts';

/** An operation of a shard that is due at some time. */
export interface ArmedTimer<R> {
  readonly id: number;
  readonly key: string;
  readonly owner: KeyedTimers<R>;
  decide: (now: Us, out: Outbox) => Decision<R> | null;
  retry: boolean;
}

/** All timers of a runtime's shards: one kind of the process's timers, numbered. */
export class ArmedTimers<R> {
  readonly #kind: number;
  readonly #armed = new Map<number, ArmedTimer<R>>();
  #lastId = 0;

  constructor(kind: number) {
    this.#kind = kind;
  }

  /** The timer whose time has come, or undefined when it was cancelled meanwhile. It is forgotten. */
  take(id: number): ArmedTimer<R> | undefined {
    const timer = this.#armed.get(id);
    if (timer === undefined) return undefined;
    this.#armed.delete(id);
    timer.owner.forget(timer);
    return timer;
  }

  make(
    owner: KeyedTimers<R>,
    key: string,
    decide: (now: Us, out: Outbox) => Decision<R> | null,
    retry: boolean,
  ): ArmedTimer<R> {
    this.#lastId += 1;
    const timer = { id: this.#lastId, key, owner, decide, retry };
    this.#armed.set(timer.id, timer);
    return timer;
  }

  arm(timer: ArmedTimer<R>, at: Us, out: Outbox): void {
    out.arm(timerId(this.#kind, timer.id), at);
  }

  drop(timer: ArmedTimer<R>): void {
    this.#armed.delete(timer.id);
  }
}

/**
 * One shard's timers by key (`CoordinatorTimerImpl`). A cancelled timer still goes off in the process, into nothing;
 * one that is set anew keeps its number and costs no more than an arming.
 */
export class KeyedTimers<R> implements ShardTimers<R> {
  readonly partition: number;
  readonly #all: ArmedTimers<R>;
  readonly #byKey = new Map<string, ArmedTimer<R>>();

  constructor(partition: number, all: ArmedTimers<R>) {
    this.partition = partition;
    this.#all = all;
  }

  schedule(
    now: Us,
    key: string,
    delayUs: Us,
    decide: (now: Us, out: Outbox) => Decision<R> | null,
    out: Outbox,
    retry = false,
  ): void {
    let timer = this.#byKey.get(key);
    if (timer === undefined) {
      timer = this.#all.make(this, key, decide, retry);
      this.#byKey.set(key, timer);
    } else {
      timer.decide = decide;
      timer.retry = retry;
    }
    this.#all.arm(timer, now + delayUs, out);
  }

  cancel(key: string): void {
    const timer = this.#byKey.get(key);
    if (timer === undefined) return;
    this.#byKey.delete(key);
    this.#all.drop(timer);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  forget(timer: ArmedTimer<R>): void {
    this.#byKey.delete(timer.key);
  }

  cancelAll(): void {
    for (const timer of this.#byKey.values()) this.#all.drop(timer);
    this.#byKey.clear();
  }
}
