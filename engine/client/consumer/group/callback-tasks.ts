import { assert, type Outbox, type Us } from '../../../machine/index.ts';
import type { TopicPartition } from '../../ports.ts';
import type { Subscription } from '../subscription.ts';
import type { Continuation, RebalanceCallbacks } from './rebalance-callbacks.ts';

/** A reconciliation at a time, and a loss that may end it. */
const MAX_TASKS = 10;

/** What the application's thread is to do when it polls next (`CompletableBackgroundEvent`). */
export type CallbackTask =
  | { readonly kind: 'revoked'; readonly partitions: readonly TopicPartition[]; readonly done: Continuation }
  | { readonly kind: 'lost'; readonly partitions: readonly TopicPartition[]; readonly done: Continuation }
  | {
      readonly kind: 'assigned';
      readonly partitions: readonly TopicPartition[];
      /** The whole assignment. */
      readonly all: readonly TopicPartition[];
      readonly done: Continuation;
    };

/**
 * Membership changes at any time, but the application hears of it on its own thread, and goes on reading what it was
 * told that it has until then.
 */
export class CallbackTasks {
  readonly #callbacks: RebalanceCallbacks;
  readonly #subscription: Subscription;
  readonly #tasks: CallbackTask[] = [];

  constructor(callbacks: RebalanceCallbacks, subscription: Subscription) {
    this.#callbacks = callbacks;
    this.#subscription = subscription;
  }

  add(task: CallbackTask): void {
    assert(this.#tasks.length < MAX_TASKS, 'callbacks do not pile up');
    this.#tasks.push(task);
  }

  /** On the application's thread; false: it waits inside of a callback. */
  run(now: Us, out: Outbox): boolean {
    this.#callbacks.run(now, out);
    while (!this.#callbacks.isWaiting) {
      const task = this.#tasks.shift();
      if (task === undefined) return true;
      if (task.kind === 'revoked') this.#callbacks.revoke(now, task.partitions, task.done, out);
      else {
        if (task.kind === 'assigned') {
          this.#subscription.assignFromGroup(task.all);
          this.#callbacks.assigned(now, task.partitions);
        } else this.#callbacks.lost(now, task.partitions);
        task.done(now, out);
      }
    }
    return false;
  }
}
