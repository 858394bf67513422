import type { Field, Fields, ScalarType } from '../field.ts';
import { writeHash64 } from '../hash64.ts';
import { writeUuid } from '../uuid.ts';
import { writeInt64 } from './int64.ts';
import {
  differs,
  FIXED_SIZE,
  isNullable,
  layOut,
  type NamedField,
  noStruct,
  stretches,
  type Target,
} from './layout.ts';
import { sizeTagged } from './sizer.ts';
import * as sizes from './sizes.ts';
import { Source } from './source.ts';
import type { Writer } from './writer.ts';

/** Derives the function that writes a value into a buffer of the size told by the sizer. */
export function deriveEncoder(fields: Fields, target: Target): (writer: Writer, value: object) => void {
  const source = new Source();
  source.line('const view = w.view;');
  writeStruct(source, 'v', fields, target);
  return source.compile({ ...sizes, writeHash64, writeInt64, writeUuid }, 'w, v');
}

function writeStruct(source: Source, value: string, fields: Fields, target: Target): void {
  const { plain, tagged } = layOut(fields, target);
  for (const stretch of stretches(plain)) {
    if (stretch.kind === 'fixed') writeFixed(source, value, stretch.fields, stretch.size);
    else writeField(source, `${value}.${stretch.field.name}`, stretch.field.field, target);
  }
  if (target.flexible) writeTags(source, value, tagged, target);
}

function writeFixed(source: Source, value: string, fields: readonly NamedField[], size: number): void {
  const at = source.name('at');
  source.line(`const ${at} = w.take(${size});`);
  let offset = 0;
  for (const { name, field } of fields) {
    source.line(storing(field.type as ScalarType, `${at} + ${offset}`, `${value}.${name}`));
    offset += FIXED_SIZE[field.type]!;
  }
}

/** The statement that stores a scalar of fixed size. */
function storing(type: ScalarType, at: string, value: string): string {
  switch (type) {
    case 'bool':
      return `view.setInt8(${at}, ${value} ? 1 : 0);`;
    case 'int64':
      return `writeInt64(view, ${at}, ${value});`;
    case 'uuid':
      return `writeUuid(view, ${at}, ${value});`;
    case 'hash64':
      return `writeHash64(view, ${at}, ${value});`;
    default:
      return `view.set${type[0]!.toUpperCase()}${type.slice(1)}(${at}, ${value});`;
  }
}

/** Only tagged fields that differ from their default travel; their count comes first. */
function writeTags(source: Source, value: string, tagged: readonly NamedField[], target: Target): void {
  const there = tagged.map(({ name, field }) => {
    const flag = source.name('there');
    source.line(`const ${flag} = ${differs(`${value}.${name}`, field)};`);
    return flag;
  });
  source.line(`w.uvarint(${there.map((flag) => `(${flag} ? 1 : 0)`).join(' + ') || '0'});`);
  tagged.forEach((each, index) => {
    source.line(`if (${there[index]}) {`);
    const size = sizeTagged(source, value, each, target);
    source.line(`w.uvarint(${each.field.tag}); w.uvarint(${size});`);
    if (FIXED_SIZE[each.field.type] === undefined) {
      writeField(source, `${value}.${each.name}`, each.field, target);
    } else {
      writeFixed(source, value, [each], FIXED_SIZE[each.field.type]!);
    }
    source.line('}');
  });
}

/** A field of variable length. */
function writeField(source: Source, value: string, field: Field<unknown>, target: Target): void {
  if (field.type === 'struct') {
    writeObject(source, value, field, target);
  } else if (field.type === 'structs' || field.type === 'scalars') {
    writeList(source, value, field, target);
  } else {
    source.line(`w.${writerOf(field.type, target)}(${value});`);
  }
}

function writeObject(source: Source, value: string, field: Field<unknown>, target: Target): void {
  const nullable = isNullable(field, target);
  if (nullable) {
    source.line(`view.setInt8(w.take(1), ${value} === null ? ${noStruct(field, target)} : 1);`);
    source.line(`if (${value} !== null) {`);
  }
  writeStruct(source, value, field.fields!, target);
  if (nullable) source.line('}');
}

function writeList(source: Source, value: string, field: Field<unknown>, target: Target): void {
  const list = source.name('list');
  source.line(`const ${list} = ${value};`);
  const nullable = isNullable(field, target);
  if (nullable) {
    const none = target.flexible ? 'w.uvarint(0)' : 'view.setInt32(w.take(4), -1)';
    source.line(`if (${list} === null) ${none}; else {`);
  }
  source.line(
    target.flexible ? `w.uvarint(${list}.length + 1);` : `view.setInt32(w.take(4), ${list}.length);`,
  );
  const index = source.name('i');
  source.line(`for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {`);
  writeElement(source, `${list}[${index}]`, field, target);
  source.line('}');
  if (nullable) source.line('}');
}

function writeElement(source: Source, value: string, field: Field<unknown>, target: Target): void {
  if (field.fields !== null) {
    const element = source.name('e');
    source.line(`const ${element} = ${value};`);
    writeStruct(source, element, field.fields, target);
    return;
  }
  const type = field.element!;
  const fixed = FIXED_SIZE[type];
  if (fixed === undefined) source.line(`w.${writerOf(type, target)}(${value});`);
  else source.line(storing(type, `w.take(${fixed})`, value));
}

/** The Writer's method for a scalar of variable length. */
function writerOf(type: ScalarType, target: Target): string {
  if (type === 'string') return target.flexible ? 'compactString' : 'string';
  if (type === 'records') return target.flexible ? 'compactRecords' : 'records';
  return target.flexible ? 'compactBytes' : 'byteString';
}
