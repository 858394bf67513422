import type { ConnectionId, Endpoint, Frame, Outbox, Ticket, TimerId, Us, Work } from '../machine/index.ts';

/**
 * Passes on all but facts: what happens to a future log is nobody's business until it becomes the replica's log, and
 * then it says no more than the log did whose place it takes.
 */
export class SilentOutbox implements Outbox {
  readonly #out: Outbox;

  constructor(out: Outbox) {
    this.#out = out;
  }

  get work(): Work {
    return this.#out.work;
  }

  connect(endpoint: Endpoint): ConnectionId {
    return this.#out.connect(endpoint);
  }

  send(connection: ConnectionId, frame: Frame, afterSync?: Ticket): void {
    this.#out.send(connection, frame, afterSync);
  }

  close(connection: ConnectionId): void {
    this.#out.close(connection);
  }

  arm(timer: TimerId, at: Us): void {
    this.#out.arm(timer, at);
  }

  disarm(timer: TimerId): void {
    this.#out.disarm(timer);
  }

  exit(reason: 'clean' | 'failed', message: string): void {
    this.#out.exit(reason, message);
  }

  probe(name: string): void {
    this.#out.probe(name);
  }

  fact(): void {}
}
