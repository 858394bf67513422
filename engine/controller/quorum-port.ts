import type { Outbox, Us } from '../machine/index.ts';

/** What the controller asks of its quorum (`QuorumFeatures.voterIds`, `KRaftVersionAccessor`). */
export interface QuorumPort {
  voterIds(): readonly number[];
  /** The finalized `kraft.version`, or that which is being written. */
  readonly kraftVersion: number;
  /** The offset that the next record appended takes. */
  readonly nextOffset: number;
  /** Raises `kraft.version`, or says whether it could: null, or why not. The quorum writes records of its own. */
  upgradeKRaftVersion(now: Us, level: number, validateOnly: boolean, out: Outbox): string | null;
}

/** Of a quorum that nothing is known of: nobody votes, and its version stays. */
export const UNKNOWN_QUORUM: QuorumPort = {
  voterIds: () => [],
  kraftVersion: 0,
  nextOffset: 0,
  upgradeKRaftVersion: (_now, level) => `Invalid upgrade of kraft.version from version 0 to ${level}`,
};
