import {
  NEVER,
  type ProducerDriver,
  type TransactionAction,
  type TransactionalDriver,
  type TransactionResult,
} from '../../engine/client/index.ts';
import { assert, type Us } from '../../engine/machine/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { TransactionsSpec } from '../scenario/index.ts';

/** How long an application waits before it makes another producer. */
const REOPEN_AFTER_US = 1_000_000;

/** What the application does next, once the call under way has ended. */
type Intent = 'init' | 'begin' | 'send' | 'commit' | 'abort' | 'reopen';

/**
 * An application that puts so many records into each transaction, and takes some of them back. It does what Java's
 * documentation says of errors: a time-out is asked again, an abortable error is aborted, after any other it makes
 * another producer. Records of a transaction that came to nothing are not sent again.
 */
export class TransactionDriver implements TransactionalDriver {
  readonly #source: ProducerDriver;
  readonly #spec: TransactionsSpec;
  readonly #random: RandomStream;
  #intent: Intent = 'init';
  #sent = 0;
  /** Nothing is done before. */
  #restsUntil: Us = 0;

  constructor(source: ProducerDriver, spec: TransactionsSpec, random: RandomStream) {
    this.#source = source;
    this.#spec = spec;
    this.#random = random;
  }

  next(now: Us, ended: TransactionResult | null): TransactionAction {
    if (ended !== null) this.#onEnded(now, ended);
    if (now < this.#restsUntil) return { do: 'think', until: this.#restsUntil };
    switch (this.#intent) {
      case 'begin':
        return this.#beginWhenDue(now);
      case 'send':
        return this.#send(now);
      case 'reopen':
        this.#intent = 'init';
        return { do: 'reopen' };
      default:
        return { do: this.#intent };
    }
  }

  #beginWhenDue(now: Us): TransactionAction {
    const dueAt = this.#source.nextAt(now);
    if (dueAt > now) return { do: 'think', until: dueAt };
    this.#sent = 0;
    return { do: 'begin' };
  }

  #send(now: Us): TransactionAction {
    if (this.#sent < this.#spec.records) {
      const record = this.#source.next(now);
      if (record !== null) {
        this.#sent++;
        return { do: 'send', record };
      }
      const dueAt = this.#source.nextAt(now);
      if (dueAt !== NEVER) return { do: 'think', until: dueAt };
    }
    this.#intent = this.#random.below(100) < this.#spec.abortPercent ? 'abort' : 'commit';
    return { do: this.#intent };
  }

  #onEnded(now: Us, ended: TransactionResult): void {
    if (ended.outcome === 'ok') {
      if (ended.call === 'begin') this.#intent = 'send';
      else if (ended.call === 'init' || ended.call === 'commit' || ended.call === 'abort')
        this.#intent = 'begin';
      return;
    }
    const { errorClass } = ended.error;
    // Under TV1 Java's producer may lose sequences while it aborts: it means to raise its epoch and never does
    // (`maybeResolveSequences` after `beginCompletingTransaction`). Every begin is refused; another producer helps.
    const isStranded = errorClass === 'illegal state' && ended.call === 'begin';
    assert(
      isStranded || errorClass !== 'illegal state',
      () => `an application calls what it may: ${ended.error.message}`,
    );
    if (errorClass === 'retriable') {
      // The same call goes on waiting; what is not a call that waits cannot have timed out for good.
      if (ended.call === 'init' || ended.call === 'commit' || ended.call === 'abort')
        this.#intent = ended.call;
      else this.#intent = 'abort';
    } else if (errorClass === 'abortable') {
      this.#intent = 'abort';
    } else {
      this.#intent = 'reopen';
      this.#restsUntil = now + REOPEN_AFTER_US;
    }
  }
}
