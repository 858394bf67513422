import {
  ANY,
  type CharSet,
  complement,
  LAST_UNIT,
  normalized,
  PERL_CLASSES,
  POSIX_CLASSES,
  UNICODE_CLASSES,
  withoutCase,
} from './char-set.ts';
import { isDigit, type PatternReader } from './pattern-reader.ts';

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
]);
const NOTHING: CharSet = [];

/** `[...]`, behind its first bracket. */
export function parseClass(reader: PatternReader, ignoresCase: boolean): CharSet {
  const from = reader.at - 1;
  const isNegated = reader.takeIf('^');
  const set: number[] = [];
  for (let isFirst = true; isFirst || reader.next !== ']'; isFirst = false) {
    if (reader.isAtEnd) {
      reader.fail(`missing closing ]: ${reader.text.slice(from)}`);
      return NOTHING;
    }
    addClassPart(reader, set);
  }
  reader.at += 1;
  const plain = ignoresCase ? withoutCase(normalized(set)) : normalized(set);
  return isNegated ? complement(plain) : plain;
}

/** `\d`, `\W`, `\pL`, `\P{Greek}` behind their backslash; null: it is something else. */
export function parseNamedClass(reader: PatternReader): CharSet | null {
  const letter = reader.next;
  const perl = PERL_CLASSES.get(letter.toLowerCase());
  if (perl !== undefined) {
    reader.at += 1;
    return letter === letter.toLowerCase() ? perl : complement(perl);
  }
  if (letter !== 'p' && letter !== 'P') return null;
  reader.at += 1;
  let name: string | null = reader.takeIf('{') ? reader.takeUntil('}') : reader.take();
  const isNegated = name?.startsWith('^') === true;
  if (isNegated) name = name!.slice(1);
  const set = UNICODE_CLASSES.get(name ?? '');
  if (set === undefined) {
    reader.fail(`invalid character class range: \\${letter}{${name ?? ''}}`);
    return NOTHING;
  }
  return (letter === 'P') === isNegated ? set : complement(set);
}

/** A character behind its backslash: its code unit, 0 and an error if there is none like it. */
export function parseEscape(reader: PatternReader): number {
  const character = reader.take();
  if (character === '') return failed(reader, 'trailing backslash at end of expression');
  if (character === 'x') return parseHex(reader);
  const known = ESCAPES.get(character);
  if (known !== undefined) return known;
  if (isDigit(character)) return parseOctal(reader, character);
  const isPunctuation = character.charCodeAt(0) < 0x80 && !/[a-zA-Z]/.test(character);
  if (isPunctuation) return character.charCodeAt(0);
  return failed(reader, `invalid escape sequence: \\${character}`);
}

function addClassPart(reader: PatternReader, set: number[]): void {
  if (reader.takeIf('[:')) {
    const name = reader.takeUntil(':]');
    const isNegated = name?.startsWith('^') === true;
    const known = POSIX_CLASSES.get((isNegated ? name?.slice(1) : name) ?? '');
    if (known === undefined) reader.fail(`invalid character class range: [:${name ?? ''}:]`);
    else set.push(...(isNegated ? complement(known) : known));
    return;
  }
  if (reader.next === '\\') {
    reader.at += 1;
    const named = parseNamedClass(reader);
    if (named !== null) {
      set.push(...named);
      return;
    }
    reader.at -= 1;
  }
  addRange(reader, set);
}

function addRange(reader: PatternReader, set: number[]): void {
  const start = reader.at;
  const from = classCharacter(reader);
  const isRange = reader.next === '-' && reader.text.charAt(reader.at + 1) !== ']';
  if (!isRange || reader.at + 1 >= reader.text.length) {
    set.push(from, from);
    return;
  }
  reader.at += 1;
  const to = classCharacter(reader);
  if (to < from) reader.fail(`invalid character class range: ${reader.text.slice(start, reader.at)}`);
  else set.push(from, to);
}

function classCharacter(reader: PatternReader): number {
  return reader.takeIf('\\') ? parseEscape(reader) : reader.take().charCodeAt(0);
}

/** `\x41` or `\x{41}` */
function parseHex(reader: PatternReader): number {
  const digits = reader.takeIf('{') ? (reader.takeUntil('}') ?? '') : reader.take() + reader.take();
  const value = /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : -1;
  if (value < 0 || value > 0x10ffff) return failed(reader, `invalid escape sequence: \\x${digits}`);
  // What lies beyond the first plane is in no topic's name.
  return Math.min(value, LAST_UNIT);
}

/** `\0`, `\012`, `\123`; a single digit other than 0 would be a back-reference. */
function parseOctal(reader: PatternReader, first: string): number {
  let digits = first;
  while (digits.length < 3 && reader.next >= '0' && reader.next <= '7') digits += reader.take();
  const isReference = first !== '0' && (digits.length === 1 || first > '7');
  return isReference ? failed(reader, `invalid escape sequence: \\${first}`) : Number.parseInt(digits, 8);
}

function failed(reader: PatternReader, reason: string): number {
  reader.fail(reason);
  return ANY[0]!;
}
