/** One place where the engine is broken: exact text, and what stands there instead. */
export interface Patch {
  /** From the root of the tree. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The engine with a known bug of Kafka's, and the proof that a check sees it. */
export interface Mutation {
  /** The bug's name in the project, e.g. `R5`; a letter behind it tells variants apart. */
  readonly id: string;
  /** What is broken, in a line, with Kafka's issue where it has one. */
  readonly bug: string;
  readonly patches: readonly Patch[];
  /**
   * One of these must fire. In a scenario they are checks, where `stuck` stands for a cluster that does not converge; in
   * a test file they are tests, by their whole names.
   */
  readonly caughtBy: readonly string[];
  /** A key of `huntingGrounds`, or the path of a test file: some bugs need a stage that no schedule of faults sets. */
  readonly scenario: string;
  /** Seeds 1 to this are tried until a check fires. A test has none: 1. */
  readonly seeds: number;
}

/** Whether a mutation is hunted in a test file. */
export function isHuntedInTest({ scenario }: Mutation): boolean {
  return scenario.endsWith('.test.ts');
}

/** What a hunt over seeds came to. */
export interface Hunt {
  /** The named check that fired first, and on which seed (a test: 1); null when none did. */
  readonly caught: { readonly check: string; readonly seed: number; readonly message: string } | null;
  /** Other checks that fired on the way. */
  readonly others: readonly string[];
  readonly seeds: number;
}
