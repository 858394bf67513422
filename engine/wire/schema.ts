import { assert } from '../machine/index.ts';
import { Codec } from './codec/codec.ts';
import {
  type Field,
  type Fields,
  type FieldType,
  parseVersions,
  type Records,
  type ScalarType,
  type VersionRange,
  type Versions,
} from './field.ts';
import { type Hash64, ZERO_HASH } from './hash64.ts';
import { type Uuid, ZERO_UUID } from './uuid.ts';

/** The value that a set of fields describes. */
export type ValueOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never;
};

/** The value that a schema describes: `type FetchRequest = Infer<typeof fetchRequest>`. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

export interface FieldOptions<T> {
  readonly nullable?: VersionRange;
  readonly default?: T | null;
  readonly tag?: number;
  /** Versions in which the field is tagged; all of its versions unless said otherwise. */
  readonly tagged?: VersionRange;
  readonly ignorable?: true;
}

type Held<O, T> = O extends { readonly nullable: VersionRange } ? T | null : T;

interface ScalarValues {
  readonly bool: boolean;
  readonly int8: number;
  readonly int16: number;
  readonly uint16: number;
  readonly int32: number;
  readonly uint32: number;
  readonly int64: number;
  readonly float64: number;
  readonly string: string;
  readonly uuid: Uuid;
  readonly hash64: Hash64;
  readonly bytes: Uint8Array;
  readonly records: Records;
}

/**
 * A message or structure with its versions. Kafka's counterpart is one JSON file read by the `generator`
 * module; here it is a value, and the TypeScript type of a message is inferred from it.
 */
export class Schema<out T extends object> {
  readonly name: string;
  readonly versions: Versions;
  /** From this version on lengths are compact and structures end in tagged fields. Infinity: never. */
  readonly flexibleFrom: number;
  readonly fields: Fields;
  /**
   * Codecs by version, made when first asked for: a memo of a pure function, the only thing here that
   * changes.
   */
  readonly #codecs: (Codec | undefined)[] = [];
  /** Carries the type only. */
  declare readonly value: T;

  constructor(name: string, versions: Versions, flexibleFrom: number, fields: Fields) {
    this.name = name;
    this.versions = versions;
    this.flexibleFrom = flexibleFrom;
    this.fields = fields;
  }

  has(version: number): boolean {
    return version >= this.versions.min && version <= this.versions.max;
  }

  codec(version: number): Codec {
    return this.#codecs[version] ?? this.#derive(version);
  }

  #derive(version: number): Codec {
    assert(this.has(version), () => `${this.name} has no version ${version}`);
    const codec = new Codec(this.fields, { version, flexible: version >= this.flexibleFrom });
    this.#codecs[version] = codec;
    return codec;
  }
}

export interface SchemaOptions {
  readonly versions: VersionRange;
  readonly flexible: VersionRange | 'none';
}

/** Declares a message or a structure that stands on its own (a metadata record, a file's content). */
export function struct<const F extends Fields>(
  name: string,
  options: SchemaOptions,
  fields: F,
): Schema<ValueOf<F>> {
  const flexibleFrom =
    options.flexible === 'none' ? Number.POSITIVE_INFINITY : parseVersions(options.flexible).min;
  return new Schema(name, parseVersions(options.versions), flexibleFrom, fields);
}

type ScalarField<T> = <const O extends FieldOptions<T>>(
  versions: VersionRange,
  about: string,
  options?: O,
) => Field<Held<O, T>>;

export const bool: ScalarField<boolean> = scalar('bool', false);
export const int8: ScalarField<number> = scalar('int8', 0);
export const int16: ScalarField<number> = scalar('int16', 0);
export const uint16: ScalarField<number> = scalar('uint16', 0);
export const int32: ScalarField<number> = scalar('int32', 0);
export const uint32: ScalarField<number> = scalar('uint32', 0);
/** A safe integer; `LONG_MAX` stands for Java's Long.MAX_VALUE. */
export const int64: ScalarField<number> = scalar('int64', 0);
export const float64: ScalarField<number> = scalar('float64', 0);
export const string: ScalarField<string> = scalar('string', '');
export const uuid: ScalarField<Uuid> = scalar('uuid', ZERO_UUID);
/** An int64 of which all 64 bits matter and which is no number. */
export const hash64: ScalarField<Hash64> = scalar('hash64', ZERO_HASH);
export const bytes: ScalarField<Uint8Array> = scalar('bytes', new Uint8Array(0));
export const records: ScalarField<Records> = scalar('records', []);

/** A list of scalars. */
export function list<const E extends ScalarType, const O extends FieldOptions<readonly never[]>>(
  element: E,
  versions: VersionRange,
  about: string,
  options?: O,
): Field<Held<O, readonly ScalarValues[E][]>> {
  return field('scalars', [], versions, about, options ?? {}, { element });
}

/** A list of structures. */
export function array<const F extends Fields, const O extends FieldOptions<readonly never[]>>(
  versions: VersionRange,
  about: string,
  fields: F,
  options?: O,
): Field<Held<O, readonly ValueOf<F>[]>> {
  return field('structs', [], versions, about, options ?? {}, { fields });
}

/** A structure within a structure. */
export function object<const F extends Fields, const O extends FieldOptions<ValueOf<F>>>(
  versions: VersionRange,
  about: string,
  fields: F,
  options?: O,
): Field<Held<O, ValueOf<F>>> {
  return field('struct', defaultsOf(fields), versions, about, options ?? {}, { fields });
}

/** A value in which every field holds its default. */
export function defaultsOf<F extends Fields>(fields: F): ValueOf<F> {
  const value: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) value[name] = fields[name]!.default;
  return value as ValueOf<F>;
}

function scalar<T>(type: ScalarType, zero: T): ScalarField<T> {
  return (versions, about, options) => field(type, zero, versions, about, options ?? {}, {});
}

/**
 * The options' type decides whether null is part of `T`, which the body of a generic function cannot see:
 * hence the cast.
 */
function field<T>(
  type: FieldType,
  zero: unknown,
  versions: VersionRange,
  about: string,
  options: FieldOptions<unknown>,
  inner: { readonly fields?: Fields; readonly element?: ScalarType },
): Field<T> {
  const tag = options.tag ?? -1;
  const range = parseVersions(versions);
  const tagged = tag < 0 ? null : options.tagged === undefined ? range : parseVersions(options.tagged);
  // Kafka: a nullable field without a stated default starts out empty, not null, except records.
  const unset = type === 'records' && options.nullable !== undefined ? null : zero;
  return {
    type,
    versions: range,
    nullable: options.nullable === undefined ? null : parseVersions(options.nullable),
    default: frozen(options.default === undefined ? unset : options.default) as T,
    tag,
    tagged,
    ignorable: options.ignorable ?? false,
    about,
    fields: inner.fields ?? null,
    element: inner.element ?? null,
  };
}

/**
 * Defaults are shared by all values that hold them. An array of bytes cannot be frozen; the default one is
 * empty.
 */
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.freeze(value);
}
