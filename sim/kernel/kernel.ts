import { assert, type Us } from '../../engine/machine/index.ts';
import { EventHeap } from './event-heap.ts';

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
 * The one queue of things to come. Time moves only here, from event to event; events of one microsecond run in the
 * order in which they were scheduled.
 */
export class Kernel {
  /** Simulated time: integer microseconds since the run began. */
  now: Us = 0;
  /** Events run so far. */
  events = 0;
  observer: EventObserver | null = null;

  readonly #heap = new EventHeap(FIRST_CAPACITY);
  readonly #handlers: EventHandler[] = [];
  readonly #names: string[] = [];
  #seq = 0;
  #cancelled = 0;
  #stopped = false;

  #kinds = new Int16Array(FIRST_CAPACITY);
  #generations = new Int32Array(FIRST_CAPACITY);
  #as = new Float64Array(FIRST_CAPACITY);
  #payloads: unknown[] = [];
  #free = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;
  #slots = 0;

  /** Adds a kind of event. Kinds are numbered in the order of registration, which is part of the run's identity. */
  register<P>(name: string, handler: EventHandler<P>): EventKind {
    this.#names.push(name);
    return this.#handlers.push(handler) - 1;
  }

  nameOf(kind: EventKind): string {
    return this.#names[kind] ?? `event ${kind}`;
  }

  /** How many events wait (cancelled ones not counted). */
  get pending(): number {
    return this.#heap.size - this.#cancelled;
  }

  /** Schedules an event at a time that is not past. */
  schedule(at: Us, kind: EventKind, payload: unknown = null, a = 0): EventHandle {
    assert(at >= this.now, 'an event is never in the past');
    const slot = this.#takeSlot();
    this.#kinds[slot] = kind;
    this.#payloads[slot] = payload;
    this.#as[slot] = a;
    this.#heap.push(at, this.#seq++, slot);
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
    this.#cancelled++;
    if (this.#cancelled > COMPACTION_FLOOR && this.#cancelled * 2 > this.#heap.size) this.#compact();
    return true;
  }

  /** Ends `run` after the event that runs now. */
  stop(): void {
    this.#stopped = true;
  }

  /** The time of the next event, or -1 when none waits. */
  nextAt(): Us {
    this.#dropCancelledTop();
    return this.#heap.size === 0 ? -1 : this.#heap.at[0]!;
  }

  /**
   * Runs events up to and including `until`. Says why it came back: time is up (then `now` is `until`), nothing waits,
   * `stop` was called, or `limit` events have run.
   */
  run(until: Us, limit = Number.MAX_SAFE_INTEGER): StopReason {
    const heap = this.#heap;
    const handlers = this.#handlers;
    let left = limit;
    this.#stopped = false;
    for (;;) {
      if (heap.size === 0) return 'idle';
      const at = heap.at[0]!;
      if (at > until) {
        if (until > this.now) this.now = until;
        return 'until';
      }
      const slot = heap.slot[0]!;
      const kind = this.#kinds[slot]!;
      if (kind === CANCELLED) {
        heap.pop();
        this.#releaseSlot(slot);
        this.#cancelled--;
        continue;
      }
      if (left-- === 0) return 'event limit';
      const seq = heap.seq[0]!;
      heap.pop();
      const payload = this.#payloads[slot];
      const a = this.#as[slot]!;
      this.#releaseSlot(slot);
      this.now = at;
      this.events++;
      if (this.observer !== null) this.observer(at, seq, kind);
      handlers[kind]!(payload, a);
      if (this.#stopped) return 'stopped';
    }
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

  #dropCancelledTop(): void {
    while (this.#heap.size > 0 && this.#kinds[this.#heap.slot[0]!] === CANCELLED) {
      const slot = this.#heap.slot[0]!;
      this.#heap.pop();
      this.#releaseSlot(slot);
      this.#cancelled--;
    }
  }

  /** Timers are mostly cancelled: without this the heap would fill with dead ones that wait for their time. */
  #compact(): void {
    this.#heap.retain((slot) => {
      if (this.#kinds[slot] !== CANCELLED) return true;
      this.#releaseSlot(slot);
      return false;
    });
    this.#cancelled = 0;
  }

  #grow(): void {
    const capacity = this.#kinds.length * 2;
    assert(capacity <= PENDING_EVENTS_LIMIT, 'too many events wait: something schedules without end');
    const kinds = new Int16Array(capacity);
    const generations = new Int32Array(capacity);
    const as = new Float64Array(capacity);
    const free = new Int32Array(capacity);
    kinds.set(this.#kinds);
    generations.set(this.#generations);
    as.set(this.#as);
    free.set(this.#free);
    this.#kinds = kinds;
    this.#generations = generations;
    this.#as = as;
    this.#free = free;
  }
}
