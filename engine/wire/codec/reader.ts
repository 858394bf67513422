import type { Records } from '../field.ts';
import { readUtf8 } from '../utf8.ts';
import { WireError } from '../wire-error.ts';
import { MAX_STRING_BYTES } from './writer.ts';

/**
 * Elements of lists that one frame may hold, all lists together: bounds the memory that hostile bytes can ask
 * for.
 */
export const MAX_ELEMENTS = 1 << 22;

/**
 * Reads bytes that nobody vouches for. Every length is compared with what is left before anything is
 * allocated for it. Failures are thrown as WireError and caught where a codec is entered (`decode...`):
 * nothing else is, so that a mistake in here still crashes.
 */
export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #end: number;
  #at: number;
  #elements = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = at;
    this.#end = bytes.length;
  }

  get at(): number {
    return this.#at;
  }

  /** Where `count` bytes begin that the caller reads through `view`. */
  take(count: number): number {
    const at = this.#at;
    if (count > this.#end - at) this.#truncated(count);
    this.#at = at + count;
    return at;
  }

  uvarint(): number {
    const first = this.bytes[this.take(1)]!;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const next = this.bytes[this.take(1)]!;
      if (next < 0x80) return value | (next << shift);
      value |= (next & 0x7f) << shift;
    }
    const last = this.bytes[this.take(1)]!;
    if (last > 0x0f) throw new WireError('malformed', 'a varint beyond 32 bits');
    return (value | (last << 28)) >>> 0;
  }

  /** The length of a list; `least` is the least that an element takes. */
  count(least: number): number {
    const count = this.view.getInt32(this.take(4));
    return count < 0 ? this.#null() : this.#bounded(count, least);
  }

  /** As `count`, -1 for null. */
  nullableCount(least: number): number {
    const count = this.view.getInt32(this.take(4));
    return count < 0 ? -1 : this.#bounded(count, least);
  }

  compactCount(least: number): number {
    const count = this.uvarint();
    return count === 0 ? this.#null() : this.#bounded(count - 1, least);
  }

  nullableCompactCount(least: number): number {
    const count = this.uvarint();
    return count === 0 ? -1 : this.#bounded(count - 1, least);
  }

  string(): string {
    return this.nullableString() ?? this.#null();
  }

  nullableString(): string | null {
    const length = this.view.getInt16(this.take(2));
    return length < 0 ? null : readUtf8(this.bytes, this.take(length), length);
  }

  compactString(): string {
    return this.nullableCompactString() ?? this.#null();
  }

  nullableCompactString(): string | null {
    const length = this.uvarint() - 1;
    if (length < 0) return null;
    if (length > MAX_STRING_BYTES) throw new WireError('malformed', `a string of ${length} bytes`);
    return readUtf8(this.bytes, this.take(length), length);
  }

  byteString(): Uint8Array {
    return this.nullableByteString() ?? this.#null();
  }

  nullableByteString(): Uint8Array | null {
    return this.#view(this.view.getInt32(this.take(4)));
  }

  compactBytes(): Uint8Array {
    return this.nullableCompactBytes() ?? this.#null();
  }

  nullableCompactBytes(): Uint8Array | null {
    return this.#view(this.uvarint() - 1);
  }

  records(): Records {
    return chunk(this.byteString());
  }

  nullableRecords(): Records | null {
    const bytes = this.nullableByteString();
    return bytes === null ? null : chunk(bytes);
  }

  compactRecords(): Records {
    return chunk(this.compactBytes());
  }

  nullableCompactRecords(): Records | null {
    const bytes = this.nullableCompactBytes();
    return bytes === null ? null : chunk(bytes);
  }

  /** The end of a tagged field of `size` bytes, all of which are there. */
  tagEnd(size: number): number {
    if (size > this.#end - this.#at) this.#truncated(size);
    return this.#at + size;
  }

  /** A tagged field must end where its size said. */
  endTag(end: number): void {
    if (this.#at !== end) throw new WireError('malformed', `a tagged field ends ${this.#at - end} bytes off`);
  }

  /** Skips the rest of tagged fields, none of which is known. */
  skipTags(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.take(this.uvarint());
    }
  }

  /**
   * Kafka ignores what follows a message. Here it is an error: a codec that is off by a byte should be heard
   * of.
   */
  finish(): void {
    const left = this.#end - this.#at;
    if (left !== 0) throw new WireError('malformed', `${left} bytes follow the message`);
  }

  #bounded(count: number, least: number): number {
    if (count * least > this.#end - this.#at) this.#truncated(count * least);
    this.#elements += count;
    if (this.#elements > MAX_ELEMENTS) throw new WireError('too large', `more than ${MAX_ELEMENTS} elements`);
    return count;
  }

  /** A view, not a copy, and a plain one whatever the bytes came in; null for a negative length. */
  #view(length: number): Uint8Array | null {
    if (length < 0) return null;
    const at = this.take(length);
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + at, length);
  }

  #truncated(wanted: number): never {
    throw new WireError('truncated', `${wanted} bytes wanted at ${this.#at}, ${this.#end - this.#at} left`);
  }

  #null(): never {
    throw new WireError('malformed', `null before ${this.#at} where the version allows none`);
  }
}

/** No bytes are no chunk, so that whoever walks over chunks never meets an empty one. */
function chunk(bytes: Uint8Array): Records {
  return bytes.length === 0 ? [] : [bytes];
}
