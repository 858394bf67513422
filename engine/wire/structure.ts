import type { Schema } from './schema.ts';
import { WireError } from './wire-error.ts';

/** The bytes of a structure that stands on its own: a metadata record, a control record's payload, a file's content. */
export function encodeStruct<T extends object>(_schema: Schema<T>, _version: number, _value: T): Uint8Array {
  throw new Error('not derived yet');
}

export function decodeStruct<T extends object>(
  _schema: Schema<T>,
  _version: number,
  _bytes: Uint8Array,
): T | WireError {
  return new WireError('malformed', 'not derived yet');
}
