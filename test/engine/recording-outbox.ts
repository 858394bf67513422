import {
  type ConnectionId,
  type Endpoint,
  type Fact,
  type Frame,
  noWork,
  type Outbox,
  type TimerId,
  type Us,
} from '../../engine/machine/index.ts';

/** Keeps what a component put out, for tests that look at it. */
export class RecordingOutbox implements Outbox {
  readonly work = noWork();
  readonly facts: Fact[] = [];
  readonly probes: string[] = [];
  /** Armed timers and when they are due. */
  readonly timers = new Map<TimerId, Us>();
  readonly sent: Frame[] = [];
  readonly closed: ConnectionId[] = [];

  connect(_endpoint: Endpoint): ConnectionId {
    return 1;
  }

  send(_connection: ConnectionId, frame: Frame): void {
    this.sent.push(frame);
  }

  close(connection: ConnectionId): void {
    this.closed.push(connection);
  }

  arm(timer: TimerId, at: Us): void {
    this.timers.set(timer, at);
  }

  disarm(timer: TimerId): void {
    this.timers.delete(timer);
  }

  exit(_reason: 'clean' | 'failed'): void {}

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
