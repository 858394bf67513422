/** Inclusive ranges of UTF-16 code units: from, to, from, to, ... sorted, apart from each other. A value. */
export type CharSet = readonly number[];

export const LAST_UNIT = 0xffff;
export const ANY: CharSet = [0, LAST_UNIT];
const NEWLINE = 10;
export const ANY_BUT_NEWLINE: CharSet = [0, NEWLINE - 1, NEWLINE + 1, LAST_UNIT];

const DIGITS: CharSet = ranges('09');
const UPPER: CharSet = ranges('AZ');
const LOWER: CharSet = ranges('az');
const LETTERS: CharSet = ranges('AZaz');
export const WORD: CharSet = ranges('09AZ__az');
const PUNCTUATION: CharSet = ranges('!/:@[`{~');

/** After a backslash. The upper case letter is the complement. */
export const PERL_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', DIGITS],
  ['s', ranges('\t\n\f\r  ')],
  ['w', WORD],
]);

/** `[[:alpha:]]` */
export const POSIX_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['alnum', ranges('09AZaz')],
  ['alpha', LETTERS],
  ['ascii', [0, 0x7f]],
  ['blank', ranges('\t\t  ')],
  ['cntrl', [0, 0x1f, 0x7f, 0x7f]],
  ['digit', DIGITS],
  ['graph', ranges('!~')],
  ['lower', LOWER],
  ['print', ranges(' ~')],
  ['punct', PUNCTUATION],
  ['space', ranges('\t\r  ')],
  ['upper', UPPER],
  ['word', WORD],
  ['xdigit', ranges('09AFaf')],
]);

/** `\p{Lu}`: what general categories and scripts have of ASCII. */
export const UNICODE_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['Any', ANY],
  ['L', LETTERS],
  ['Ll', LOWER],
  ['Lm', []],
  ['Lo', []],
  ['Lt', []],
  ['Lu', UPPER],
  ['M', []],
  ['N', DIGITS],
  ['Nd', DIGITS],
  ['Nl', []],
  ['No', []],
  ['P', ranges('!#%*,/:;?@[]__{{}}')],
  ['Pc', ranges('__')],
  ['Pd', ranges('--')],
  ['S', ranges('$$++<>^^``||~~')],
  ['Z', ranges('  ')],
  ['Zs', ranges('  ')],
  ['C', [0, 0x1f, 0x7f, 0x7f]],
  ['Cc', [0, 0x1f, 0x7f, 0x7f]],
  ['Latin', LETTERS],
  ['Common', [0, 0x40, 0x5b, 0x60, 0x7b, 0x7f]],
  ['Arabic', []],
  ['Armenian', []],
  ['Cyrillic', []],
  ['Georgian', []],
  ['Greek', []],
  ['Han', []],
  ['Hangul', []],
  ['Hebrew', []],
  ['Hiragana', []],
  ['Katakana', []],
  ['Thai', []],
]);

/** Pairs of characters: first and last of each range. */
export function ranges(pairs: string): CharSet {
  const set: number[] = [];
  for (let at = 0; at < pairs.length; at += 1) set.push(pairs.charCodeAt(at));
  return set;
}

/** Any ranges, in any order. */
export function normalized(set: readonly number[]): CharSet {
  const pairs: [number, number][] = [];
  for (let at = 0; at < set.length; at += 2) pairs.push([set[at]!, set[at + 1]!]);
  pairs.sort((one, other) => one[0] - other[0]);
  const merged: number[] = [];
  for (const [from, to] of pairs) {
    const last = merged.length - 1;
    if (last >= 0 && from <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, to);
    else merged.push(from, to);
  }
  return merged;
}

export function complement(set: CharSet): CharSet {
  const rest: number[] = [];
  let next = 0;
  for (let at = 0; at < set.length; at += 2) {
    if (set[at]! > next) rest.push(next, set[at]! - 1);
    next = set[at + 1]! + 1;
  }
  if (next <= LAST_UNIT) rest.push(next, LAST_UNIT);
  return rest;
}

/** With both cases of the letters in it. */
export function withoutCase(set: CharSet): CharSet {
  const both = set.slice();
  for (let at = 0; at < set.length; at += 2) {
    addShifted(both, set[at]!, set[at + 1]!, UPPER, 32);
    addShifted(both, set[at]!, set[at + 1]!, LOWER, -32);
  }
  return normalized(both);
}

export function contains(set: CharSet, unit: number): boolean {
  for (let at = 0; at < set.length; at += 2) if (unit <= set[at + 1]!) return unit >= set[at]!;
  return false;
}

function addShifted(into: number[], from: number, to: number, letters: CharSet, by: number): void {
  const [first, last] = [Math.max(from, letters[0]!), Math.min(to, letters[1]!)];
  if (first <= last) into.push(first + by, last + by);
}
