import { covers, type Fields } from '../../../../engine/wire/field.ts';
import { type Schema, uuidFromWords } from '../../../../engine/wire/index.ts';

export const TOPIC_ID = uuidFromWords(0x00112233, 0x44556677, 0x8899aabb, 0xccddeeff);
/** An offset that needs more than 32 bits. */
export const FAR = 0x1234_5678_9abc;

/** What is left of a body in a version that does not carry all of it, ignorable or not. */
export function carried(schema: Schema<object>, version: number, body: object): object {
  return carriedFields(schema.fields, version, body);
}

function carriedFields(fields: Fields, version: number, value: object): object {
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const held = (value as Record<string, unknown>)[name];
    if (!covers(field.versions, version)) kept[name] = field.default;
    else if (field.fields === null || held === null) kept[name] = held;
    else if (field.type === 'struct') kept[name] = carriedFields(field.fields, version, held as object);
    else kept[name] = (held as object[]).map((each) => carriedFields(field.fields!, version, each));
  }
  return kept;
}
