import type { Field, Fields, ScalarType } from '../field.ts';
import { readHash64 } from '../hash64.ts';
import { readUuid } from '../uuid.ts';
import { readInt64 } from './int64.ts';
import {
  FIXED_SIZE,
  isNullable,
  layOut,
  leastElementSize,
  type NamedField,
  noStruct,
  stretches,
  type Target,
} from './layout.ts';
import type { Reader } from './reader.ts';
import { Source } from './source.ts';

/** Defaults of fields that are not scalars, by the name under which the derived code sees them. */
type Scope = Record<string, unknown>;

/**
 * Derives the function that reads a value. Fields are read into constants in the order of the wire and
 * gathered into one object literal with the schema's order of fields, so that a message has the same shape in
 * every version.
 */
export function deriveDecoder(fields: Fields, target: Target): (reader: Reader) => object {
  const source = new Source();
  const scope: Scope = { readHash64, readInt64, readUuid };
  source.line('const view = r.view;');
  source.line(`return ${readStruct(source, scope, fields, target)};`);
  return source.compile(scope, 'r');
}

/** Reads a structure and returns the expression of its object. */
function readStruct(source: Source, scope: Scope, fields: Fields, target: Target): string {
  const { plain, tagged, absent } = layOut(fields, target);
  const values = new Map<string, string>();
  for (const stretch of stretches(plain)) {
    if (stretch.kind === 'fixed') {
      readFixed(source, stretch.fields, stretch.size, values);
    } else {
      const { name, field } = stretch.field;
      values.set(name, readField(source, scope, field, target));
    }
  }
  for (const { name, field } of absent) values.set(name, defaultOf(source, scope, field));
  if (target.flexible) readTags(source, scope, tagged, target, values);
  const members = Object.keys(fields).map((name) => `${name}: ${values.get(name)}`);
  return `{ ${members.join(', ')} }`;
}

function readFixed(
  source: Source,
  fields: readonly NamedField[],
  size: number,
  values: Map<string, string>,
): void {
  const at = source.name('at');
  source.line(`const ${at} = r.take(${size});`);
  let offset = 0;
  for (const { name, field } of fields) {
    const value = source.name('x');
    source.line(`const ${value} = ${loading(field.type as ScalarType, `${at} + ${offset}`)};`);
    values.set(name, value);
    offset += FIXED_SIZE[field.type]!;
  }
}

/** The expression that loads a scalar of fixed size. */
function loading(type: ScalarType, at: string): string {
  switch (type) {
    case 'bool':
      return `view.getInt8(${at}) !== 0`;
    case 'int64':
      return `readInt64(view, ${at})`;
    case 'uuid':
      return `readUuid(view, ${at})`;
    case 'hash64':
      return `readHash64(view, ${at})`;
    default:
      return `view.get${type[0]!.toUpperCase()}${type.slice(1)}(${at})`;
  }
}

/** Tagged fields start out as their defaults; tags that the schema does not know are skipped. */
function readTags(
  source: Source,
  scope: Scope,
  tagged: readonly NamedField[],
  target: Target,
  values: Map<string, string>,
): void {
  if (tagged.length === 0) {
    source.line('r.skipTags();');
    return;
  }
  for (const { name, field } of tagged) {
    const value = source.name('x');
    source.line(`let ${value} = ${defaultOf(source, scope, field)};`);
    values.set(name, value);
  }
  const left = source.name('left');
  const tag = source.name('tag');
  const end = source.name('end');
  source.line(`for (let ${left} = r.uvarint(); ${left} > 0; ${left}--) {`);
  source.line(`const ${tag} = r.uvarint();`);
  source.line(`const ${end} = r.tagEnd(r.uvarint());`);
  source.line(`switch (${tag}) {`);
  for (const { name, field } of tagged) {
    source.line(`case ${field.tag}: {`);
    source.line(`${values.get(name)} = ${readField(source, scope, field, target)};`);
    source.line('break; }');
  }
  source.line(`default: r.take(${end} - r.at);`);
  source.line(`} r.endTag(${end}); }`);
}

/** Reads any field and returns the expression of its value. */
function readField(source: Source, scope: Scope, field: Field<unknown>, target: Target): string {
  const fixed = FIXED_SIZE[field.type];
  if (fixed !== undefined) return loading(field.type as ScalarType, `r.take(${fixed})`);
  const value = source.name('x');
  if (field.type === 'structs' || field.type === 'scalars') {
    readList(source, scope, value, field, target);
  } else if (field.type !== 'struct') {
    source.line(`const ${value} = r.${readerOf(field.type, target, isNullable(field, target))}();`);
  } else if (isNullable(field, target)) {
    source.line(`let ${value} = null;`);
    source.line(`if (view.getInt8(r.take(1)) > ${noStruct(field, target)}) {`);
    source.line(`${value} = ${readStruct(source, scope, field.fields!, target)};`);
    source.line('}');
  } else {
    source.line(`const ${value} = ${readStruct(source, scope, field.fields!, target)};`);
  }
  return value;
}

function readList(source: Source, scope: Scope, value: string, field: Field<unknown>, target: Target): void {
  const nullable = isNullable(field, target);
  const counting = target.flexible
    ? nullable
      ? 'nullableCompactCount'
      : 'compactCount'
    : nullable
      ? 'nullableCount'
      : 'count';
  const count = source.name('count');
  const index = source.name('i');
  source.line(`const ${count} = r.${counting}(${leastElementSize(field, target)});`);
  source.line(`const ${value} = ${nullable ? `${count} < 0 ? null : ` : ''}new Array(${count});`);
  const size = field.element === null ? undefined : FIXED_SIZE[field.element];
  const at = source.name('at');
  // Elements of fixed size are taken at one stroke; null counts -1.
  if (size !== undefined) source.line(`const ${at} = ${count} > 0 ? r.take(${count} * ${size}) : 0;`);
  source.line(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`);
  let element: string;
  if (field.fields !== null) element = readStruct(source, scope, field.fields, target);
  else if (size !== undefined) element = loading(field.element!, `${at} + ${index} * ${size}`);
  else element = `r.${readerOf(field.element!, target, false)}()`;
  source.line(`${value}[${index}] = ${element};`);
  source.line('}');
}

/** The Reader's method for a scalar of variable length. */
function readerOf(type: ScalarType, target: Target, nullable: boolean): string {
  const kind = type === 'string' ? 'String' : type === 'records' ? 'Records' : 'Bytes';
  const name = target.flexible ? `Compact${kind}` : kind === 'Bytes' ? 'ByteString' : kind;
  return nullable ? `nullable${name}` : name[0]!.toLowerCase() + name.slice(1);
}

/** Scalars are written out; the rest is shared between all values, which nobody mutates. */
function defaultOf(source: Source, scope: Scope, field: Field<unknown>): string {
  if (field.default === null || typeof field.default !== 'object') return JSON.stringify(field.default);
  const name = source.name('default');
  scope[name] = field.default;
  return name;
}
