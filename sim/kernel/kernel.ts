import { assert, type Us } from '../../engine/machine/index.ts';
import { EventHeap } from './event-heap.ts';
import { NearWheel, WHEEL_US } from './near-wheel.ts';

/** Names a handler; given by `register`. */
export type EventKind = number;

/** Names one scheduled event until it ran or was cancelled. Zero names none. */
export type EventHandle = number;

/** What an event does: its payload and one number, both given at scheduling. */
// biome-ignore lint/suspicious/noExplicitAny: handlers of many payload types share one table
export type EventHandler<P = any> = (payload: P, a: number) => void;

/** Sees every event before it runs: determinism digests and the first divergent event are built on it. */
export type EventObserver = (at: Us, seq: number, kind: EventKind) => void;

export type StopReason = 'until' | 'idle' | 'stopped' | 'event limit';

/** At most so many events wait at one time; beyond that something schedules without end. */
export const PENDING_EVENTS_LIMIT = 2 ** 22;

const CANCELLED = -1;
const COMPACTION_FLOOR = 1_024;
const FIRST_CAPACITY = 1_024;

/**
 * The one queue of things to come. Time moves only here, from event to event; events of one microsecond run
 * in the order in which they were scheduled.
 */
export class Kernel {
  /** Simulated time: integer microseconds since the run began. */
  now: Us = 0;
  /** Events run so far. */
  events = 0;
  observer: EventObserver | null = null;

  /** What is near. */
  readonly #wheel = new NearWheel(FIRST_CAPACITY);
  /** What is farther; it stays here when it comes near. */
  readonly #heap = new EventHeap(FIRST_CAPACITY);
  readonly #handlers: EventHandler[] = [];
  readonly #names: string[] = [];
  #seq = 0;
  #cancelledFar = 0;
  #cancelledNear = 0;
  #stopped = false;
  #nextTime: Us = 0;

  #kinds = new Int16Array(FIRST_CAPACITY);
  #generations = new Int32Array(FIRST_CAPACITY);
  #seqs = new Float64Array(FIRST_CAPACITY);
  /** 1: waits in the wheel. */
  #nears = new Uint8Array(FIRST_CAPACITY);
  #as = new Float64Array(FIRST_CAPACITY);
  #payloads: unknown[] = [];
  #free = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;
  #slots = 0;

  /**
   * Adds a kind of event. Kinds are numbered in the order of registration, which is part of the run's
   * identity.
   */
  register<P>(name: string, handler: EventHandler<P>): EventKind {
    this.#names.push(name);
    return this.#handlers.push(handler) - 1;
  }

  nameOf(kind: EventKind): string {
    return this.#names[kind] ?? `event ${kind}`;
  }

  /** How many events wait (cancelled ones not counted). */
  get pending(): number {
    return this.#heap.size + this.#wheel.count - this.#cancelledFar - this.#cancelledNear;
  }

  /** Schedules an event at a time that is not past. */
  schedule(at: Us, kind: EventKind, payload: unknown = null, a = 0): EventHandle {
    assert(at >= this.now, 'an event is never in the past');
    const slot = this.#takeSlot();
    this.#kinds[slot] = kind;
    this.#payloads[slot] = payload;
    this.#as[slot] = a;
    const seq = this.#seq++;
    this.#seqs[slot] = seq;
    if (at - this.now < WHEEL_US) {
      this.#nears[slot] = 1;
      this.#wheel.push(at, slot);
    } else {
      this.#nears[slot] = 0;
      this.#heap.push(at, seq, slot);
    }
    return this.#generations[slot]! * PENDING_EVENTS_LIMIT + slot;
  }

  /** Cancels an event that has not run. A handle of one that ran, was cancelled, or zero is nobody: false. */
  cancel(handle: EventHandle): boolean {
    const generation = Math.floor(handle / PENDING_EVENTS_LIMIT);
    const slot = handle - generation * PENDING_EVENTS_LIMIT;
    if (handle === 0 || this.#generations[slot] !== generation || this.#kinds[slot] === CANCELLED)
      return false;
    this.#kinds[slot] = CANCELLED;
    this.#payloads[slot] = null;
    if (this.#nears[slot] === 1) this.#cancelledNear++;
    else this.#cancelledFar++;
    if (this.#cancelledFar > COMPACTION_FLOOR && this.#cancelledFar * 2 > this.#heap.size) this.#compact();
    return true;
  }

  /** Ends `run` after the event that runs now. */
  stop(): void {
    this.#stopped = true;
  }

  /** The time of the next event, or -1 when none waits. */
  nextAt(): Us {
    return this.#advance() < 0 ? -1 : this.#nextTime;
  }

  /**
   * Runs events up to and including `until`. Says why it came back: time is up (then `now` is `until`),
   * nothing waits, `stop` was called, or `limit` events have run.
   */
  run(until: Us, limit = Number.MAX_SAFE_INTEGER): StopReason {
    const handlers = this.#handlers;
    let left = limit;
    this.#stopped = false;
    for (;;) {
      const slot = this.#advance();
      if (slot < 0) return 'idle';
      const at = this.#nextTime;
      if (at > until) {
        if (until > this.now) this.now = until;
        return 'until';
      }
      if (left-- === 0) return 'event limit';
      const kind = this.#kinds[slot]!;
      const payload = this.#payloads[slot];
      const a = this.#as[slot]!;
      this.#remove(slot, at);
      this.now = at;
      this.events++;
      if (this.observer !== null) this.observer(at, this.#seqs[slot]!, kind);
      handlers[kind]!(payload, a);
      if (this.#stopped) return 'stopped';
    }
  }

  /** Finds the next event that was not cancelled: its slot, or -1, and its time in `#nextTime`. */
  #advance(): number {
    const wheel = this.#wheel;
    const heap = this.#heap;
    for (;;) {
      let slot: number;
      let at: Us;
      if (wheel.count === 0) {
        if (heap.size === 0) return -1;
        at = heap.at[0]!;
        slot = heap.slot[0]!;
      } else {
        at = wheel.nextAt(this.now);
        slot = wheel.first(at);
        if (heap.size > 0) {
          const heapAt = heap.at[0]!;
          // Of one time, what was put in when it was far came before what was put in when it was near.
          if (heapAt <= at) {
            at = heapAt;
            slot = heap.slot[0]!;
          }
        }
      }
      if (this.#kinds[slot] !== CANCELLED) {
        this.#nextTime = at;
        return slot;
      }
      if (this.#nears[slot] === 1) this.#cancelledNear--;
      else this.#cancelledFar--;
      this.#remove(slot, at);
    }
  }

  /** Takes out the event that `#advance` found. */
  #remove(slot: number, at: Us): void {
    if (this.#nears[slot] === 1) this.#wheel.pop(at);
    else this.#heap.pop();
    this.#releaseSlot(slot);
  }

  #takeSlot(): number {
    if (this.#freeCount > 0) return this.#free[--this.#freeCount]!;
    const slot = this.#slots++;
    if (slot === this.#kinds.length) this.#grow();
    // Generations start at one, so that no handle is zero.
    this.#generations[slot] = 1;
    this.#payloads.push(null);
    return slot;
  }

  #releaseSlot(slot: number): void {
    this.#generations[slot] = (this.#generations[slot]! + 1) & 0x3fffffff || 1;
    this.#payloads[slot] = null;
    this.#free[this.#freeCount++] = slot;
  }

  /**
   * Timers are mostly cancelled: without this the heap would fill with dead ones that wait for their time.
   */
  #compact(): void {
    this.#heap.retain((slot) => {
      if (this.#kinds[slot] !== CANCELLED) return true;
      this.#releaseSlot(slot);
      return false;
    });
    this.#cancelledFar = 0;
  }

  #grow(): void {
    const capacity = this.#kinds.length * 2;
    assert(capacity <= PENDING_EVENTS_LIMIT, 'too many events wait: something schedules without end');
    const kinds = new Int16Array(capacity);
    const generations = new Int32Array(capacity);
    const seqs = new Float64Array(capacity);
    const nears = new Uint8Array(capacity);
    const as = new Float64Array(capacity);
    const free = new Int32Array(capacity);
    kinds.set(this.#kinds);
    generations.set(this.#generations);
    seqs.set(this.#seqs);
    nears.set(this.#nears);
    as.set(this.#as);
    free.set(this.#free);
    this.#kinds = kinds;
    this.#generations = generations;
    this.#seqs = seqs;
    this.#nears = nears;
    this.#as = as;
    this.#wheel.grow(capacity);
    this.#free = free;
  }
}
