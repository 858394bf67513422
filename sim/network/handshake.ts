import type { Endpoint } from '../../engine/machine/index.ts';
import type { EventKind, Kernel } from '../kernel/index.ts';
import { End, Pipe, SegmentKind } from './connection.ts';
import type { NetworkHost } from './network-host.ts';
import type { NetworkOptions } from './options.ts';
import type { Path } from './path.ts';
import { type Pipes, SIGNAL_BYTES } from './pipes.ts';

/** A connection being made. */
interface Attempt {
  readonly end: End;
  readonly to: NetworkHost;
  readonly port: number;
  readonly path: Path;
  readonly back: Path;
}

/**
 * Opens connections: one round trip, then the connecting side may speak. The accepting side's process learns
 * of it with the handshake's last packet, ahead of the first frame. A lost SYN is repeated after 1, 2, 4, ...
 * seconds.
 */
export class Handshake {
  readonly #kernel: Kernel;
  readonly #options: NetworkOptions;
  readonly #pipes: Pipes;
  readonly #arrives: EventKind;
  readonly #answered: EventKind;
  readonly #refused: EventKind;
  readonly #retries: EventKind;

  constructor(kernel: Kernel, options: NetworkOptions, pipes: Pipes) {
    this.#kernel = kernel;
    this.#options = options;
    this.#pipes = pipes;
    this.#arrives = kernel.register<Attempt>('syn arrives', (attempt) => this.#onSyn(attempt));
    this.#answered = kernel.register<Attempt>('syn answered', (attempt) => this.#onAnswer(attempt));
    this.#refused = kernel.register<Attempt>('connect refused', (attempt) => this.#onRefusal(attempt));
    this.#retries = kernel.register<Attempt>('syn again', (attempt) => this.#onRetry(attempt));
  }

  begin(end: End, to: NetworkHost, endpoint: Endpoint, path: Path, back: Path): void {
    this.#sendSyn({ end, to, port: endpoint.port, path, back });
  }

  #sendSyn(attempt: Attempt): void {
    attempt.end.attempts++;
    const from = attempt.end.host;
    const at = from.transmit(this.#kernel.now, SIGNAL_BYTES) + attempt.path.latency(from.random);
    this.#kernel.schedule(at, this.#arrives, attempt);
  }

  #onSyn(attempt: Attempt): void {
    const { to, path, back } = attempt;
    if (path.cuts > 0 || !to.powered) {
      this.#lost(attempt);
      return;
    }
    const at = to.transmit(this.#kernel.now, SIGNAL_BYTES) + back.latency(to.random);
    this.#kernel.schedule(at, to.listeners.has(attempt.port) ? this.#answered : this.#refused, attempt);
  }

  #onAnswer(attempt: Attempt): void {
    const { end, to, path, back } = attempt;
    if (end.state !== 'connecting' || end.vanished) return;
    if (back.cuts > 0) {
      this.#lost(attempt);
      return;
    }
    const peer = new End(to, null, 0, this.#kernel.now);
    end.out = new Pipe(end, peer, path, back);
    peer.out = new Pipe(peer, end, back, path);
    end.state = 'open';
    this.#pipes.send(end.out, SegmentKind.Accept, attempt.port, SIGNAL_BYTES);
    end.owner!.onConnected(end.id);
  }

  #onRefusal(attempt: Attempt): void {
    if (attempt.end.state !== 'connecting' || attempt.end.vanished) return;
    if (attempt.back.cuts > 0) {
      this.#lost(attempt);
      return;
    }
    this.#pipes.closeEnd(attempt.end, 'refused');
  }

  /** Nothing comes back: the next SYN goes out at its time, or the connect ends with the last of its time. */
  #lost(attempt: Attempt): void {
    const { end } = attempt;
    if (end.state !== 'connecting' || end.vanished) return;
    const waited = this.#options.connectRetryUsFirst * (2 ** end.attempts - 1);
    const next = end.startedAt + Math.min(waited, this.#options.connectTimeoutUs);
    this.#kernel.schedule(Math.max(next, this.#kernel.now), this.#retries, attempt);
  }

  #onRetry(attempt: Attempt): void {
    const { end } = attempt;
    if (end.state !== 'connecting' || end.vanished) return;
    if (this.#kernel.now - end.startedAt >= this.#options.connectTimeoutUs) {
      this.#pipes.closeEnd(end, 'timed out');
      return;
    }
    this.#sendSyn(attempt);
  }
}
