import { type Input, type Machine, type Outbox, timerId, timerKind, type Us } from '../../machine/index.ts';
import { ClientTimer } from '../client-timer.ts';
import { NEVER, type TransactionalDriver } from '../ports.ts';
import { TransactionThread, type TransactionThreadPorts } from './transaction-thread.ts';

/** Actions that one step takes from its driver: what is left goes on in the next step, at the same time. */
export const MAX_TRANSACTION_ACTIONS_PER_STEP = 1_000;

export interface TransactionalProducerPorts extends TransactionThreadPorts {
  readonly driver: TransactionalDriver;
}

/** A process with one thread and a transactional producer. */
export class TransactionalProducer implements Machine {
  readonly #driver: TransactionalDriver;
  readonly #thread: TransactionThread;
  #thinksUntil: Us = 0;
  #isClosed = false;
  #workAt: Us = -1;

  constructor(ports: TransactionalProducerPorts) {
    this.#driver = ports.driver;
    this.#thread = new TransactionThread(ports);
  }

  step(now: Us, input: Input, out: Outbox): void {
    if (this.#isClosed) return;
    const thread = this.#thread;
    const { network } = thread;
    if (input.kind === 'timer' && timerKind(input.timer) === ClientTimer.work) this.#workAt = -1;
    network.onInput(now, input, out);
    if (input.kind === 'shutdown') this.#close(now);
    let due: Us;
    let budget = MAX_TRANSACTION_ACTIONS_PER_STEP;
    do {
      budget = this.#drive(now, budget, out);
      due = thread.work(now, out);
    } while (network.deliver(now, thread, out) || (budget > 0 && this.#canDrive(now)));
    if (thread.isClosed(now)) {
      this.#isClosed = true;
      thread.end(now, out);
      out.exit('clean', 'producer closed');
    } else this.#arm(due, out);
  }

  view(): ReturnType<TransactionThread['view']> {
    return this.#thread.view();
  }

  /** Lets the application go on until it waits; answers what is left of the budget. */
  #drive(now: Us, budget: number, out: Outbox): number {
    while (this.#thread.isFree(now, out) && now >= this.#thinksUntil) {
      if (budget === 0) {
        out.arm(timerId(ClientTimer.driver), now);
        break;
      }
      budget--;
      const action = this.#driver.next(now, this.#thread.ended);
      this.#thread.ended = null;
      if (action.do === 'think') {
        this.#thinksUntil = action.until;
        if (action.until !== NEVER && action.until > now) out.arm(timerId(ClientTimer.driver), action.until);
      } else if (action.do === 'close') this.#close(now);
      else this.#thread.perform(now, action, out);
    }
    return budget;
  }

  #canDrive(now: Us): boolean {
    return this.#thread.canGoOn(now) && now >= this.#thinksUntil;
  }

  #close(now: Us): void {
    this.#thinksUntil = NEVER;
    this.#thread.close(now);
  }

  #arm(at: Us, out: Outbox): void {
    if (at === NEVER || (this.#workAt >= 0 && this.#workAt <= at)) return;
    this.#workAt = at;
    out.arm(timerId(ClientTimer.work), at);
  }
}
