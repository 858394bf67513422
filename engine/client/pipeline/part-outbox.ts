import {
  assert,
  type ConnectionId,
  type Endpoint,
  type Fact,
  type Frame,
  type Outbox,
  type Ticket,
  type TimerId,
  timerArgument,
  timerId,
  timerKind,
  type Us,
  type Work,
} from '../../machine/index.ts';

/**
 * The outbox of one of two parts of a process. Both number their timers alike, so their arguments are interleaved; a
 * part that ends does not end the process.
 */
export class PartOutbox implements Outbox {
  readonly #part: 0 | 1;
  #process: Outbox | null = null;
  /** The part has asked to end. */
  hasExited = false;

  constructor(part: 0 | 1) {
    this.#part = part;
  }

  /** Where the effects of this step go. */
  bind(process: Outbox): void {
    this.#process = process;
  }

  static partOf(timer: TimerId): number {
    return timerArgument(timer) % 2;
  }

  /** The timer as the part knows it. */
  static within(timer: TimerId): TimerId {
    return timerId(timerKind(timer), Math.floor(timerArgument(timer) / 2));
  }

  get work(): Work {
    return this.#out.work;
  }

  connect(endpoint: Endpoint): ConnectionId {
    return this.#out.connect(endpoint);
  }

  send(connection: ConnectionId, frame: Frame, afterSync?: Ticket): void {
    if (afterSync === undefined) this.#out.send(connection, frame);
    else this.#out.send(connection, frame, afterSync);
  }

  close(connection: ConnectionId): void {
    this.#out.close(connection);
  }

  arm(timer: TimerId, at: Us): void {
    this.#out.arm(this.#outside(timer), at);
  }

  disarm(timer: TimerId): void {
    this.#out.disarm(this.#outside(timer));
  }

  exit(): void {
    this.hasExited = true;
  }

  probe(name: string): void {
    this.#out.probe(name);
  }

  fact(fact: Fact): void {
    this.#out.fact(fact);
  }

  get #out(): Outbox {
    assert(this.#process !== null, 'a part acts within a step of its process');
    return this.#process;
  }

  #outside(timer: TimerId): TimerId {
    return timerId(timerKind(timer), timerArgument(timer) * 2 + this.#part);
  }
}
