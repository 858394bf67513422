import { NEVER, type OutgoingRecord, type ProducerDriver } from '../../engine/client/index.ts';
import type { Us } from '../../engine/machine/index.ts';
import { utf8Encode } from '../../engine/wire/index.ts';
import type { Dataset } from './dataset.ts';
import { idPrefix } from './record-id.ts';

/** Replays events in their order, their own spacing kept in proportion to the rate asked for. */
export class DatasetDriver implements ProducerDriver {
  readonly #dataset: Dataset;
  readonly #topic: string;
  readonly #firstId: number;
  readonly #count: number;
  readonly #startUs: Us;
  /** Simulated time of the whole replay, and the data's own. */
  readonly #spanUs: Us;
  readonly #dataSpanUs: number;
  #next = 0;

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
    this.#firstId = options.firstId;
    this.#count = Math.min(options.count, options.dataset.events.length);
    this.#startUs = options.startUs;
    this.#spanUs = Math.floor((this.#count * 1_000_000) / options.rate);
    const { events } = options.dataset;
    this.#dataSpanUs = Math.max(1, (events[this.#count - 1]?.atUs ?? 0) - (events[0]?.atUs ?? 0));
  }

  next(now: Us): OutgoingRecord | null {
    if (this.#dueAt() > now) return null;
    const event = this.#dataset.events[this.#next]!;
    const id = this.#firstId + this.#next++;
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
