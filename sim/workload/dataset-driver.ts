import { NEVER, type OutgoingRecord, type ProducerDriver } from '../../engine/client/index.ts';
import { assert, type Us } from '../../engine/machine/index.ts';
import { utf8Encode } from '../../engine/wire/index.ts';
import type { Dataset } from './dataset.ts';
import { IDS_PER_PRODUCER, idPrefix } from './record-id.ts';

/** Replays events in their order, their own spacing kept in proportion to the rate asked for. */
export class DatasetDriver implements ProducerDriver {
  readonly #dataset: Dataset;
  readonly #topic: string;
  readonly #endOfIds: number;
  readonly #count: number;
  readonly #startUs: Us;
  /** Simulated time of the whole replay, and the data's own. */
  readonly #spanUs: Us;
  readonly #dataSpanUs: number;
  #next = 0;
  /** An event that is sent again is another record. */
  #nextId: number;

  constructor(options: {
    dataset: Dataset;
    topic: string;
    firstId: number;
    /** Events to replay, from the first. */
    count: number;
    /** Records per second on average. */
    rate: number;
    startUs: Us;
  }) {
    this.#dataset = options.dataset;
    this.#topic = options.topic;
    this.#nextId = options.firstId;
    this.#endOfIds = options.firstId + IDS_PER_PRODUCER;
    this.#count = Math.min(options.count, options.dataset.events.length);
    this.#startUs = options.startUs;
    this.#spanUs = Math.floor((this.#count * 1_000_000) / options.rate);
    const { events } = options.dataset;
    this.#dataSpanUs = Math.max(1, (events[this.#count - 1]?.atUs ?? 0) - (events[0]?.atUs ?? 0));
  }

  /** The event that comes next, counted from 0; at the end the number of all. */
  get index(): number {
    return this.#next;
  }

  get count(): number {
    return this.#count;
  }

  /** Goes on from another event. */
  seek(index: number): void {
    assert(index <= this.#count, () => `there are ${this.#count} events, and no place ${index}`);
    this.#next = index;
  }

  next(now: Us): OutgoingRecord | null {
    if (this.#dueAt() > now) return null;
    assert(this.#nextId < this.#endOfIds, 'a producer has ids for 16 million records');
    const event = this.#dataset.events[this.#next++]!;
    const id = this.#nextId++;
    return {
      id,
      topic: this.#topic,
      partition: -1,
      key: utf8Encode(event.key),
      value: utf8Encode(`${idPrefix(id)},${event.value.slice(1)}`),
      timestamp: -1,
      headers: [],
    };
  }

  nextAt(): Us {
    return this.#dueAt();
  }

  #dueAt(): Us {
    if (this.#next >= this.#count) return NEVER;
    const { events } = this.#dataset;
    const offsetUs = events[this.#next]!.atUs - events[0]!.atUs;
    return this.#startUs + Math.floor((offsetUs / this.#dataSpanUs) * this.#spanUs);
  }
}
