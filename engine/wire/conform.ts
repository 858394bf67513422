import { covers, type Field, type Fields } from './field.ts';
import type { Schema } from './schema.ts';
import { WireError } from './wire-error.ts';

/**
 * The body as its receiver will see it in `version`: the same object when nothing is lost, else a copy in
 * which ignorable fields that the version does not carry hold their defaults. A field that may not be dropped
 * is an error, as Kafka throws UnsupportedVersionException. Who sends a body written without knowing the
 * version passes it through here, so that it looks the same whether it travels as an object or as bytes.
 */
export function conform<T extends object>(schema: Schema<T>, version: number, body: T): T | WireError {
  if (!schema.has(version)) return new WireError('unsupported version', `${schema.name} v${version}`);
  if (schema.codec(version).settled(body)) return body;
  const copy = conformStruct(schema.fields, version, body as Readonly<Record<string, unknown>>);
  if (typeof copy !== 'string') return copy as T;
  return new WireError('unsupported version', `${schema.name} v${version} cannot carry ${copy}`);
}

/** The copy, or the name of a field that may not be dropped. */
function conformStruct(
  fields: Fields,
  version: number,
  value: Readonly<Record<string, unknown>>,
): object | string {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const field = fields[name]!;
    const held = value[name];
    if (!covers(field.versions, version)) {
      if (!field.ignorable && !isDefault(field, held)) return name;
      copy[name] = field.default;
    } else if (field.fields === null || held === null) {
      copy[name] = held;
    } else if (field.type === 'struct') {
      const inner = conformStruct(field.fields, version, held as Readonly<Record<string, unknown>>);
      if (typeof inner === 'string') return `${name}.${inner}`;
      copy[name] = inner;
    } else {
      const list: object[] = [];
      for (const element of held as readonly Readonly<Record<string, unknown>>[]) {
        const inner = conformStruct(field.fields, version, element);
        if (typeof inner === 'string') return `${name}.${inner}`;
        list.push(inner);
      }
      copy[name] = list;
    }
  }
  return copy;
}

function isDefault(field: Field<unknown>, held: unknown): boolean {
  if (field.type === 'struct' && held !== null && field.default !== null) {
    const value = held as Readonly<Record<string, unknown>>;
    return Object.entries(field.fields!).every(([name, each]) => isDefault(each, value[name]));
  }
  if (Array.isArray(held) || held instanceof Uint8Array) return field.default !== null && held.length === 0;
  return held === field.default;
}
