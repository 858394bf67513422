import type { Schema } from '../schema.ts';

/** What a schema's version compiles to. */
export interface CodecOf<T> {
  readonly size: (value: T) => number;
}

export function deriveCodec(_schema: Schema<object>, _version: number): CodecOf<object> {
  throw new Error('not derived yet');
}
