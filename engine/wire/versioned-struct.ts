import type { Schema } from './schema.ts';
import { decodeStruct, encodeStruct } from './structure.ts';
import { WireError } from './wire-error.ts';

const PREFIX_BYTES = 2;

/** A structure after an int16 that says its version: keys and values of coordinators' records, consumer protocols. */
export function encodeVersioned<T extends object>(
  schema: Schema<T>,
  version: number,
  value: T,
  prefix: number = version,
): Uint8Array {
  const body = encodeStruct(schema, version, value);
  const bytes = new Uint8Array(PREFIX_BYTES + body.length);
  bytes[0] = (prefix >> 8) & 0xff;
  bytes[1] = prefix & 0xff;
  bytes.set(body, PREFIX_BYTES);
  return bytes;
}

/** The int16 that the bytes begin with, or what is wrong with them. */
export function prefixOf(bytes: Uint8Array): number | WireError {
  if (bytes.length < PREFIX_BYTES) return new WireError('truncated', 'no version');
  return ((bytes[0]! << 24) >> 16) | bytes[1]!;
}

/** Reads what follows the prefix in this version. */
export function decodeVersioned<T extends object>(
  schema: Schema<T>,
  version: number,
  bytes: Uint8Array,
): T | WireError {
  return decodeStruct(schema, version, bytes.subarray(PREFIX_BYTES));
}
