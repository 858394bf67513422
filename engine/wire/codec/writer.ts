import { assert } from '../../machine/index.ts';
import type { Records } from '../field.ts';
import { utf8Length, writeUtf8 } from '../utf8.ts';
import { recordsLength } from './sizes.ts';

/** Kafka's bound on a string: its length was an int16 once, and stays below 2^15 where it is compact. */
export const MAX_STRING_BYTES = 0x7fff;

/** Writes into a buffer of exactly the size that the sizer told. */
export class Writer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Where `count` bytes begin that the caller writes through `view`. */
  take(count: number): number {
    const at = this.#at;
    this.#at = at + count;
    return at;
  }

  /** The buffer, once it is full to the last byte: otherwise sizer and encoder disagree. */
  finish(): Uint8Array {
    assert(this.#at === this.bytes.length, () => `wrote ${this.#at} of ${this.bytes.length} bytes`);
    return this.bytes;
  }

  uvarint(value: number): void {
    while (value > 0x7f) {
      this.bytes[this.#at++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.bytes[this.#at++] = value;
  }

  string(text: string | null): void {
    const length = text === null ? -1 : stringLength(text);
    this.view.setInt16(this.take(2), length);
    if (text !== null) this.#at = writeUtf8(this.bytes, this.#at, text);
  }

  compactString(text: string | null): void {
    this.uvarint(text === null ? 0 : stringLength(text) + 1);
    if (text !== null) this.#at = writeUtf8(this.bytes, this.#at, text);
  }

  byteString(bytes: Uint8Array | null): void {
    this.view.setInt32(this.take(4), bytes === null ? -1 : bytes.length);
    if (bytes !== null) this.#copy(bytes);
  }

  compactBytes(bytes: Uint8Array | null): void {
    this.uvarint(bytes === null ? 0 : bytes.length + 1);
    if (bytes !== null) this.#copy(bytes);
  }

  records(records: Records | null): void {
    this.view.setInt32(this.take(4), records === null ? -1 : recordsLength(records));
    if (records !== null) this.#copyAll(records);
  }

  compactRecords(records: Records | null): void {
    this.uvarint(records === null ? 0 : recordsLength(records) + 1);
    if (records !== null) this.#copyAll(records);
  }

  #copyAll(records: Records): void {
    for (let i = 0; i < records.length; i++) this.#copy(records[i]!);
  }

  #copy(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}

function stringLength(text: string): number {
  const length = utf8Length(text);
  assert(length <= MAX_STRING_BYTES, () => `a string of ${length} bytes`);
  return length;
}
