import type { Duration } from './duration.ts';
import type { Target, TimedFault } from './timed-fault.ts';

/** The process dies, its page cache lives; its connections reset. Heals by a restart. */
export interface Kill extends TimedFault {
  readonly kind: 'kill';
  readonly target: Target;
}

/** As `kill`, for a client's process: what it had sent is in doubt. */
export interface ClientCrash extends TimedFault {
  readonly kind: 'client-crash';
  readonly target: Target;
}

/** As `pause`, for a client's process: its group and its coordinators give it up, and it does not know. */
export interface ClientPause extends TimedFault {
  readonly kind: 'client-pause';
  readonly target: Target;
}

/**
 * The machine loses power: silence, and what was not synced is at risk. All targets at one instant. Heals by power and
 * a restart.
 */
export interface PowerLoss extends TimedFault {
  readonly kind: 'power-loss';
  readonly target: Target;
}

/** SIGTERM: a controlled shutdown. Heals by a start. */
export interface Stop extends TimedFault {
  readonly kind: 'stop';
  readonly target: Target;
}

/** SIGSTOP, a long collection: longer than a session when it lasts so long. Heals by SIGCONT. */
export interface Pause extends TimedFault {
  readonly kind: 'pause';
  readonly target: Target;
}

/** Short collections, one after another: stopped for `pause` of every `every`. */
export interface Stutter extends TimedFault {
  readonly kind: 'stutter';
  readonly target: Target;
  readonly every: Duration;
  readonly pause: Duration;
}

/** The process dies every so often, and is started again in between. */
export interface RestartLoop extends TimedFault {
  readonly kind: 'restart-loop';
  readonly target: Target;
  readonly every: Duration;
}

/** One target after another goes down and comes back: node by node, or rack by rack. */
export interface RollingRestart extends TimedFault {
  readonly kind: 'rolling-restart';
  readonly target: Target;
  /** A controlled shutdown, kill -9, or the machine's power. */
  readonly how: 'stop' | 'kill' | 'power-loss';
  readonly by: 'node' | 'rack';
  /** How long each is down (a controlled shutdown's own time comes first). */
  readonly down: Duration;
  /** From one's start to the next one's end. */
  readonly gap: Duration;
}

/** The machine is gone with its disk; an empty one with the same node id takes its place when it heals. */
export interface Wipe extends TimedFault {
  readonly kind: 'wipe';
  readonly target: Target;
}

export type ProcessFault =
  | Kill
  | ClientCrash
  | ClientPause
  | PowerLoss
  | Stop
  | Pause
  | Stutter
  | RestartLoop
  | RollingRestart
  | Wipe;
