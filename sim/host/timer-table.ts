import type { TimerId, Us } from '../../engine/machine/index.ts';
import type { NodeClock } from '../clock/index.ts';
import type { EventHandle, EventKind, Kernel } from '../kernel/index.ts';

/** A timer that was armed and has not reached the machine. */
export interface Timer {
  readonly id: TimerId;
  readonly table: TimerTable;
  /** What the machine's clock shows when it is due. */
  at: Us;
  /** Simulated time at which it is due. */
  due: Us;
  /** Simulated time of its event, at or before `due`. */
  eventAt: Us;
  event: EventHandle;
  /** waits in the kernel, has fired and waits in the inbox, or is over. */
  state: 'armed' | 'fired' | 'over';
}

/**
 * The timers of one process. Time-outs are pushed out far more often than they fire: arming later only notes
 * the new time, and the event, when it comes early, goes back to sleep.
 */
export class TimerTable {
  readonly #kernel: Kernel;
  readonly #clock: NodeClock;
  readonly #fires: EventKind;
  readonly #timers = new Map<TimerId, Timer>();

  readonly #onFired: (timer: Timer) => void;

  /** `fires` is a kind of event that `onTimerEvent` handles. */
  constructor(kernel: Kernel, clock: NodeClock, fires: EventKind, onFired: (timer: Timer) => void) {
    this.#kernel = kernel;
    this.#clock = clock;
    this.#fires = fires;
    this.#onFired = onFired;
  }

  get size(): number {
    return this.#timers.size;
  }

  arm(id: TimerId, at: Us): void {
    const now = this.#kernel.now;
    const due = Math.max(now, this.#clock.timeOf(at));
    let timer = this.#timers.get(id);
    if (timer === undefined) {
      timer = { id, table: this, at, due, eventAt: due, event: 0, state: 'armed' };
      this.#timers.set(id, timer);
      this.#sleep(timer);
      return;
    }
    timer.at = at;
    timer.due = due;
    if (timer.state === 'armed') {
      if (due >= timer.eventAt) return;
      this.#kernel.cancel(timer.event);
    }
    timer.state = 'armed';
    this.#sleep(timer);
  }

  disarm(id: TimerId): void {
    const timer = this.#timers.get(id);
    if (timer === undefined) return;
    if (timer.state === 'armed') this.#kernel.cancel(timer.event);
    this.#end(timer);
  }

  /** Takes a fired timer out; false when it was disarmed or armed anew since. */
  take(timer: Timer): boolean {
    if (timer.state !== 'fired') return false;
    this.#end(timer);
    return true;
  }

  /** The process is gone. */
  clear(): void {
    for (const timer of this.#timers.values()) {
      if (timer.state === 'armed') this.#kernel.cancel(timer.event);
      timer.state = 'over';
    }
    this.#timers.clear();
  }

  onEvent(timer: Timer): void {
    // A monotonic clock that was slowed since makes what was due too early.
    if (timer.due <= this.#kernel.now && this.#clock.monotonic() < timer.at)
      timer.due = this.#clock.timeOf(timer.at);
    if (timer.due > this.#kernel.now) {
      this.#sleep(timer);
    } else {
      timer.state = 'fired';
      this.#onFired(timer);
    }
  }

  #sleep(timer: Timer): void {
    timer.eventAt = timer.due;
    timer.event = this.#kernel.schedule(timer.due, this.#fires, timer);
  }

  #end(timer: Timer): void {
    timer.state = 'over';
    this.#timers.delete(timer.id);
  }
}

/** Handles the events of every table of a host. */
export function onTimerEvent(timer: Timer): void {
  timer.table.onEvent(timer);
}
