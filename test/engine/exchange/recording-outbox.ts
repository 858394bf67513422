import type {
  ConnectionId,
  Endpoint,
  Fact,
  Frame,
  Input,
  Outbox,
  RequestFrame,
  ResponseFrame,
  TimerId,
  Us,
} from '../../../engine/machine/index.ts';
import { noWork } from '../../../engine/machine/index.ts';

/** An outbox that remembers, with timers that a test can fire in order. Connections are numbered from 1. */
export class RecordingOutbox implements Outbox {
  readonly work = noWork();
  readonly connected: { connection: ConnectionId; endpoint: Endpoint }[] = [];
  readonly closed: ConnectionId[] = [];
  readonly probes: string[] = [];
  readonly facts: Fact[] = [];
  readonly timers = new Map<TimerId, Us>();
  exited: string | null = null;
  #sent: { connection: ConnectionId; frame: Frame }[] = [];
  #nextConnection = 1;

  connect(endpoint: Endpoint): ConnectionId {
    const connection = this.#nextConnection++;
    this.connected.push({ connection, endpoint });
    return connection;
  }
  send(connection: ConnectionId, frame: Frame): void {
    this.#sent.push({ connection, frame });
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
  exit(reason: 'clean' | 'failed'): void {
    this.exited = reason;
  }
  probe(name: string): void {
    this.probes.push(name);
  }
  fact(fact: Fact): void {
    this.facts.push(fact);
  }

  /** What was sent since the last call. */
  takeSent(): { connection: ConnectionId; frame: Frame }[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
  takeRequests(): RequestFrame[] {
    return this.takeSent().map(({ frame }) => frame as RequestFrame);
  }
  takeResponses(): ResponseFrame[] {
    return this.takeSent().map(({ frame }) => frame as ResponseFrame);
  }

  /** Fires every timer due up to `until`, earliest first; a timer that is armed anew takes part. */
  advance(until: Us, step: (now: Us, input: Input) => void): void {
    for (;;) {
      let first: TimerId | null = null;
      for (const [timer, at] of this.timers) {
        if (at <= until && (first === null || at < this.timers.get(first)!)) first = timer;
      }
      if (first === null) return;
      const at = this.timers.get(first)!;
      this.timers.delete(first);
      step(at, { kind: 'timer', timer: first });
    }
  }
}

/** The middle of every range: jitter of 0 %. */
export const middle = {
  u32: () => 0x80000000,
  below: (bound: number) => Math.floor(bound / 2),
};
