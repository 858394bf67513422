import {
  assert,
  type ConnectionId,
  type Endpoint,
  type Fact,
  type Frame,
  noWork,
  type Outbox,
  type Ticket,
  type TimerId,
  type Us,
  type Work,
} from '../../engine/machine/index.ts';
import type { Connection, Sockets } from './sockets.ts';
import type { TimerTable } from './timer-table.ts';

export const EffectKind = { Connect: 0, Send: 1, Close: 2 } as const;
export type EffectKind = (typeof EffectKind)[keyof typeof EffectKind];

/** One step has at most so many effects; beyond that it loops. */
export const EFFECTS_LIMIT = 1_000_000;

/**
 * The outbox of one host: parallel arrays, kept from step to step. What touches the world outside the process
 * is recorded here and released when the step's work is done; timers are the process's own and change at
 * once.
 */
export class Effects implements Outbox {
  readonly work: Work = noWork();
  readonly kinds: EffectKind[] = [];
  readonly connections: Connection[] = [];
  /** The frame of a send, null otherwise. */
  readonly frames: (Frame | null)[] = [];
  readonly tickets: Ticket[] = [];
  readonly facts: Fact[] = [];
  readonly probes: string[] = [];
  count = 0;
  sends = 0;
  exitReason: 'clean' | 'failed' | null = null;
  exitMessage = '';

  readonly #sockets: Sockets;
  readonly #timers: TimerTable;

  constructor(sockets: Sockets, timers: TimerTable) {
    this.#sockets = sockets;
    this.#timers = timers;
  }

  connect(endpoint: Endpoint): ConnectionId {
    const connection = this.#sockets.ask(endpoint);
    this.#record(EffectKind.Connect, connection, null, 0);
    return connection.id;
  }

  send(id: ConnectionId, frame: Frame, afterSync: Ticket = 0): void {
    const connection = this.#sockets.get(id);
    if (connection === undefined) return;
    this.sends++;
    this.#record(EffectKind.Send, connection, frame, afterSync);
  }

  close(id: ConnectionId): void {
    const connection = this.#sockets.get(id);
    if (connection === undefined) return;
    this.#sockets.forget(connection);
    this.#record(EffectKind.Close, connection, null, 0);
  }

  arm(timer: TimerId, at: Us): void {
    this.#timers.arm(timer, at);
  }

  disarm(timer: TimerId): void {
    this.#timers.disarm(timer);
  }

  exit(reason: 'clean' | 'failed', message: string): void {
    this.exitReason = reason;
    this.exitMessage = message;
  }

  probe(name: string): void {
    this.probes.push(name);
  }

  fact(fact: Fact): void {
    this.facts.push(fact);
  }

  /** Ready for the next step. The arrays keep their room and drop what they pointed to. */
  clear(): void {
    for (let i = 0; i < this.count; i++) this.frames[i] = null;
    this.count = 0;
    this.sends = 0;
    this.exitReason = null;
  }

  #record(kind: EffectKind, connection: Connection, frame: Frame | null, ticket: Ticket): void {
    assert(this.count < EFFECTS_LIMIT, 'a step has more effects than any step can mean');
    const at = this.count++;
    this.kinds[at] = kind;
    this.connections[at] = connection;
    this.frames[at] = frame;
    this.tickets[at] = ticket;
  }
}
