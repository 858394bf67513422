import type { ConsumedRecord, OutgoingRecord } from '../../engine/client/index.ts';
import { assert } from '../../engine/machine/index.ts';
import { IDS_PER_PRODUCER, idOfRecord, readRecordId, writeRecordId } from './record-id.ts';

/** An id of its own, then the id of the record that it was made from. */
const COPY_BYTES = 8;
const SOURCE_AT = 4;

/** What a pipeline makes of records: copies under their key, each with an id of its own that knows its source. */
export class Copies {
  readonly #topic: string;
  readonly #endOfIds: number;
  #nextId: number;

  constructor(topic: string, firstId: number) {
    this.#topic = topic;
    this.#nextId = firstId;
    this.#endOfIds = firstId + IDS_PER_PRODUCER;
  }

  copyOf(record: ConsumedRecord): OutgoingRecord {
    assert(this.#nextId < this.#endOfIds, 'a pipeline has ids for 16 million records');
    const id = this.#nextId++;
    const source = idOfRecord(record);
    const value = new Uint8Array(COPY_BYTES);
    writeRecordId(value, id);
    writeRecordId(value.subarray(SOURCE_AT), source);
    return { id, topic: this.#topic, partition: -1, key: record.key, value, timestamp: -1, headers: [] };
  }
}

/** The record that a copy was made from; -1: this is none. */
export function readSourceId(value: Uint8Array | null): number {
  return value === null || value.length !== COPY_BYTES ? -1 : readRecordId(value.subarray(SOURCE_AT));
}
