import { assert, type Us, type WallClock } from '../../engine/machine/index.ts';

/** The drift of a clock is below this; real oscillators are below 500 ppm. */
export const DRIFT_PPM_LIMIT = 500_000;

const MILLION = 1_000_000;

export interface NodeClockOptions {
  /** True wall time at simulated time zero, milliseconds since the epoch. */
  readonly epochMs: number;
  /** How far the node's wall clock is ahead (or, negative, behind) at first. */
  readonly offsetUs?: Us;
  /** How much the wall clock gains per million; negative loses. */
  readonly driftPpm?: number;
  /** What the monotonic clock shows at simulated time zero. */
  readonly monotonicBaseUs?: Us;
  /** How much the monotonic clock gains per million: timers run early by as much. */
  readonly monotonicDriftPpm?: number;
}

/** A straight piece of a clock: `base` at `since`, then elapsed time with a drift. */
class Line {
  since: Us = 0;
  base: Us;
  driftPpm: number;

  constructor(base: Us, driftPpm: number) {
    assert(Math.abs(driftPpm) < DRIFT_PPM_LIMIT, 'a drift is below half a million ppm');
    this.base = base;
    this.driftPpm = driftPpm;
  }

  at(now: Us): Us {
    const elapsed = now - this.since;
    return this.driftPpm === 0
      ? this.base + elapsed
      : this.base + elapsed + Math.floor((elapsed * this.driftPpm) / MILLION);
  }

  /** Starts a new piece at `now` that continues where the old one is. */
  bend(now: Us, driftPpm: number): void {
    assert(Math.abs(driftPpm) < DRIFT_PPM_LIMIT, 'a drift is below half a million ppm');
    this.base = this.at(now);
    this.since = now;
    this.driftPpm = driftPpm;
  }
}

/**
 * The two clocks of one node: the wall clock that Kafka stamps records with, and the monotonic one its timers
 * use.
 */
export class NodeClock implements WallClock {
  readonly #time: { readonly now: Us };
  readonly #epochUs: Us;
  readonly #wall: Line;
  readonly #monotonic: Line;
  #frozen = false;

  constructor(time: { readonly now: Us }, options: NodeClockOptions) {
    this.#time = time;
    this.#epochUs = options.epochMs * 1_000;
    this.#wall = new Line(this.#epochUs + (options.offsetUs ?? 0), options.driftPpm ?? 0);
    this.#monotonic = new Line(options.monotonicBaseUs ?? 0, options.monotonicDriftPpm ?? 0);
  }

  nowMs(): number {
    return Math.floor(this.wallUs() / 1_000);
  }

  wallUs(): Us {
    return this.#frozen ? this.#wall.base : this.#wall.at(this.#time.now);
  }

  /** How far the wall clock is ahead of the truth. */
  skewUs(): Us {
    return this.wallUs() - (this.#epochUs + this.#time.now);
  }

  monotonic(): Us {
    return this.#monotonic.at(this.#time.now);
  }

  /** The first simulated time at which the monotonic clock shows `monotonic` or more. */
  timeOf(monotonic: Us): Us {
    const line = this.#monotonic;
    const ahead = monotonic - line.base;
    if (line.driftPpm === 0) return line.since + ahead;
    let at = line.since + Math.floor((ahead * MILLION) / (MILLION + line.driftPpm));
    while (line.at(at) >= monotonic) at--;
    while (line.at(at) < monotonic) at++;
    return at;
  }

  /** Fault: the wall clock jumps, forward or (negative) back. */
  step(deltaUs: Us): void {
    this.#settle();
    this.#wall.base += deltaUs;
  }

  /** Fault: from now on the wall clock gains so much per million. */
  drift(driftPpm: number): void {
    this.#settle();
    this.#wall.driftPpm = driftPpm;
    assert(Math.abs(driftPpm) < DRIFT_PPM_LIMIT, 'a drift is below half a million ppm');
  }

  /** Fault: the wall clock stands still. */
  freeze(): void {
    this.#settle();
    this.#frozen = true;
  }

  /** Heal of `freeze`: it goes on from where it stood, late by as long as it stood. */
  thaw(): void {
    this.#settle();
    this.#frozen = false;
  }

  /** Heal of all wall clock faults: right, and without drift. */
  synchronise(): void {
    this.#frozen = false;
    this.#wall.bend(this.#time.now, 0);
    this.#wall.base = this.#epochUs + this.#time.now;
  }

  /** Fault, and with 0 its heal: the monotonic clock gains so much per million. It never goes back. */
  driftMonotonic(driftPpm: number): void {
    this.#monotonic.bend(this.#time.now, driftPpm);
  }

  /** The machine was switched on again: its monotonic clock starts over. */
  reboot(monotonicBaseUs: Us): void {
    this.#monotonic.since = this.#time.now;
    this.#monotonic.base = monotonicBaseUs;
  }

  /** Starts a new piece at what the wall clock shows now. */
  #settle(): void {
    const shown = this.wallUs();
    this.#wall.base = shown;
    this.#wall.since = this.#time.now;
  }
}
