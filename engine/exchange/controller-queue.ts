import { MS, type Outbox, timerId, type Us } from '../machine/index.ts';
import { type Call, earliestExpiry, NEVER, takeExpired } from './call.ts';
import { ExchangeTimer } from './exchange-timer.ts';

/**
 * How long a controller that says that it is not one is left alone (`NodeToControllerRequestThread.doWork`).
 */
const RETRY_AFTER_US: Us = 100 * MS;

/** Who the active controller is, and the calls that wait to know it. */
export class ControllerQueue {
  readonly #calls: Call[] = [];
  #controller: number | null = null;
  /** The controller is doubted until then. */
  #doubtedUntil: Us = 0;
  #timerAt: Us = -1;

  get length(): number {
    return this.#calls.length;
  }

  get controller(): number | null {
    return this.#controller;
  }

  set(controller: number | null): void {
    if (controller !== this.#controller) this.#doubtedUntil = 0;
    this.#controller = controller;
  }

  /** It answered NOT_CONTROLLER: wait for news, and try the same one again if there are none. */
  doubt(now: Us, controller: number): void {
    if (controller === this.#controller) this.#doubtedUntil = now + RETRY_AFTER_US;
  }

  /** The controller to send to now, or null. */
  resolve(now: Us): number | null {
    return now < this.#doubtedUntil ? null : this.#controller;
  }

  park(now: Us, call: Call, out: Outbox): void {
    this.#calls.push(call);
    this.#arm(now, out);
  }

  takeAll(): readonly Call[] {
    return this.#calls.splice(0);
  }

  takeExpired(now: Us): readonly Call[] {
    return takeExpired(this.#calls, now);
  }

  onTimer(): void {
    this.#timerAt = -1;
  }

  rearm(now: Us, out: Outbox): void {
    this.#arm(now, out);
  }

  #arm(now: Us, out: Outbox): void {
    let at = earliestExpiry(this.#calls);
    if (at !== NEVER && now < this.#doubtedUntil && this.#doubtedUntil < at) at = this.#doubtedUntil;
    if (at === NEVER || (this.#timerAt >= 0 && this.#timerAt <= at)) return;
    this.#timerAt = at;
    out.arm(timerId(ExchangeTimer.controllerQueue), at);
  }
}
