import type { Fact, Input } from '../../engine/machine/index.ts';
import { describeFact, describeInput } from './describe.ts';
import { TraceHash } from './trace-hash.ts';

/** The trace of a run: its hash and its probes always, its lines only when asked for. */
export class Trace {
  readonly hash = new TraceHash();
  readonly probes = new Map<string, number>();
  /** Of steps that threw, for whoever debugs the engine: they name this machine's paths and so stay out of results. */
  readonly stacks: string[] = [];
  readonly #line: ((line: string) => void) | undefined;

  constructor(line?: (line: string) => void) {
    this.#line = line;
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

  #note(at: number, node: string, what: Input | Fact | string): void {
    if (this.#line !== undefined) this.#line(describeEntry(at, node, what));
  }
}

function describeEntry(at: number, node: string, what: Input | Fact | string): string {
  const words =
    typeof what === 'string' ? what : 'fact' in what ? describeFact(what) : `< ${describeInput(what)}`;
  return `${(at / 1e6).toFixed(6).padStart(12)} ${node.padEnd(5)} ${words}`;
}
