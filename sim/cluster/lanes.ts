import type { Fact } from '../../engine/machine/index.ts';
import type { Host } from '../host/index.ts';
import type { LaneSpan, Mark } from '../result/index.ts';
import type { Fault } from '../scenario/index.ts';

/** Marks of one run; a report cannot show more, and a run of days must not keep more. */
const MAX_MARKS = 20_000;

interface Open {
  readonly from: number;
  readonly label: string;
}

/** What every node was and did, for the report's lanes. Times are simulated; the result shifts them to the traffic. */
export class Lanes {
  readonly #spans: LaneSpan[] = [];
  readonly #marks: Mark[] = [];
  /** By `node state`. */
  readonly #open = new Map<string, Open>();
  /** By node: the ISR last told, to know growth from shrinkage. */
  readonly #isr = new Map<string, number>();
  readonly #fenced = new Map<number, boolean>();

  onLife(at: number, host: Host): void {
    const state = host.state === 'running' ? 'up' : host.state === 'booting' ? 'booting' : 'down';
    for (const other of ['up', 'booting', 'down'] as const)
      if (other !== state) this.close(at, host.name, other);
    this.open(at, host.name, state, '');
    if (host.paused) this.open(at, host.name, 'paused', '');
    else this.close(at, host.name, 'paused');
    if (state !== 'up') this.close(at, host.name, 'controller leader');
  }

  onInjected(at: number, fault: Fault, targets: readonly string[]): void {
    const state = laneStateOf(fault);
    if (state !== null) for (const node of targets) this.open(at, node, state, fault.kind);
  }

  onHealed(at: number, fault: Fault, targets: readonly string[]): void {
    const state = laneStateOf(fault);
    if (state !== null) for (const node of targets) this.close(at, node, state);
  }

  onFact(at: number, node: string, fact: Fact): void {
    switch (fact.fact) {
      case 'replica became leader':
        this.mark(at, node, 'partition leader elected', `${fact.log} epoch ${fact.leaderEpoch}`);
        this.#isr.set(fact.log, fact.isr.length);
        return;
      case 'quorum role changed':
        if (fact.role === 'leader') {
          this.open(at, node, 'controller leader', `quorum epoch ${fact.quorumEpoch}`);
          this.mark(at, node, 'controller elected', `quorum epoch ${fact.quorumEpoch}`);
        } else {
          this.close(at, node, 'controller leader');
        }
        return;
      case 'isr changed': {
        const before = this.#isr.get(fact.log) ?? fact.isr.length;
        this.#isr.set(fact.log, fact.isr.length);
        if (fact.isr.length < before) this.mark(at, node, 'isr shrunk', `${fact.log} [${fact.isr}]`);
        if (fact.isr.length > before) this.mark(at, node, 'isr expanded', `${fact.log} [${fact.isr}]`);
        return;
      }
      case 'broker changed': {
        const before = this.#fenced.get(fact.broker);
        this.#fenced.set(fact.broker, fact.fenced);
        if (before === undefined || before === fact.fenced) return;
        this.mark(at, `b${fact.broker}`, fact.fenced ? 'broker fenced' : 'broker unfenced', `by ${node}`);
        return;
      }
      case 'log recovered':
        if (fact.truncatedBytes > 0) {
          this.mark(at, node, 'log recovered', `${fact.log}: ${fact.truncatedBytes} bytes cut`);
        }
        return;
      default:
        return;
    }
  }

  mark(at: number, node: string, kind: Mark['kind'], label: string): void {
    if (this.#marks.length < MAX_MARKS) this.#marks.push({ at, node, kind, label });
  }

  open(at: number, node: string, state: LaneSpan['state'], label: string): void {
    const key = `${node} ${state}`;
    if (!this.#open.has(key)) this.#open.set(key, { from: at, label });
  }

  close(at: number, node: string, state: LaneSpan['state']): void {
    const key = `${node} ${state}`;
    const span = this.#open.get(key);
    if (span === undefined) return;
    this.#open.delete(key);
    if (at > span.from) this.#spans.push({ node, from: span.from, to: at, state, label: span.label });
  }

  /** Everything, with what is still open ended now, and times counted from the start of the traffic. */
  finish(at: number, trafficFromUs: number, nodes: readonly string[]): { lanes: LaneSpan[]; marks: Mark[] } {
    for (const key of [...this.#open.keys()]) {
      const space = key.indexOf(' ');
      this.close(at, key.slice(0, space), key.slice(space + 1) as LaneSpan['state']);
    }
    const order = new Map(nodes.map((node, i) => [node, i]));
    return {
      lanes: this.#spans
        .filter(({ node }) => order.has(node))
        .map((span) => ({ ...span, from: span.from - trafficFromUs, to: span.to - trafficFromUs }))
        .sort((a, b) => order.get(a.node)! - order.get(b.node)! || a.from - b.from),
      marks: this.#marks
        .filter(({ node }) => order.has(node))
        .map((mark) => ({ ...mark, at: mark.at - trafficFromUs })),
    };
  }
}

function laneStateOf(fault: Fault): LaneSpan['state'] | null {
  switch (fault.kind) {
    case 'isolate':
    case 'partition':
    case 'clog':
    case 'plane-cut':
    case 'half-open':
    case 'accept-silently':
    case 'swizzle':
    case 'halves':
    case 'minority-third':
    case 'bridge':
    case 'majorities-ring':
      return 'isolated';
    case 'disk-stall':
      return 'disk stalled';
    default:
      return null;
  }
}
