/**
 * UTF-8 by hand: the engine has no TextEncoder, and names on the wire are short, where a loop beats one
 * anyway. What is not Unicode is replaced as Java does it: a lone surrogate is written as '?', a malformed
 * sequence reads as U+FFFD.
 */
const REPLACEMENT = 0xfffd;
const QUESTION_MARK = 0x3f;

export function utf8Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(bytes, 0, text);
  return bytes;
}

export function utf8Decode(bytes: Uint8Array): string {
  return readUtf8(bytes, 0, bytes.length);
}

/** How many bytes `text` takes. */
export function utf8Length(text: string): number {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) > 0x7f) return wideLength(text, i);
  }
  return length;
}

function wideLength(text: string, from: number): number {
  let length = from;
  for (let i = from; i < text.length; i++) {
    const point = pointAt(text, i);
    if (point < 0x80) length += 1;
    else if (point < 0x800) length += 2;
    else if (point < 0x10000) length += 3;
    else {
      length += 4;
      i++;
    }
  }
  return length;
}

/** Writes `text` and returns where it ends; there must be `utf8Length(text)` bytes of room. */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return writeWide(bytes, at + i, text, i);
    bytes[at + i] = unit;
  }
  return at + length;
}

function writeWide(bytes: Uint8Array, at: number, text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const point = pointAt(text, i);
    if (point < 0x80) {
      bytes[at++] = point;
    } else if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6);
      bytes[at++] = 0x80 | (point & 63);
    } else if (point < 0x10000) {
      bytes[at++] = 0xe0 | (point >> 12);
      bytes[at++] = 0x80 | ((point >> 6) & 63);
      bytes[at++] = 0x80 | (point & 63);
    } else {
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 63);
      bytes[at++] = 0x80 | ((point >> 6) & 63);
      bytes[at++] = 0x80 | (point & 63);
      i++;
    }
  }
  return at;
}

/** The code point that starts at `i`, or '?' for half of one. */
function pointAt(text: string, i: number): number {
  const point = text.codePointAt(i)!;
  return point >= 0xd800 && point <= 0xdfff ? QUESTION_MARK : point;
}

/**
 * A concatenation this long is kept as a tree of pieces, which costs again when the string becomes a map's
 * key.
 */
const FLAT_LENGTH = 12;
/** Characters made in one call; more could overflow the stack of arguments. */
const CHUNK = 4096;

/** Reads `length` bytes from `at`, all of which must be there. */
export function readUtf8(bytes: Uint8Array, at: number, length: number): string {
  const end = at + length;
  return length <= FLAT_LENGTH ? readShort(bytes, at, end) : readLong(bytes, at, end);
}

function readShort(bytes: Uint8Array, at: number, end: number): string {
  let text = '';
  for (; at + 4 <= end; at += 4) {
    const a = bytes[at]!;
    const b = bytes[at + 1]!;
    const c = bytes[at + 2]!;
    const d = bytes[at + 3]!;
    if ((a | b | c | d) > 0x7f) return text + readWide(bytes, at, end);
    text += String.fromCharCode(a, b, c, d);
  }
  for (; at < end; at++) {
    const unit = bytes[at]!;
    if (unit > 0x7f) return text + readWide(bytes, at, end);
    text += String.fromCharCode(unit);
  }
  return text;
}

function readLong(bytes: Uint8Array, at: number, end: number): string {
  let text = '';
  while (at < end) {
    const count = Math.min(CHUNK, end - at);
    const units: number[] = new Array(count);
    for (let i = 0; i < count; i++) {
      const unit = bytes[at + i]!;
      if (unit > 0x7f) return text + readWide(bytes, at, end);
      units[i] = unit;
    }
    text += String.fromCharCode.apply(null, units);
    at += count;
  }
  return text;
}

function readWide(bytes: Uint8Array, at: number, end: number): string {
  let text = '';
  while (at < end) {
    const lead = bytes[at++]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const more = lead >= 0xf0 ? (lead < 0xf5 ? 3 : 0) : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
    // The second byte has a narrower range where a lead byte could spell too short, a surrogate, or beyond
    // Unicode.
    let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    let point = more === 0 ? REPLACEMENT : lead & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const next = at < end ? bytes[at]! : 0;
      if (next < low || next > high) {
        point = REPLACEMENT;
        break;
      }
      point = (point << 6) | (next & 63);
      low = 0x80;
      high = 0xbf;
      at++;
    }
    text += String.fromCodePoint(point);
  }
  return text;
}
