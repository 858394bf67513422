import { covers, type Field, type Fields, type ScalarType } from './field.ts';
import { isHash64 } from './hash64.ts';
import type { Schema } from './schema.ts';
import { utf8Decode, utf8Encode } from './utf8.ts';
import { isUuid } from './uuid.ts';

type Values = Readonly<Record<string, unknown>>;

const INTEGER_RANGE: Readonly<Partial<Record<ScalarType, readonly [number, number]>>> = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  uint16: [0, 0xffff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint32: [0, 0xffff_ffff],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/**
 * What keeps a body from being equal to `decode(encode(body))` in its version, in words with its path, or
 * null: missing and unknown fields, values out of range, fields that the version does not carry. Slow; for
 * tests and for runs that look for such mistakes.
 */
export function checkBody(schema: Schema<object>, version: number, body: object): string | null {
  if (!schema.has(version)) return `${schema.name} has no version ${version}`;
  return checkStruct(`${schema.name} v${version}`, schema.fields, version, body);
}

function checkStruct(path: string, fields: Fields, version: number, value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return `${path} is not an object: ${value}`;
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) return `${path} has no field ${name}`;
  }
  for (const name of Object.keys(fields)) {
    const problem = checkField(`${path}.${name}`, fields[name]!, version, (value as Values)[name]);
    if (problem !== null) return problem;
  }
  return null;
}

function checkField(path: string, field: Field<unknown>, version: number, value: unknown): string | null {
  if (value === undefined) return `${path} is missing`;
  const carried = covers(field.versions, version);
  if (!carried && !isUnset(field, value)) return `${path} is not carried by this version`;
  if (value === null) {
    const allowed = covers(field.nullable, version) || (!carried && field.default === null);
    return allowed ? null : `${path} is null`;
  }
  if (field.type === 'struct') return checkStruct(path, field.fields!, version, value);
  if (field.type !== 'structs' && field.type !== 'scalars') return checkScalar(path, field.type, value);
  if (!Array.isArray(value)) return `${path} is not a list`;
  for (let i = 0; i < value.length; i++) {
    const problem =
      field.fields === null
        ? checkScalar(`${path}[${i}]`, field.element!, value[i])
        : checkStruct(`${path}[${i}]`, field.fields, version, value[i]);
    if (problem !== null) return problem;
  }
  return null;
}

function isUnset(field: Field<unknown>, value: unknown): boolean {
  if (typeof field.default !== 'object' || field.default === null) return value === field.default;
  if (field.type !== 'struct') return value !== null && (value as { length?: unknown }).length === 0;
  if (value === null) return false;
  return Object.entries(field.fields!).every(([name, each]) => isUnset(each, (value as Values)[name]));
}

function checkScalar(path: string, type: ScalarType, value: unknown): string | null {
  const range = INTEGER_RANGE[type];
  if (range !== undefined) {
    const whole = Number.isSafeInteger(value) && !Object.is(value, -0);
    const inside = whole && (value as number) >= range[0] && (value as number) <= range[1];
    return inside ? null : `${path} is not an ${type}: ${value}`;
  }
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? null : `${path} is not a bool: ${value}`;
    case 'float64':
      return typeof value === 'number' ? null : `${path} is not a float64: ${value}`;
    case 'string':
      return typeof value === 'string' && isUnicode(value) ? null : `${path} is not Unicode: ${value}`;
    case 'uuid':
      return typeof value === 'string' && isUuid(value) ? null : `${path} is not a uuid: ${value}`;
    case 'hash64':
      return typeof value === 'string' && isHash64(value) ? null : `${path} is not a hash64: ${value}`;
    case 'bytes':
      return value instanceof Uint8Array ? null : `${path} is not bytes`;
    default: {
      const chunks = Array.isArray(value) && value.every((chunk) => chunk instanceof Uint8Array);
      return chunks ? null : `${path} is not records`;
    }
  }
}

/** Half a surrogate pair does not survive UTF-8. */
function isUnicode(text: string): boolean {
  return utf8Decode(utf8Encode(text)) === text;
}
