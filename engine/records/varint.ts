const TWO_32 = 0x1_0000_0000;

/** Zig-zag: 0, -1, 1, -2 become 0, 1, 2, 3. An unsigned 32-bit result. */
function zigzag32(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** Bytes that a zig-zag varint of an int32 takes: 1 to 5. */
export function sizeOfVarint(value: number): number {
  const word = zigzag32(value);
  if (word < 0x80) return 1;
  if (word < 0x4000) return 2;
  if (word < 0x20_0000) return 3;
  return word < 0x1000_0000 ? 4 : 5;
}

/** Writes an int32 and answers the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let word = zigzag32(value);
  while (word >= 0x80) {
    bytes[at++] = (word & 0x7f) | 0x80;
    word >>>= 7;
  }
  bytes[at++] = word;
  return at;
}

/** Bytes that a zig-zag varlong of a safe integer takes: 1 to 8 (2^54 needs 55 bits). */
export function sizeOfVarlong(value: number): number {
  // 2v for v >= 0 and -2v - 1 below: exact to 2^54 but for its lowest bit, which no length depends on.
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let size = 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Writes a safe integer and answers the position after it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if ((value | 0) === value) return writeVarint(bytes, at, value);
  // Zig-zag on two halves: shift left by one, then flip every bit of a negative number.
  const high = Math.floor(value / TWO_32);
  const low = (value - high * TWO_32) >>> 0;
  const sign = value < 0 ? -1 : 0;
  let zigLow = ((low << 1) ^ sign) >>> 0;
  let zigHigh = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
  while (zigHigh !== 0 || zigLow >= 0x80) {
    bytes[at++] = (zigLow & 0x7f) | 0x80;
    zigLow = ((zigLow >>> 7) | (zigHigh << 25)) >>> 0;
    zigHigh >>>= 7;
  }
  bytes[at++] = zigLow;
  return at;
}

/**
 * Reads varints from bytes that may lie. A read past the end, an overlong varint or a number beyond the safe
 * integers sets `failed` and answers 0: the caller asks once, after a record, instead of at every field.
 */
export class VarintReader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;
  failed = false;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  int8(): number {
    if (this.at >= this.end) return this.#fail();
    return (this.bytes[this.at++]! << 24) >> 24;
  }

  varint(): number {
    let word = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= this.end) return this.#fail();
      const byte = this.bytes[this.at++]!;
      word |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (word >>> 1) ^ -(word & 1);
    }
    return this.#fail();
  }

  varlong(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) return this.#fail();
      const byte = this.bytes[this.at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return this.#unzigzag(high, low);
    }
    return this.#fail();
  }

  /** The next `length` bytes as a view; null and failed when there are fewer. */
  view(length: number): Uint8Array | null {
    if (length < 0 || length > this.end - this.at) {
      this.#fail();
      return null;
    }
    const from = this.at;
    this.at += length;
    return this.bytes.subarray(from, this.at);
  }

  skip(length: number): void {
    if (length < 0 || length > this.end - this.at) this.#fail();
    else this.at += length;
  }

  #unzigzag(high: number, low: number): number {
    const sign = -(low & 1);
    const plainLow = (((low >>> 1) | (high << 31)) ^ sign) >>> 0;
    const plainHigh = (high >>> 1) ^ sign;
    const value = plainHigh * TWO_32 + plainLow;
    return Number.isSafeInteger(value) ? value : this.#fail();
  }

  #fail(): number {
    this.failed = true;
    return 0;
  }
}
