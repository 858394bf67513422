import type { BatchHeader } from './batch-header.ts';
import { VarintReader } from './varint.ts';

/**
 * Goes over the records of an unfolded section one by one without making any: what is asked of them is read, the rest
 * is skipped. `failed` when they are not what the header says.
 */
export class RecordCursor {
  readonly section: Uint8Array;
  /** Where the record begins, its length included. */
  start = 0;
  /** Behind the difference of times: what does not depend on the batch's base. */
  restFrom = 0;
  end = 0;
  offset = -1;
  timestamp = -1;
  keyFrom = 0;
  /** -1: no key. */
  keyLength = -1;
  hasValue = false;
  failed = false;
  readonly #header: BatchHeader;
  readonly #reader: VarintReader;
  #index = 0;

  constructor(section: Uint8Array, header: BatchHeader) {
    this.section = section;
    this.#header = header;
    this.#reader = new VarintReader(section, 0, section.length);
  }

  /** False behind the last record, and at the first that is malformed. */
  next(): boolean {
    const header = this.#header;
    const reader = this.#reader;
    if (this.failed || this.#index === header.count) return false;
    this.#index++;
    this.start = reader.at;
    const length = reader.varint();
    const end = reader.at + length;
    if (reader.failed || length < 0 || end > reader.end) return this.#fail();
    reader.int8();
    const timestampDelta = reader.varlong();
    this.timestamp = header.isLogAppendTime ? header.maxTimestamp : header.baseTimestamp + timestampDelta;
    this.restFrom = reader.at;
    this.offset = header.baseOffset + reader.varint();
    this.keyLength = reader.varint();
    this.keyFrom = reader.at;
    if (this.keyLength > 0) reader.skip(this.keyLength);
    this.hasValue = reader.varint() >= 0;
    if (reader.failed || reader.at > end) return this.#fail();
    reader.skip(end - reader.at);
    this.end = end;
    return true;
  }

  /** The key as text with a character a byte: equal if and only if the keys are. */
  keyText(): string {
    const { section, keyFrom, keyLength } = this;
    let text = '';
    for (let at = keyFrom; at < keyFrom + keyLength; at += KEY_STRETCH) {
      text += String.fromCharCode(...section.subarray(at, Math.min(at + KEY_STRETCH, keyFrom + keyLength)));
    }
    return text;
  }

  #fail(): boolean {
    this.failed = true;
    return false;
  }
}

/** Arguments of one call. */
const KEY_STRETCH = 4096;
