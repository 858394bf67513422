import type { ConnectionId, Us } from '../../engine/machine/index.ts';
import type { EventHandle } from '../kernel/index.ts';
import type { NetworkHost, SocketOwner } from './network-host.ts';
import type { Path } from './path.ts';

/** What travels in a pipe. Only data and the two handshakes are repeated when lost; a reset is not. */
export const SegmentKind = { Data: 0, Accept: 1, Finish: 2, Reset: 3 } as const;
export type SegmentKind = (typeof SegmentKind)[keyof typeof SegmentKind];

/** One frame on its way, or one of TCP's own signals in its place in the order. */
export interface Segment {
  readonly pipe: Pipe;
  readonly kind: SegmentKind;
  readonly payload: unknown;
  readonly size: number;
  /** Order in the pipe. */
  readonly seq: number;
  /** When its last byte left the sender's card. */
  departs: Us;
}

/**
 * connecting -> open -> closed; the accepting end is born `connecting` and opened by the handshake's last
 * packet.
 */
export type EndState = 'connecting' | 'open' | 'closed';

/** One side of a connection, as the machine's kernel holds it. */
export class End {
  readonly host: NetworkHost;
  owner: SocketOwner | null;
  id: ConnectionId;
  state: EndState = 'connecting';
  /** The pipe that this end writes to; its `to` is the peer. */
  out: Pipe | null = null;
  /** Connects tried so far. */
  attempts = 0;
  readonly startedAt: Us;
  /** The life of the machine in which it was made; an end of an earlier life has no kernel behind it. */
  readonly powerCycle: number;

  constructor(host: NetworkHost, owner: SocketOwner | null, id: ConnectionId, startedAt: Us) {
    this.host = host;
    this.owner = owner;
    this.id = id;
    this.startedAt = startedAt;
    this.powerCycle = host.powerCycle;
  }

  /** The machine lost power since: nothing here repeats, closes or answers any more. */
  get vanished(): boolean {
    return this.powerCycle !== this.host.powerCycle;
  }

  /** The other machine's name; null while the connection is not made. */
  get peer(): string | null {
    return this.out === null ? null : this.out.to.host.name;
  }
}

/** One direction of a connection: first in, first out, nothing missing until it breaks. */
export class Pipe {
  readonly from: End;
  readonly to: End;
  readonly path: Path;
  /** The way that acknowledgements take. */
  readonly back: Path;
  nextSeq = 0;
  /** The latest arrival given out: no later segment arrives before it. */
  lastArrival: Us = 0;
  /** What could not get through, in order. The sender's kernel repeats it when the way is free again. */
  held: Segment[] = [];
  /** Since when something is unacknowledged; -1 when nothing is. */
  waitingSince: Us = -1;
  /** Delivered while no acknowledgement came back. */
  unacknowledgedBytes = 0;
  userTimeout: EventHandle = 0;
  /** A retransmission is on its way. */
  retransmitting = false;
  /** The sending end broke: nothing in this pipe is repeated any more. */
  aborted = false;
  /** A fault: what is sent goes into the void, though both machines are there. */
  swallows = false;
  /** Stands in the network's list of pipes in trouble. */
  troubled = false;

  constructor(from: End, to: End, path: Path, back: Path) {
    this.from = from;
    this.to = to;
    this.path = path;
    this.back = back;
  }
}
