import { type Fact, noWork, type Outbox, type TimerId, type Us } from '../../../engine/machine/index.ts';

/** Keeps what a component did. */
export class RecordingOutbox implements Outbox {
  readonly work = noWork();
  readonly facts: Fact[] = [];
  readonly probes: string[] = [];
  readonly timers = new Map<TimerId, Us>();

  connect(): number {
    throw new Error('a log does not connect');
  }

  send(): void {
    throw new Error('a log does not send');
  }

  close(): void {}

  arm(timer: TimerId, at: Us): void {
    this.timers.set(timer, at);
  }

  disarm(timer: TimerId): void {
    this.timers.delete(timer);
  }

  exit(): void {
    throw new Error('a log does not exit');
  }

  probe(name: string): void {
    this.probes.push(name);
  }

  fact(fact: Fact): void {
    this.facts.push(fact);
  }

  /** The names of the facts so far. */
  get told(): readonly string[] {
    return this.facts.map((fact) => fact.fact);
  }
}
