import { assert } from '../../machine/index.ts';
import { covers, type Field, type Fields, type ScalarType } from '../field.ts';

/** The version that code is derived for, and whether that version is flexible (KIP-482). */
export interface Target {
  readonly version: number;
  readonly flexible: boolean;
}

export interface NamedField {
  readonly name: string;
  readonly field: Field<unknown>;
}

/** A structure's fields as one version lays them out. */
export interface Layout {
  /** In the order of the wire. */
  readonly plain: readonly NamedField[];
  /** By tag. */
  readonly tagged: readonly NamedField[];
  /** Fields that the version does not carry. */
  readonly absent: readonly NamedField[];
}

/** A stretch of fields whose bytes are counted at once, or one field of variable length. */
export type Stretch =
  | { readonly kind: 'fixed'; readonly size: number; readonly fields: readonly NamedField[] }
  | { readonly kind: 'variable'; readonly field: NamedField };

export const FIXED_SIZE: Readonly<Partial<Record<string, number>>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
  hash64: 8,
};

export function layOut(fields: Fields, target: Target): Layout {
  const plain: NamedField[] = [];
  const tagged: NamedField[] = [];
  const absent: NamedField[] = [];
  for (const name of Object.keys(fields)) {
    const field = fields[name]!;
    const named = { name, field };
    if (!covers(field.versions, target.version)) absent.push(named);
    else if (target.flexible && covers(field.tagged, target.version)) tagged.push(named);
    else plain.push(named);
  }
  tagged.sort((a, b) => a.field.tag - b.field.tag);
  return { plain, tagged, absent };
}

export function stretches(fields: readonly NamedField[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let fixed: NamedField[] = [];
  let size = 0;
  const endFixed = (): void => {
    if (fixed.length > 0) found.push({ kind: 'fixed', size, fields: fixed });
    fixed = [];
    size = 0;
  };
  for (const field of fields) {
    const bytes = FIXED_SIZE[field.field.type];
    if (bytes !== undefined) {
      fixed.push(field);
      size += bytes;
    } else {
      endFixed();
      found.push({ kind: 'variable', field });
    }
  }
  endFixed();
  return found;
}

/**
 * Null is one byte before a structure: -1 where it has its place, 0 behind a tag (`MessageDataGenerator`). Kafka writes
 * the latter of members of consumer groups that do not speak the classic protocol.
 */
export function noStruct(field: Field<unknown>, target: Target): -1 | 0 {
  return target.flexible && covers(field.tagged, target.version) ? 0 : -1;
}

export function isNullable(field: Field<unknown>, target: Target): boolean {
  return covers(field.nullable, target.version);
}

/** Bytes of an element of a list when all elements take the same number, else null. */
export function fixedElementSize(field: Field<unknown>, target: Target): number | null {
  if (field.type === 'scalars') return FIXED_SIZE[field.element!] ?? null;
  return fixedStructSize(field.fields!, target);
}

function fixedStructSize(fields: Fields, target: Target): number | null {
  const { plain, tagged } = layOut(fields, target);
  if (tagged.length > 0) return null;
  let size = target.flexible ? 1 : 0;
  for (const { field } of plain) {
    const bytes = FIXED_SIZE[field.type];
    if (bytes === undefined) return null;
    size += bytes;
  }
  return size;
}

/**
 * The least that an element of a list can take: what bounds a list's claimed length before anything is
 * allocated.
 */
export function leastElementSize(field: Field<unknown>, target: Target): number {
  const size =
    field.type === 'scalars'
      ? leastScalarSize(field.element!, target)
      : leastStructSize(field.fields!, target);
  assert(size > 0, 'elements that take no bytes would make lists without bound');
  return size;
}

function leastStructSize(fields: Fields, target: Target): number {
  let size = target.flexible ? 1 : 0;
  for (const { field } of layOut(fields, target).plain) {
    if (field.type === 'struct') {
      size += isNullable(field, target) ? 1 : leastStructSize(field.fields!, target);
    } else if (field.type === 'structs' || field.type === 'scalars') {
      size += target.flexible ? 1 : 4;
    } else {
      size += leastScalarSize(field.type, target);
    }
  }
  return size;
}

function leastScalarSize(type: ScalarType, target: Target): number {
  const fixed = FIXED_SIZE[type];
  if (fixed !== undefined) return fixed;
  if (target.flexible) return 1;
  return type === 'string' ? 2 : 4;
}

/**
 * An expression that is true when `value`, the expression of a field, is not what the field holds by default.
 */
export function differs(value: string, field: Field<unknown>): string {
  if (field.default === null) return `${value} !== null`;
  const orNull = field.nullable === null ? '' : `${value} === null || `;
  if (field.type === 'struct') {
    const inner = Object.entries(field.fields!).map(([name, each]) => differs(`${value}.${name}`, each));
    return `(${orNull}${inner.join(' || ')})`;
  }
  if (typeof field.default === 'object') return `(${orNull}${value}.length !== 0)`;
  return `${value} !== ${JSON.stringify(field.default)}`;
}
