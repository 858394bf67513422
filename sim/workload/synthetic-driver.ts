import { NEVER, type OutgoingRecord, type ProducerDriver } from '../../engine/client/index.ts';
import { assert, type Us } from '../../engine/machine/index.ts';
import { utf8Encode } from '../../engine/wire/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { Workload } from '../scenario/index.ts';
import { ID_BYTES, ID_HEADER, IDS_PER_PRODUCER, writeRecordId } from './record-id.ts';

type Synthetic = Extract<Workload, { kind: 'synthetic' }>;

/** Records handed over at one instant when the rate is "as fast as they go": the client's buffer is the real limit. */
const BURST = 64;
/** How soon an unlimited application calls `send` again after a burst. */
const BURST_GAP_US = 50;
const NO_HEADERS: OutgoingRecord['headers'] = [];

/** An application with an arrival process, values of one size, and keys of some popularity. */
export class SyntheticDriver implements ProducerDriver {
  readonly #workload: Synthetic;
  readonly #topic: string;
  readonly #random: RandomStream;
  readonly #untilUs: Us;
  readonly #keys: readonly Uint8Array[];
  /** Cumulative weights of the keys; empty when all are alike. */
  readonly #weights: readonly number[];
  readonly #endOfIds: number;
  #nextId: number;
  /** In units of 1/1024 us, so that fast uniform arrivals keep their rate. */
  #dueFine: number;
  #burst = 0;
  /** Of every record: the producer has copied it when the next one is due. */
  readonly #value: Uint8Array;
  /** Of every tombstone, likewise. */
  readonly #tombstoneId = new Uint8Array(ID_BYTES);
  readonly #tombstoneHeaders: OutgoingRecord['headers'] = [{ key: ID_HEADER, value: this.#tombstoneId }];
  readonly #tombstones: RandomStream | null;

  constructor(options: {
    workload: Synthetic;
    topic: string;
    firstId: number;
    random: RandomStream;
    /** Which records are tombstones; not needed where none is. */
    tombstones?: RandomStream;
    startUs: Us;
    /** No record is sent from here on. */
    untilUs: Us;
  }) {
    this.#workload = options.workload;
    this.#topic = options.topic;
    this.#random = options.random;
    this.#nextId = options.firstId;
    this.#endOfIds = options.firstId + IDS_PER_PRODUCER;
    this.#untilUs = options.untilUs;
    this.#tombstones = options.workload.tombstonePercent > 0 ? (options.tombstones ?? null) : null;
    this.#value = new Uint8Array(Math.max(ID_BYTES, options.workload.valueBytes));
    this.#keys = Array.from({ length: options.workload.keys }, (_, i) => utf8Encode(`key-${i}`));
    this.#weights = options.workload.skew === 'zipf' ? zipfWeights(options.workload.keys) : [];
    this.#dueFine = options.startUs * FINE;
    if (options.workload.rate > 0) this.#advance();
  }

  next(now: Us): OutgoingRecord | null {
    const due = this.nextAt();
    if (due > now) return null;
    if (this.#workload.rate > 0) this.#advance();
    else if (++this.#burst % BURST === 0) this.#dueFine = (now + BURST_GAP_US) * FINE;
    const id = this.#nextId++;
    assert(
      id < this.#endOfIds,
      'a producer has ids for 16 million records: shorten the run or add producers',
    );
    const isTombstone = this.#isTombstone();
    writeRecordId(isTombstone ? this.#tombstoneId : this.#value, id);
    return {
      id,
      topic: this.#topic,
      partition: -1,
      key: this.#key(),
      value: isTombstone ? null : this.#value,
      timestamp: -1,
      headers: isTombstone ? this.#tombstoneHeaders : NO_HEADERS,
    };
  }

  #isTombstone(): boolean {
    return this.#tombstones !== null && this.#tombstones.below(100) < this.#workload.tombstonePercent;
  }

  nextAt(): Us {
    const due = Math.floor(this.#dueFine / FINE);
    return due >= this.#untilUs ? NEVER : due;
  }

  #advance(): void {
    const gap = Math.floor((1_000_000 * FINE) / this.#workload.rate);
    this.#dueFine += this.#workload.arrivals === 'poisson' ? this.#random.exponential(gap) : gap;
  }

  #key(): Uint8Array | null {
    if (this.#keys.length === 0) return null;
    if (this.#weights.length === 0) return this.#keys[this.#random.below(this.#keys.length)]!;
    const draw = this.#random.below(this.#weights.at(-1)!);
    let low = 0;
    let high = this.#weights.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#weights[middle]! <= draw) low = middle + 1;
      else high = middle;
    }
    return this.#keys[low]!;
  }
}

const FINE = 1_024;
const ZIPF_ONE = 1 << 20;

/** Popularity 1, 1/2, 1/3 … in integers, summed up. */
function zipfWeights(keys: number): number[] {
  const weights: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= keys; rank++) {
    sum += Math.max(1, Math.floor(ZIPF_ONE / rank));
    weights.push(sum);
  }
  return weights;
}
