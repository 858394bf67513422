import type { Fact, Input } from '../../engine/machine/index.ts';
import { describeFact, describeInput } from './describe.ts';
import { TraceHash } from './trace-hash.ts';

/** One thing that happened, kept by reference until somebody wants it in words. */
interface Entry {
  readonly at: number;
  readonly node: string;
  readonly what: Input | Fact | string;
}

/** The trace of a run: its hash always, its last events for a failure's report, its lines only when asked for. */
export class Trace {
  readonly hash = new TraceHash();
  readonly probes = new Map<string, number>();
  /** Of steps that threw, for whoever debugs the engine: they name this machine's paths and so stay out of results. */
  readonly stacks: string[] = [];
  readonly #last: (Entry | undefined)[];
  #next = 0;
  readonly #line: ((line: string) => void) | undefined;

  constructor(options: { keepLast: number; line?: ((line: string) => void) | undefined }) {
    this.#last = new Array(options.keepLast);
    this.#line = options.line;
  }

  onInput(at: number, node: string, input: Input): void {
    const { hash } = this;
    hash.number(at);
    hash.word(node);
    hash.word(input.kind);
    switch (input.kind) {
      case 'frame':
        hash.number(input.connection);
        hash.number(input.frame.apiKey * 256 + input.frame.apiVersion);
        hash.number(input.frame.correlationId);
        break;
      case 'timer':
        hash.number(input.timer);
        break;
      case 'synced':
        hash.number(input.ticket);
        break;
      case 'connected':
      case 'accepted':
      case 'closed':
        hash.number(input.connection);
        break;
      default:
        break;
    }
    this.#note(at, node, input);
  }

  onFact(at: number, node: string, fact: Fact): void {
    const { hash } = this;
    hash.word(fact.fact);
    if ('log' in fact) hash.word(fact.log);
    if ('baseOffset' in fact) hash.number(fact.baseOffset);
    if ('highWatermark' in fact) hash.number(fact.highWatermark);
    if ('logEndOffset' in fact) hash.number(fact.logEndOffset);
    if ('leaderEpoch' in fact) hash.number(fact.leaderEpoch);
    this.#note(at, node, fact);
  }

  /** Something that the world did or a client saw. */
  onEvent(at: number, node: string, text: string): void {
    this.hash.number(at);
    this.hash.word(node);
    this.hash.word(text);
    this.#note(at, node, text);
  }

  onProbe(name: string): void {
    this.probes.set(name, (this.probes.get(name) ?? 0) + 1);
  }

  /** The last events in words, oldest first. */
  lastLines(): string[] {
    const lines: string[] = [];
    for (let i = 0; i < this.#last.length; i++) {
      const entry = this.#last[(this.#next + i) % this.#last.length];
      if (entry !== undefined) lines.push(describeEntry(entry));
    }
    return lines;
  }

  #note(at: number, node: string, what: Entry['what']): void {
    if (this.#line !== undefined) this.#line(describeEntry({ at, node, what }));
    if (this.#last.length === 0) return;
    this.#last[this.#next] = { at, node, what };
    this.#next = (this.#next + 1) % this.#last.length;
  }
}

function describeEntry({ at, node, what }: Entry): string {
  const words =
    typeof what === 'string' ? what : 'fact' in what ? describeFact(what) : `< ${describeInput(what)}`;
  return `${(at / 1e6).toFixed(6).padStart(12)} ${node.padEnd(5)} ${words}`;
}
