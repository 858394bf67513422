import { assert } from '../machine/index.ts';

/**
 * Stands for Java's Long.MAX_VALUE, which no safe integer can hold and a few fields use for "no limit" or
 * "not known". It is the one int64 that changes on its way through memory.
 */
export const LONG_MAX: number = Number.MAX_SAFE_INTEGER;

/**
 * Whole record batches: one field of bytes on the wire, a list of chunks in memory. Chunks are never mutated.
 */
export type Records = readonly Uint8Array[];

/** Versions as Kafka writes them: `3`, `3+`, `3-7`. Both ends belong to the range. */
export type VersionRange = `${number}` | `${number}+` | `${number}-${number}`;

export interface Versions {
  readonly min: number;
  readonly max: number;
}

export type ScalarType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'hash64'
  | 'bytes'
  | 'records';

export type FieldType = ScalarType | 'struct' | 'structs' | 'scalars';

/**
 * One field of a message, as data. `T` is what the field holds in memory and shows in the type of `default`.
 */
export interface Field<out T> {
  readonly type: FieldType;
  readonly versions: Versions;
  /** Versions in which null may travel; null itself when none. */
  readonly nullable: Versions | null;
  /** What the field holds where its version does not carry it, and what a tagged field is left out for. */
  readonly default: T;
  /** The tag (KIP-482) within `tagged`; -1 when the field is never tagged. */
  readonly tag: number;
  readonly tagged: Versions | null;
  /** A version without the field drops its value silently; otherwise only the default may be sent there. */
  readonly ignorable: boolean;
  readonly about: string;
  /** Of `struct` and `structs`: the fields within. */
  readonly fields: Fields | null;
  /** Of `scalars`: the type of an element. */
  readonly element: ScalarType | null;
}

export type Fields = { readonly [name: string]: Field<unknown> };

export function parseVersions(range: VersionRange): Versions {
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(range);
  assert(match !== null, () => `not a version range: ${range}`);
  const min = Number(match[1]);
  const max = match[2] === '+' ? Number.POSITIVE_INFINITY : match[3] === undefined ? min : Number(match[3]);
  assert(min <= max, () => `versions run backwards: ${range}`);
  return { min, max };
}

export function covers(versions: Versions | null, version: number): boolean {
  return versions !== null && version >= versions.min && version <= versions.max;
}
