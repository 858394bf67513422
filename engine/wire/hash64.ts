/** An int64 that nobody counts with, only compares: sixteen hexadecimal digits, all 64 bits of it. */
export type Hash64 = string;

export const ZERO_HASH: Hash64 = '0000000000000000';

const DIGITS = 16;

export function readHash64(view: DataView, at: number): Hash64 {
  return hash64Of(view.getUint32(at), view.getUint32(at + 4));
}

export function writeHash64(view: DataView, at: number, hash: Hash64): void {
  view.setUint32(at, Number.parseInt(hash.slice(0, DIGITS / 2), 16));
  view.setUint32(at + 4, Number.parseInt(hash.slice(DIGITS / 2), 16));
}

/** Of two words without sign. */
export function hash64Of(high: number, low: number): Hash64 {
  return hexOf(high) + hexOf(low);
}

export function isHash64(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

function hexOf(word: number): string {
  return word.toString(16).padStart(DIGITS / 2, '0');
}
