import { unreachable } from '../../../../machine/index.ts';
import type { CharSet } from './char-set.ts';
import type { Assertion, RegexNode } from './node.ts';

/** A pattern that needs more steps than this is refused. */
const MAX_STEPS = 20_000;

/** A step of a program; `next` and `or` are indexes of steps. */
export type Step =
  | { readonly kind: 'set'; readonly set: CharSet; readonly next: number }
  | { readonly kind: 'assert'; readonly what: Assertion; readonly next: number }
  | { readonly kind: 'split'; readonly next: number; readonly or: number }
  | { readonly kind: 'match' };

/** Thompson's construction: a way through the program is a way through the pattern. */
export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
}

/** Null: too large. */
export function programOf(node: RegexNode): Program | null {
  const builder = new Builder();
  const match = builder.add({ kind: 'match' });
  const start = builder.build(node, match);
  return builder.isTooLarge ? null : { steps: builder.steps, start };
}

/** Built from behind: each part knows already where it goes on. */
class Builder {
  readonly steps: Step[] = [];
  isTooLarge = false;

  add(step: Step): number {
    if (this.steps.length >= MAX_STEPS) {
      this.isTooLarge = true;
      return 0;
    }
    this.steps.push(step);
    return this.steps.length - 1;
  }

  /** Answers where the part begins. */
  build(node: RegexNode, then: number): number {
    if (this.isTooLarge) return 0;
    switch (node.kind) {
      case 'empty':
        return then;
      case 'set':
        return this.add({ kind: 'set', set: node.set, next: then });
      case 'assert':
        return this.add({ kind: 'assert', what: node.what, next: then });
      case 'sequence': {
        let next = then;
        for (let at = node.parts.length - 1; at >= 0; at -= 1) next = this.build(node.parts[at]!, next);
        return next;
      }
      case 'choice': {
        let next = this.build(node.parts[node.parts.length - 1]!, then);
        for (let at = node.parts.length - 2; at >= 0; at -= 1) {
          next = this.add({ kind: 'split', next: this.build(node.parts[at]!, then), or: next });
        }
        return next;
      }
      case 'repeat':
        return this.#buildRepeat(node.part, node.min, node.max, then);
      default:
        return unreachable(node);
    }
  }

  #buildRepeat(part: RegexNode, min: number, max: number, then: number): number {
    let next = max === -1 ? this.#buildLoop(part, then) : then;
    for (let optional = min; optional < max && !this.isTooLarge; optional += 1) {
      next = this.add({ kind: 'split', next: this.build(part, next), or: then });
    }
    for (let needed = 0; needed < min && !this.isTooLarge; needed += 1) next = this.build(part, next);
    return next;
  }

  #buildLoop(part: RegexNode, then: number): number {
    const split = this.add({ kind: 'split', next: 0, or: then });
    const body = this.build(part, split);
    if (!this.isTooLarge) this.steps[split] = { kind: 'split', next: body, or: then };
    return split;
  }
}
