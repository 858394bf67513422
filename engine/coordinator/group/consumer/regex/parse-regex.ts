import { ANY, ANY_BUT_NEWLINE, withoutCase } from './char-set.ts';
import type { Assertion, RegexNode } from './node.ts';
import { parseClass, parseEscape, parseNamedClass } from './parse-class.ts';
import { PatternReader } from './pattern-reader.ts';

/** RE2's largest count in a repetition. */
const MAX_REPEAT = 1000;
/** Groups within groups. */
const MAX_DEPTH = 1000;
const EMPTY: RegexNode = { kind: 'empty' };

interface Flags {
  readonly ignoresCase: boolean;
  readonly dotIsAny: boolean;
  readonly isMultiline: boolean;
}

const NO_FLAGS: Flags = { ignoresCase: false, dotIsAny: false, isMultiline: false };
const FLAGS: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoresCase',
  m: 'isMultiline',
  s: 'dotIsAny',
};
const EDGES: Readonly<Record<string, Assertion>> = {
  A: 'text begins',
  b: 'word edge',
  B: 'no word edge',
  z: 'text ends',
};

/** A pattern in RE2's syntax, or why it is none. */
export function parseRegex(pattern: string): RegexNode | string {
  const reader = new PatternReader(pattern);
  const node = new Parser(reader).parseChoice(NO_FLAGS, 0);
  if (reader.error === null && !reader.isAtEnd) reader.fail(`unexpected ): ${pattern}`);
  return reader.error ?? node;
}

class Parser {
  readonly #reader: PatternReader;
  /** Of the group that is being read: `(?i)` in its middle changes what follows. */
  #flags: Flags = NO_FLAGS;

  constructor(reader: PatternReader) {
    this.#reader = reader;
  }

  parseChoice(flags: Flags, depth: number): RegexNode {
    if (depth > MAX_DEPTH) this.#reader.fail('expression nests too deeply');
    this.#flags = flags;
    const parts = [this.#parseSequence(depth)];
    while (this.#reader.takeIf('|')) parts.push(this.#parseSequence(depth));
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  #parseSequence(depth: number): RegexNode {
    const parts: RegexNode[] = [];
    const reader = this.#reader;
    while (!reader.isAtEnd && reader.next !== '|' && reader.next !== ')') {
      const from = reader.at;
      const part = this.#parseRepeated(this.#parseOne(depth), from);
      if (part.kind !== 'empty') parts.push(part);
    }
    return parts.length === 0 ? EMPTY : parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  #parseOne(depth: number): RegexNode {
    const reader = this.#reader;
    const character = reader.take();
    switch (character) {
      case '(':
        return this.#parseGroup(depth);
      case '[':
        return { kind: 'set', set: parseClass(reader, this.#flags.ignoresCase) };
      case '.':
        return { kind: 'set', set: this.#flags.dotIsAny ? ANY : ANY_BUT_NEWLINE };
      case '^':
        return { kind: 'assert', what: this.#flags.isMultiline ? 'line begins' : 'text begins' };
      case '$':
        return { kind: 'assert', what: this.#flags.isMultiline ? 'line ends' : 'text ends' };
      case '*':
      case '+':
      case '?':
        reader.fail(`missing argument to repetition operator: ${character}`);
        return EMPTY;
      case '\\':
        return this.#parseEscaped();
      default:
        return this.#literal(character.charCodeAt(0));
    }
  }

  #parseEscaped(): RegexNode {
    const reader = this.#reader;
    if (reader.takeIf('Q')) {
      const quoted = reader.takeUntil('\\E') ?? reader.text.slice(reader.at);
      if (reader.text.slice(reader.at - 2, reader.at) !== '\\E') reader.at = reader.text.length;
      const parts: RegexNode[] = [];
      for (let at = 0; at < quoted.length; at += 1) parts.push(this.#literal(quoted.charCodeAt(at)));
      const last = parts.pop();
      if (last === undefined) return EMPTY;
      // What follows repeats the last character, not all of them.
      parts.push(this.#parseRepeated(last, reader.at));
      return { kind: 'sequence', parts };
    }
    const edge = EDGES[reader.next];
    if (edge !== undefined) {
      reader.at += 1;
      return { kind: 'assert', what: edge };
    }
    const set = parseNamedClass(reader);
    return set === null ? this.#literal(parseEscape(reader)) : { kind: 'set', set };
  }

  /** `(...)`, `(?:...)`, `(?P<name>...)`, `(?i)`, `(?i-s:...)`, behind the bracket. */
  #parseGroup(depth: number): RegexNode {
    const reader = this.#reader;
    const from = reader.at - 1;
    const outside = this.#flags;
    let inside: Flags | null = outside;
    if (reader.takeIf('?')) {
      inside = this.#parseGroupKind(from);
      if (inside === null) return EMPTY;
    }
    const node = this.parseChoice(inside, depth + 1);
    this.#flags = outside;
    if (!reader.takeIf(')')) reader.fail(`missing closing ): ${reader.text}`);
    // A group around a repetition may be repeated itself.
    return node.kind === 'repeat' ? { kind: 'sequence', parts: [node] } : node;
  }

  /** Flags within the group; null when there is no group, but flags from here on, or an error. */
  #parseGroupKind(from: number): Flags | null {
    const reader = this.#reader;
    if (reader.takeIf('P<') || (reader.next === '<' && !/^<[=!]/.test(reader.text.slice(reader.at)))) {
      reader.takeIf('<');
      const name = reader.takeUntil('>');
      if (name !== null && /^\w+$/.test(name)) return this.#flags;
      reader.fail(`invalid named capture: ${reader.text.slice(from)}`);
      return null;
    }
    const changed: { -readonly [Flag in keyof Flags]: boolean } = { ...this.#flags };
    let isOn = true;
    for (;;) {
      const flag = reader.take();
      if (flag === ':') return changed;
      if (flag === ')') {
        this.#flags = changed;
        return null;
      }
      const name = FLAGS[flag];
      if (flag === '-' && isOn) isOn = false;
      else if (name !== undefined) changed[name] = isOn;
      // Which of several matches is found makes no difference to whether there is one.
      else if (flag !== 'U') {
        reader.fail(`invalid or unsupported Perl syntax: ${reader.text.slice(from, reader.at)}`);
        return null;
      }
    }
  }

  #parseRepeated(part: RegexNode, from: number): RegexNode {
    const reader = this.#reader;
    const operator = reader.at;
    const bounds = this.#parseBounds();
    if (bounds === null || reader.error !== null) return part;
    reader.takeIf('?');
    const [min, max] = bounds;
    const next = reader.next;
    if (next === '*' || next === '+' || next === '?' || (next === '{' && this.#countAhead() !== null)) {
      reader.fail(`invalid nested repetition operator: ${reader.text.slice(operator, reader.at + 1)}`);
    }
    if (min > MAX_REPEAT || max > MAX_REPEAT || (max !== -1 && max < min)) {
      reader.fail(`invalid repeat count: ${reader.text.slice(from, reader.at)}`);
    }
    // Nothing, however often: a program of no steps must not be built a billion times.
    return part.kind === 'empty' || max === 0 ? EMPTY : { kind: 'repeat', part, min, max };
  }

  #parseBounds(): readonly [number, number] | null {
    const reader = this.#reader;
    if (reader.takeIf('*')) return [0, -1];
    if (reader.takeIf('+')) return [1, -1];
    if (reader.takeIf('?')) return [0, 1];
    const counted = reader.next === '{' ? this.#countAhead() : null;
    if (counted === null) return null;
    reader.at = counted.end;
    return counted.bounds;
  }

  /** `{2}`, `{2,}`, `{2,3}`; a brace that begins nothing of the kind stands for itself. */
  #countAhead(): { readonly bounds: readonly [number, number]; readonly end: number } | null {
    const ahead = new PatternReader(this.#reader.text);
    ahead.at = this.#reader.at + 1;
    const min = ahead.takeNumber();
    if (min === -1) return null;
    let max = min;
    if (ahead.takeIf(',')) max = ahead.next === '}' ? -1 : ahead.takeNumber();
    const hasUpper = max !== -1 || ahead.text.charAt(ahead.at - 1) === ',';
    return hasUpper && ahead.takeIf('}') ? { bounds: [min, max], end: ahead.at } : null;
  }

  #literal(unit: number): RegexNode {
    const set = [unit, unit];
    return { kind: 'set', set: this.#flags.ignoresCase ? withoutCase(set) : set };
  }
}
