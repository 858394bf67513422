import type { Result } from '../result/index.ts';
import type { Scenario } from '../scenario/index.ts';
import type { Dataset } from '../workload/index.ts';
import { runTrials, type TaskOutcome, type TrialTask } from './trial-pool.ts';

/** What one seed came to. The whole result is kept only when the seed did not pass. */
export interface SeedOutcome {
  readonly seed: string;
  readonly verdict: Result['verdict'] | 'nondeterministic' | 'crashed';
  readonly message: string;
  readonly simulatedUs: number;
  readonly events: number;
  readonly wallMs: number;
  readonly traceHash: string;
  /** Names of the checks that found something, and of what the configuration allows. */
  readonly violations: readonly string[];
  readonly allowed: readonly string[];
  /** Names of known weaknesses that explain what was found. */
  readonly weaknesses: readonly string[];
  readonly probes: Readonly<Record<string, number>>;
  readonly result: Result | null;
}

export interface SwarmOptions {
  readonly scenario: Scenario;
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly firstSeed: number;
  readonly seeds: number;
  readonly jobs: number;
  /** Stop giving out seeds after so long; 0 for no limit. */
  readonly timeMs: number;
  /** Go on after the first failure. */
  readonly keepGoing: boolean;
  readonly codec: 'objects' | 'bytes';
  readonly onOutcome: (outcome: SeedOutcome, done: number) => void;
}

/** Runs seeds over worker threads. Outcomes come as they end, and are sorted by seed in the end. */
export async function swarm(options: SwarmOptions): Promise<SeedOutcome[]> {
  const { scenario, datasets, codec } = options;
  const outcomes: SeedOutcome[] = [];
  const deadline = options.timeMs > 0 ? Date.now() + options.timeMs : Number.POSITIVE_INFINITY;
  let next = 0;
  let stopped = false;
  const take = (): TrialTask | null => {
    if (stopped || next >= options.seeds || Date.now() >= deadline) return null;
    const index = next++;
    return { index, scenario, seed: String(options.firstSeed + index) };
  };
  const jobs = Math.max(1, Math.min(options.jobs, options.seeds));
  await runTrials({ datasets, codec }, jobs, take, (task) => {
    const outcome = outcomeOf(String(options.firstSeed + task.index), task);
    outcomes.push(outcome);
    if (outcome.verdict !== 'pass' && !options.keepGoing) stopped = true;
    options.onOutcome(outcome, outcomes.length);
  });
  return outcomes.sort((a, b) => Number(a.seed) - Number(b.seed));
}

function outcomeOf(seed: string, { result, failure, message }: TaskOutcome): SeedOutcome {
  const names = (findings: Result['violations']): string[] => [
    ...new Set(findings.map(({ check }) => check)),
  ];
  return {
    seed,
    verdict: failure ?? result!.verdict,
    message: message || (result?.violations[0]?.message ?? result?.pending[0] ?? ''),
    simulatedUs: result?.simulatedUs ?? 0,
    events: result?.events ?? 0,
    wallMs: result?.host.wallMs ?? 0,
    traceHash: result?.traceHash ?? '',
    violations: names(result?.violations ?? []),
    allowed: names(result?.allowed ?? []),
    weaknesses: [...new Set((result?.weaknesses ?? []).map(({ weakness }) => weakness))],
    probes: result?.probes ?? {},
    result: result?.verdict === 'pass' ? null : result,
  };
}
