import type { DiskError, Ticket } from './disk.ts';
import type { ConnectionId, Frame } from './frame.ts';
import type { Outbox } from './outbox.ts';
import type { Us } from './time.ts';
import type { TimerId } from './timer.ts';

/** Why a connection ended, as a socket tells it. */
export type CloseReason = 'closed' | 'refused' | 'reset' | 'timed out';

/** What can happen to a machine. */
export type Input =
  /** The first input of an incarnation: recover from the disk and start. */
  | { readonly kind: 'boot' }
  /** A connection that this machine asked for is open. */
  | { readonly kind: 'connected'; readonly connection: ConnectionId }
  /** A peer connected to the listener on this port. */
  | { readonly kind: 'accepted'; readonly connection: ConnectionId; readonly port: number }
  | { readonly kind: 'closed'; readonly connection: ConnectionId; readonly reason: CloseReason }
  | { readonly kind: 'frame'; readonly connection: ConnectionId; readonly frame: Frame }
  | { readonly kind: 'timer'; readonly timer: TimerId }
  | { readonly kind: 'synced'; readonly ticket: Ticket; readonly error: DiskError | null }
  /** A graceful stop is asked for (SIGTERM). The machine ends itself with `exit`. */
  | { readonly kind: 'shutdown' };

/**
 * A synchronous state machine: one call runs to completion, changes only its own state, and puts what it wants done
 * into the outbox. It is dropped by a crash together with its timers; a restart builds a new one over the same disk.
 */
export interface Machine {
  step(now: Us, input: Input, out: Outbox): void;
}
