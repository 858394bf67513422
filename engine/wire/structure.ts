import { Reader } from './codec/reader.ts';
import { Writer } from './codec/writer.ts';
import type { Schema } from './schema.ts';
import { WireError } from './wire-error.ts';

/**
 * The bytes of a structure that stands on its own: a metadata record, a control record's payload, a file's
 * content.
 */
export function encodeStruct<T extends object>(schema: Schema<T>, version: number, value: T): Uint8Array {
  const codec = schema.codec(version);
  const writer = new Writer(codec.size(value));
  codec.encode(writer, value);
  return writer.finish();
}

/** Reads a structure that takes all of `bytes`. */
export function decodeStruct<T extends object>(
  schema: Schema<T>,
  version: number,
  bytes: Uint8Array,
): T | WireError {
  if (!schema.has(version)) return new WireError('unsupported version', `${schema.name} v${version}`);
  try {
    const reader = new Reader(bytes);
    const value = schema.codec(version).decode(reader);
    reader.finish();
    return value as T;
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}
