import type {
  ConnectionId,
  Endpoint,
  Frame,
  Input,
  RequestFrame,
  ResponseFrame,
  TimerId,
  Us,
} from '../../../engine/machine/index.ts';
import { RecordingOutbox } from '../recording-outbox.ts';

/** An outbox that knows which connection is which, numbered from 1, with timers that a test can fire in order. */
export class ConnectionsOutbox extends RecordingOutbox {
  readonly connected: { connection: ConnectionId; endpoint: Endpoint }[] = [];
  exited: string | null = null;
  #sentOn: { connection: ConnectionId; frame: Frame }[] = [];
  #nextConnection = 1;

  override connect(endpoint: Endpoint): ConnectionId {
    const connection = this.#nextConnection++;
    this.connected.push({ connection, endpoint });
    return connection;
  }

  override send(connection: ConnectionId, frame: Frame): void {
    super.send(connection, frame);
    this.#sentOn.push({ connection, frame });
  }

  override exit(reason: 'clean' | 'failed'): void {
    this.exited = reason;
  }

  /** What was sent since the last call. */
  takeSent(): { connection: ConnectionId; frame: Frame }[] {
    const sent = this.#sentOn;
    this.#sentOn = [];
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
