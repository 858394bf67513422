import type { Ticket } from './disk.ts';
import type { Fact } from './fact.ts';
import type { ConnectionId, Endpoint, Frame } from './frame.ts';
import type { Us } from './time.ts';
import type { TimerId } from './timer.ts';
import type { Work } from './work.ts';

/**
 * Where a step puts what it wants done. The host records the effects in order and releases them when the step's work
 * is done; a crash drops what was not released.
 */
export interface Outbox {
  /** What this step has cost so far. */
  readonly work: Work;
  /** Asks for a connection. `connected` or `closed` with this id follows; frames sent before that wait in order. */
  connect(endpoint: Endpoint): ConnectionId;
  /** Sends a frame, after the ticket's sync completed if one is given. Frames of one connection keep their order. */
  send(connection: ConnectionId, frame: Frame, afterSync?: Ticket): void;
  /** Closes a connection. No `closed` input follows for one's own close. */
  close(connection: ConnectionId): void;
  /** Arms, or arms anew, a timer at a monotonic time; in the past means at once, after this step. */
  arm(timer: TimerId, at: Us): void;
  disarm(timer: TimerId): void;
  /** Ends the process after the effects of this step. `clean` is a shutdown that was asked for. */
  exit(reason: 'clean' | 'failed', message: string): void;
  /** Counts a rare branch, so that a run can say what it exercised. */
  probe(name: string): void;
  fact(fact: Fact): void;
}
