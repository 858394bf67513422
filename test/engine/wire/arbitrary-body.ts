import fc from 'fast-check';
import { covers, type Field, type Fields, LONG_MAX, type ScalarType } from '../../../engine/wire/field.ts';
import { hash64Of, type Schema, uuidFromWords, ZERO_UUID } from '../../../engine/wire/index.ts';

/** Bodies as a version of a schema can carry them: what it cannot carry holds its default. */
export function arbitraryBody(schema: Schema<object>, version: number): fc.Arbitrary<object> {
  return arbitraryStruct(schema.fields, version);
}

function arbitraryStruct(fields: Fields, version: number): fc.Arbitrary<object> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const name of Object.keys(fields)) members[name] = arbitraryField(fields[name]!, version);
  return fc.record(members, { noNullPrototype: true });
}

/** Defaults are drawn often, because tagged fields are left out for them. */
function arbitraryField(field: Field<unknown>, version: number): fc.Arbitrary<unknown> {
  if (!covers(field.versions, version)) return fc.constant(field.default);
  const whole = arbitraryWhole(field, version);
  const usual = covers(field.nullable, version) ? fc.option(whole, { nil: null }) : whole;
  if (field.default === null && !covers(field.nullable, version)) return usual;
  return fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: fc.constant(field.default) });
}

function arbitraryWhole(field: Field<unknown>, version: number): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'struct':
      return arbitraryStruct(field.fields!, version);
    case 'structs':
      return fc.array(arbitraryStruct(field.fields!, version), { maxLength: 3 });
    case 'scalars':
      return fc.array(arbitraryScalar(field.element!), { maxLength: 4 });
    default:
      return arbitraryScalar(field.type);
  }
}

function arbitraryScalar(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({ min: -0x80, max: 0x7f });
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff });
    case 'int32':
      return fc.integer();
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case 'int64':
      return fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-1, 0, 2 ** 32, -(2 ** 32), LONG_MAX, -LONG_MAX));
    case 'float64':
      return fc.double({ noNaN: true });
    case 'string':
      return fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.integer({ min: 120, max: 130 }).map((length) => 'n'.repeat(length)),
      );
    case 'uuid': {
      const word = fc.integer({ min: 0, max: 0xffff_ffff });
      const any = fc.tuple(word, word, word, word).map((words) => uuidFromWords(...words));
      return fc.oneof(any, fc.constant(ZERO_UUID));
    }
    case 'hash64': {
      const word = fc.integer({ min: 0, max: 0xffff_ffff });
      return fc.tuple(word, word).map(([high, low]) => hash64Of(high, low));
    }
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 });
    case 'records':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => (bytes.length === 0 ? [] : [bytes]));
  }
}
