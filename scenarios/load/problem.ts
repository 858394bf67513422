/** Problems that one message shows: a file that is wrong everywhere is wrong in the same way. */
const SHOWN = 20;

/** A mistake in what a person wrote: where it is, what was found, and what to do. The command ends with status 2. */
export class ScenarioError extends Error {
  override name = 'ScenarioError';
  readonly problems: readonly Problem[];

  constructor(source: string, problems: readonly Problem[]) {
    super(
      [
        `${source}: ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}`,
        ...problems.slice(0, SHOWN).map(describeProblem),
        ...(problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : []),
      ].join('\n  '),
    );
    this.problems = problems;
  }
}

export interface Problem {
  /** Dotted path within the document, '' for the document itself. */
  readonly path: string;
  readonly message: string;
}

export function describeProblem(problem: Problem): string {
  return problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
}
