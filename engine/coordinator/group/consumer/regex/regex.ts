import { unreachable } from '../../../../machine/index.ts';
import { contains, WORD } from './char-set.ts';
import type { Assertion } from './node.ts';
import { parseRegex } from './parse-regex.ts';
import { type Program, programOf } from './program.ts';

export interface Regex {
  /** The pattern matches all of the text. */
  matches(text: string): boolean;
}

/** A string says why there is none. */
export function compileRegex(pattern: string): Regex | string {
  const node = parseRegex(pattern);
  if (typeof node === 'string') return node;
  const program = programOf(node);
  return program === null ? `expression too large: ${pattern.slice(0, 64)}` : new ProgramRegex(program);
}

class ProgramRegex implements Regex {
  readonly #program: Program;
  /** Steps that are live before a character, each once; by step, before which character it was last added. */
  #live: number[] = [];
  #next: number[] = [];
  readonly #addedAt: Int32Array;
  readonly #pending: number[] = [];

  constructor(program: Program) {
    this.#program = program;
    this.#addedAt = new Int32Array(program.steps.length);
  }

  matches(text: string): boolean {
    this.#addedAt.fill(-1);
    this.#live.length = 0;
    this.#add(this.#program.start, this.#live, text, 0);
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      this.#next.length = 0;
      for (const index of this.#live) {
        const step = this.#program.steps[index]!;
        if (step.kind === 'set' && contains(step.set, unit)) this.#add(step.next, this.#next, text, at + 1);
      }
      [this.#live, this.#next] = [this.#next, this.#live];
      if (this.#live.length === 0) return false;
    }
    return this.#live.some((index) => this.#program.steps[index]!.kind === 'match');
  }

  /** A step, and all that can be reached from it without a character. */
  #add(start: number, into: number[], text: string, at: number): void {
    const pending = this.#pending;
    pending.push(start);
    while (pending.length > 0) {
      const index = pending.pop()!;
      if (this.#addedAt[index] === at) continue;
      this.#addedAt[index] = at;
      const step = this.#program.steps[index]!;
      if (step.kind === 'split') pending.push(step.or, step.next);
      else if (step.kind !== 'assert') into.push(index);
      else if (holds(step.what, text, at)) pending.push(step.next);
    }
  }
}

function holds(what: Assertion, text: string, at: number): boolean {
  switch (what) {
    case 'text begins':
      return at === 0;
    case 'text ends':
      return at === text.length;
    case 'line begins':
      return at === 0 || text.charAt(at - 1) === '\n';
    case 'line ends':
      return at === text.length || text.charAt(at) === '\n';
    case 'word edge':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'no word edge':
      return isWord(text, at - 1) === isWord(text, at);
    default:
      return unreachable(what);
  }
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && contains(WORD, text.charCodeAt(at));
}
