import { assert } from '../../machine/index.ts';
import { LONG_MAX } from '../field.ts';
import { WireError } from '../wire-error.ts';

const TWO_32 = 0x1_0000_0000;
/** High halves strictly between these make safe integers whatever the low half. */
const HIGH_LIMIT = 0x20_0000;

/**
 * Reads an int64 as two halves: no bigint on this path. What is not a safe integer is refused by throwing a
 * WireError.
 */
export function readInt64(view: DataView, at: number): number {
  const high = view.getInt32(at);
  const low = view.getUint32(at + 4);
  if (high > -HIGH_LIMIT && high < HIGH_LIMIT) return high * TWO_32 + low;
  if (high === 0x7fff_ffff && low === 0xffff_ffff) return LONG_MAX;
  if (high === -HIGH_LIMIT && low !== 0) return high * TWO_32 + low;
  throw new WireError('malformed', 'an int64 beyond 2^53');
}

export function writeInt64(view: DataView, at: number, value: number): void {
  assert(Number.isSafeInteger(value), () => `not a safe integer: ${value}`);
  if (value === LONG_MAX) {
    view.setInt32(at, 0x7fff_ffff);
    view.setUint32(at + 4, 0xffff_ffff);
  } else {
    view.setInt32(at, Math.floor(value / TWO_32));
    view.setUint32(at + 4, value >>> 0);
  }
}
