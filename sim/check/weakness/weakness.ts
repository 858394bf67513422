import type { Violation } from '../../result/index.ts';
import type { RunWitness } from './run-witness.ts';

/** Why a finding is this weakness and nothing else: what the run shows of it. */
export interface Explanation {
  /** Empty: the finding says it all. */
  readonly words: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Something that Kafka's design lets happen to this day, known by its own name: no fault of whoever implements it. */
export interface Weakness {
  /** Unique in the table. */
  readonly id: string;
  /** Where Kafka's people speak of it. */
  readonly issue: string;
  readonly sentence: string;
  /** Under which configuration or version of a protocol. */
  readonly under: string;
  /** By what it is recognised. */
  readonly recognisedBy: string;
  /**
   * A finding that it explains is no violation. False: what the configuration allows is only given its name, for what
   * is seen of it an engine's fault could also leave behind.
   */
  readonly excuses: boolean;
  /** Null: this is not why. */
  explain(finding: Violation, run: RunWitness): Explanation | null;
}
