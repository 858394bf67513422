import type { Fields } from '../field.ts';
import { differs, layOut, type Target } from './layout.ts';
import { Source } from './source.ts';

/** Derives the predicate that no field which the version does not carry holds anything but its default. */
export function deriveSettled(fields: Fields, target: Target): (value: object) => boolean {
  const source = new Source();
  settleStruct(source, 'v', fields, target);
  source.line('return true;');
  return source.compile({}, 'v');
}

function settleStruct(source: Source, value: string, fields: Fields, target: Target): void {
  const { plain, tagged, absent } = layOut(fields, target);
  for (const { name, field } of absent) {
    source.line(`if (${differs(`${value}.${name}`, field)}) return false;`);
  }
  for (const { name, field } of [...plain, ...tagged]) {
    if (field.fields === null || !hasAbsent(field.fields, target)) continue;
    const inner = source.name('inner');
    source.line(`const ${inner} = ${value}.${name};`);
    source.line(`if (${inner} !== null) {`);
    if (field.type === 'struct') {
      settleStruct(source, inner, field.fields, target);
    } else {
      const index = source.name('i');
      const element = source.name('e');
      source.line(`for (let ${index} = 0; ${index} < ${inner}.length; ${index}++) {`);
      source.line(`const ${element} = ${inner}[${index}];`);
      settleStruct(source, element, field.fields, target);
      source.line('}');
    }
    source.line('}');
  }
}

function hasAbsent(fields: Fields, target: Target): boolean {
  const { plain, tagged, absent } = layOut(fields, target);
  if (absent.length > 0) return true;
  return [...plain, ...tagged].some(({ field }) => field.fields !== null && hasAbsent(field.fields, target));
}
