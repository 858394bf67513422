import { assert } from '../machine/index.ts';
import type { Fields } from './field.ts';
import type { Schema } from './schema.ts';

/** `T` with every field optional, at every depth. */
export type Partially<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer E)[]
    ? readonly Partially<E>[]
    : T extends object
      ? { readonly [K in keyof T]?: Partially<T[K]> }
      : T;

/** A whole value out of the fields that matter; the others hold their defaults. For cold paths and tests. */
export function make<T extends object>(schema: Schema<T>, partial: Partially<T>): T {
  return fill(schema.name, schema.fields, partial) as T;
}

function fill(path: string, fields: Fields, partial: object): object {
  const given = partial as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) {
    assert(Object.hasOwn(fields, name), () => `${path} has no field ${name}`);
  }
  const whole: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const field = fields[name]!;
    const value = given[name];
    if (value === undefined) {
      whole[name] = field.default;
    } else if (field.fields === null || value === null) {
      whole[name] = value;
    } else if (field.type === 'struct') {
      whole[name] = fill(`${path}.${name}`, field.fields, value as object);
    } else {
      whole[name] = (value as readonly object[]).map((each) => fill(`${path}.${name}`, field.fields!, each));
    }
  }
  return whole;
}
