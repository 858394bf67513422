import type { Field, Fields, ScalarType } from '../field.ts';
import {
  differs,
  FIXED_SIZE,
  fixedElementSize,
  isNullable,
  layOut,
  type NamedField,
  type Target,
} from './layout.ts';
import * as sizes from './sizes.ts';
import { Source } from './source.ts';

/**
 * Derives the function that tells how many bytes a value takes, without encoding it: it runs for every
 * simulated frame.
 */
export function deriveSizer(fields: Fields, target: Target): (value: object) => number {
  const source = new Source();
  source.line('let size = 0;');
  sizeStruct(source, 'size', 'v', fields, target);
  source.line('return size;');
  return source.compile({ ...sizes }, 'v');
}

/** Adds to the variable `sum` what the structure `value` takes. */
function sizeStruct(source: Source, sum: string, value: string, fields: Fields, target: Target): void {
  const { plain, tagged } = layOut(fields, target);
  let constant = 0;
  for (const { name, field } of plain) {
    const fixed = FIXED_SIZE[field.type];
    if (fixed === undefined) sizeField(source, sum, `${value}.${name}`, field, target);
    else constant += fixed;
  }
  // The count of tagged fields takes one byte: nothing has more than 127.
  if (target.flexible) constant += 1;
  if (constant > 0) source.line(`${sum} += ${constant};`);
  for (const each of tagged) {
    source.line(`if (${differs(`${value}.${each.name}`, each.field)}) {`);
    const size = sizeTagged(source, value, each, target);
    source.line(`${sum} += ${sizes.uvarintSize(each.field.tag)} + uvarintSize(${size}) + ${size};`);
    source.line('}');
  }
}

/** Declares a variable that holds the size of a tagged field's value, and returns its name. */
export function sizeTagged(source: Source, value: string, each: NamedField, target: Target): string {
  const size = source.name('size');
  source.line(`let ${size} = ${FIXED_SIZE[each.field.type] ?? 0};`);
  if (FIXED_SIZE[each.field.type] === undefined) {
    sizeField(source, size, `${value}.${each.name}`, each.field, target);
  }
  return size;
}

/** A field of variable length. */
function sizeField(source: Source, sum: string, value: string, field: Field<unknown>, target: Target): void {
  if (field.type === 'struct') sizeObject(source, sum, value, field, target);
  else if (field.type === 'structs' || field.type === 'scalars') sizeList(source, sum, value, field, target);
  else source.line(`${sum} += ${scalarSize(field.type, value, target)};`);
}

function sizeObject(source: Source, sum: string, value: string, field: Field<unknown>, target: Target): void {
  const nullable = isNullable(field, target);
  if (nullable) {
    source.line(`${sum} += 1;`);
    source.line(`if (${value} !== null) {`);
  }
  sizeStruct(source, sum, value, field.fields!, target);
  if (nullable) source.line('}');
}

function sizeList(source: Source, sum: string, value: string, field: Field<unknown>, target: Target): void {
  const list = source.name('list');
  source.line(`const ${list} = ${value};`);
  const prefix = target.flexible ? `uvarintSize(${list}.length + 1)` : '4';
  const nullable = isNullable(field, target);
  if (nullable) source.line(`if (${list} === null) ${sum} += ${target.flexible ? 1 : 4}; else {`);
  const fixed = fixedElementSize(field, target);
  if (fixed !== null) {
    source.line(`${sum} += ${prefix} + ${list}.length * ${fixed};`);
  } else {
    const index = source.name('i');
    const element = source.name('e');
    source.line(`${sum} += ${prefix};`);
    source.line(`for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {`);
    source.line(`const ${element} = ${list}[${index}];`);
    if (field.fields !== null) sizeStruct(source, sum, element, field.fields, target);
    else source.line(`${sum} += ${scalarSize(field.element!, element, target)};`);
    source.line('}');
  }
  if (nullable) source.line('}');
}

function scalarSize(type: ScalarType, value: string, target: Target): string {
  if (type === 'string') return target.flexible ? `compactStringSize(${value})` : `stringSize(${value})`;
  if (type === 'records') return target.flexible ? `compactRecordsSize(${value})` : `recordsSize(${value})`;
  return target.flexible ? `compactBytesSize(${value})` : `bytesSize(${value})`;
}
