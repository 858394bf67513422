import type { Outbox, Us } from '../machine/index.ts';

/** What the controller asks of its quorum (`QuorumFeatures.voterIds`, `KRaftVersionAccessor`). */
export interface QuorumPort {
  voterIds(): readonly number[];
  /** The finalized `kraft.version`. */
  readonly kraftVersion: number;
  /** Why `kraft.version` cannot be raised to a level, or null. */
  rejectKraftVersion(level: number): string | null;
  /** Appends the quorum's own records of a raise that was not rejected. */
  raiseKraftVersion(now: Us, level: number, out: Outbox): void;
}

/** Of a quorum that nothing is known of: nobody votes, and its version stays. */
export const UNKNOWN_QUORUM: QuorumPort = {
  voterIds: () => [],
  kraftVersion: 0,
  rejectKraftVersion: (level) => `Invalid upgrade of kraft.version from version 0 to ${level}`,
  raiseKraftVersion: () => {},
};
