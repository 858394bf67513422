import type { Outbox } from '../../machine/index.ts';
import {
  type BatchHeader,
  type Compression,
  ControlType,
  type LogRecord,
  parseBatch,
  RecordsError,
  readControlRecords,
  readRecords,
  splitBatches,
  type VerifiedBatches,
} from '../../records/index.ts';
import type { FetchResponse } from '../../wire/index.ts';
import type { PolledBatch } from '../ports.ts';
import type { PartitionState } from './partition-state.ts';

export type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

export interface ReadOptions {
  readonly compression: Compression;
  readonly verified: VerifiedBatches;
  readonly checkCrcs: boolean;
  readonly readCommitted: boolean;
}

/**
 * What a fetch brought for one partition, handed out batch by batch as polls ask for it (`CompletedFetch`).
 */
export class CompletedFetch {
  readonly state: PartitionState;
  readonly data: FetchedPartition;
  /** The offset asked for, and then the one after what was handed out. */
  nextOffset: number;
  /** Of the last batch looked at, -1 when none was. */
  lastEpoch = -1;
  isInitialized = false;
  #batches: readonly Uint8Array[] = [];
  #batchIndex = 0;
  #header: BatchHeader | null = null;
  #records: readonly LogRecord[] = [];
  #recordIndex = 0;
  #abortedIndex = 0;
  #failure: RecordsError | null = null;
  readonly #abortedProducers = new Set<number>();
  readonly #aborted: readonly { readonly producerId: number; readonly firstOffset: number }[];

  constructor(state: PartitionState, data: FetchedPartition, offset: number) {
    this.state = state;
    this.data = data;
    this.nextOffset = offset;
    this.#aborted = (data.abortedTransactions ?? []).toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Looks at the bytes for the first time; an error when they are not whole batches. */
  initialize(): RecordsError | null {
    const batches = splitBatches(this.data.records ?? []);
    if (batches instanceof RecordsError) {
      this.#failure = batches;
      return batches;
    }
    this.#batches = batches;
    this.isInitialized = true;
    return null;
  }

  get isEmpty(): boolean {
    return this.data.records === null || this.data.records.length === 0;
  }

  /**
   * Up to `limit` records, as batches appended to `polled`; their number. An error stays: the next call meets
   * it again.
   */
  read(limit: number, options: ReadOptions, polled: PolledBatch[], out: Outbox): number | RecordsError {
    let taken = 0;
    while (taken < limit) {
      if (this.#recordIndex >= this.#records.length) {
        const next = this.#nextBatch(options, out);
        if (next instanceof RecordsError) return taken > 0 ? taken : next;
        if (!next) break;
        continue;
      }
      const count = Math.min(limit - taken, this.#records.length - this.#recordIndex);
      polled.push(this.#take(count));
      taken += count;
    }
    out.work.records += taken;
    return taken;
  }

  get isExhausted(): boolean {
    return this.#recordIndex >= this.#records.length && this.#batchIndex >= this.#batches.length;
  }

  #take(count: number): PolledBatch {
    const from = this.#recordIndex;
    const to = from + count;
    this.#recordIndex = to;
    const isWhole = from === 0 && to === this.#records.length;
    const records = isWhole ? this.#records : this.#records.slice(from, to);
    const header = this.#header!;
    this.nextOffset = to === this.#records.length ? header.lastOffset + 1 : records.at(-1)!.offset + 1;
    this.lastEpoch = header.leaderEpoch;
    const { topic, partition } = this.state;
    return { topic, partition, leaderEpoch: header.leaderEpoch, records, nextPosition: this.nextOffset };
  }

  /**
   * False at the end. Skips control batches, aborted transactions and what lies before the offset asked for.
   */
  #nextBatch(options: ReadOptions, out: Outbox): boolean | RecordsError {
    if (this.#failure !== null) return this.#failure;
    const bytes = this.#batches[this.#batchIndex];
    if (bytes === undefined) return false;
    const header = parseBatch(bytes);
    if (header instanceof RecordsError) return this.#fail(header);
    if (options.checkCrcs) {
      out.work.bytesChecksummed += header.length;
      const broken = options.verified.verify(bytes);
      if (broken !== null) return this.#fail(broken);
    }
    const isAborted = options.readCommitted && this.#isAborted(bytes, header);
    const records = header.isControl || isAborted ? [] : readRecords(bytes, options.compression);
    if (records instanceof RecordsError) return this.#fail(records);
    out.work.batches += 1;
    this.#batchIndex++;
    this.#header = header;
    let first = 0;
    while (first < records.length && records[first]!.offset < this.nextOffset) first++;
    this.#records = first === 0 ? records : records.slice(first);
    this.#recordIndex = 0;
    if (this.#records.length === 0 && header.lastOffset >= this.nextOffset) {
      this.nextOffset = header.lastOffset + 1;
      this.lastEpoch = header.leaderEpoch;
    }
    return true;
  }

  /** The broker lists aborted transactions by first offset; an abort marker ends one. */
  #isAborted(bytes: Uint8Array, header: BatchHeader): boolean {
    for (;;) {
      const next = this.#aborted[this.#abortedIndex];
      if (next === undefined || next.firstOffset > header.lastOffset) break;
      this.#abortedProducers.add(next.producerId);
      this.#abortedIndex++;
    }
    if (header.isControl) {
      if (isAbortMarker(bytes)) this.#abortedProducers.delete(header.producerId);
      return true;
    }
    return header.isTransactional && this.#abortedProducers.has(header.producerId);
  }

  #fail(error: RecordsError): RecordsError {
    this.#failure = error;
    return error;
  }
}

function isAbortMarker(bytes: Uint8Array): boolean {
  const records = readControlRecords(bytes);
  return !(records instanceof RecordsError) && records[0]?.type === ControlType.ABORT;
}
