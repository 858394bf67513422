import { assert, MS, type Outbox, type Us } from '../../../machine/index.ts';
import type { ConsumerDriver, GroupListener, TopicPartition } from '../../ports.ts';
import type { Commits } from './commits.ts';
import type { GroupContext } from './group-context.ts';
import { plain, sorted } from './partition-list.ts';

export type Continuation = (now: Us, out: Outbox) => void;

/**
 * Calls of the application's rebalance listener, on its thread (`ConsumerRebalanceListenerInvoker`). A listener that
 * commits blocks the thread: whoever called goes on when it has returned.
 */
export class RebalanceCallbacks {
  readonly #driver: ConsumerDriver;
  readonly #listener: GroupListener | undefined;
  readonly #commits: Commits;
  readonly #timeoutUs: Us;
  #isWaiting = false;
  #resume: { readonly partitions: readonly TopicPartition[]; readonly done: Continuation } | null = null;

  constructor(context: GroupContext, commits: Commits) {
    this.#driver = context.driver;
    this.#listener = context.listener;
    this.#commits = commits;
    this.#timeoutUs = context.config['default.api.timeout.ms'] * MS;
  }

  /** The application's thread is inside of a callback. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Goes on after a commit has ended; to be called on the application's thread. */
  run(now: Us, out: Outbox): void {
    const resume = this.#resume;
    if (resume === null) return;
    this.#resume = null;
    this.#isWaiting = false;
    this.#finishRevoke(now, resume.partitions, resume.done, out);
  }

  assigned(now: Us, partitions: readonly TopicPartition[]): void {
    this.#listener?.onAssigned(now, sorted(partitions).map(plain));
  }

  lost(now: Us, partitions: readonly TopicPartition[]): void {
    this.#listener?.onLost(now, sorted(partitions).map(plain));
  }

  /** `then` is called within this call, unless the application commits. */
  revoke(now: Us, partitions: readonly TopicPartition[], then: Continuation, out: Outbox): void {
    assert(!this.#isWaiting, 'one callback at a time');
    const revoked = sorted(partitions).map(plain);
    const commit = this.#driver.onRevoking?.(now, revoked) ?? 'nothing';
    if (commit === 'nothing') {
      this.#finishRevoke(now, revoked, then, out);
      return;
    }
    const offsets = commit === 'all positions' ? this.#commits.positions() : commit;
    this.#isWaiting = true;
    const done = (): void => {
      this.#resume = { partitions: revoked, done: then };
    };
    this.#commits.commit(now, 'sync', offsets, this.#timeoutUs, done, out);
    this.run(now, out);
  }

  #finishRevoke(now: Us, partitions: readonly TopicPartition[], then: Continuation, out: Outbox): void {
    this.#listener?.onRevoked(now, partitions);
    then(now, out);
  }
}
