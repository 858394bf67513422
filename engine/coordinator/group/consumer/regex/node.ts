import type { CharSet } from './char-set.ts';

/** What is looked at between two characters. */
export type Assertion =
  | 'text begins'
  | 'text ends'
  | 'line begins'
  | 'line ends'
  | 'word edge'
  | 'no word edge';

/** A parsed pattern. Groups are not kept: nobody asks what they matched. */
export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly RegexNode[] }
  /** `max` -1: without end. */
  | { readonly kind: 'repeat'; readonly part: RegexNode; readonly min: number; readonly max: number };
