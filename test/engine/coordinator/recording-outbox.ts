import type { ConnectionId, Fact, Frame, Outbox, TimerId, Us } from '../../../engine/machine/index.ts';
import { noWork } from '../../../engine/machine/index.ts';

/** Keeps what a component put out, for tests that look at it. */
export class RecordingOutbox implements Outbox {
  readonly work = noWork();
  readonly facts: Fact[] = [];
  readonly probes: string[] = [];
  /** Armed timers and when they are due. */
  readonly timers = new Map<TimerId, Us>();

  readonly sent: Frame[] = [];
  readonly closed: ConnectionId[] = [];

  connect(): ConnectionId {
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
  exit(): void {}
  probe(name: string): void {
    this.probes.push(name);
  }
  fact(fact: Fact): void {
    this.facts.push(fact);
  }
}
