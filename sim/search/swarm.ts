import { Worker } from 'node:worker_threads';
import type { Result } from '../result/index.ts';
import type { Scenario } from '../scenario/index.ts';
import type { Dataset } from '../workload/index.ts';

/** What one seed came to. The whole result travels only when it is worth keeping. */
export interface SeedOutcome {
  readonly seed: string;
  readonly verdict: Result['verdict'] | 'nondeterministic' | 'crashed';
  readonly message: string;
  readonly simulatedUs: number;
  readonly events: number;
  readonly wallMs: number;
  readonly traceHash: string;
  readonly violations: number;
  /** Losses that the configuration allows, and other allowed anomalies. */
  readonly allowed: number;
  readonly probes: Readonly<Record<string, number>>;
  /** Present when the seed did not pass. */
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

/** What a worker is told. */
export interface SeedTask {
  readonly seed: string;
}

export interface WorkerStart {
  readonly scenario: Scenario;
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly codec: 'objects' | 'bytes';
}

/** Runs seeds over worker threads. Outcomes come as they end; a seed's outcome does not depend on which worker ran it. */
export async function swarm(options: SwarmOptions): Promise<SeedOutcome[]> {
  const outcomes: SeedOutcome[] = [];
  const deadline = options.timeMs > 0 ? Date.now() + options.timeMs : Number.POSITIVE_INFINITY;
  let next = 0;
  let stopped = false;
  const take = (): SeedTask | null => {
    if (stopped || next >= options.seeds || Date.now() >= deadline) return null;
    return { seed: String(options.firstSeed + next++) };
  };
  const note = (outcome: SeedOutcome): void => {
    outcomes.push(outcome);
    if (outcome.verdict !== 'pass' && !options.keepGoing) stopped = true;
    options.onOutcome(outcome, outcomes.length);
  };
  const jobs = Math.max(1, Math.min(options.jobs, options.seeds));
  await Promise.all(Array.from({ length: jobs }, () => runWorker(options, take, note)));
  return outcomes.sort((a, b) => Number(a.seed) - Number(b.seed));
}

function runWorker(
  options: SwarmOptions,
  take: () => SeedTask | null,
  note: (outcome: SeedOutcome) => void,
): Promise<void> {
  const first = take();
  if (first === null) return Promise.resolve();
  const start: WorkerStart = { scenario: options.scenario, datasets: options.datasets, codec: options.codec };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: start,
      execArgv: ['--import', import.meta.resolve('tsx')],
    });
    let current = first;
    worker.on('message', (outcome: SeedOutcome) => {
      note(outcome);
      const task = take();
      if (task === null) void worker.terminate().then(() => resolve());
      else worker.postMessage((current = task));
    });
    worker.on('error', (error) => {
      reject(new Error(`the worker that ran seed ${current.seed} died: ${error.message}`, { cause: error }));
    });
    worker.postMessage(first);
  });
}
