import { Worker } from 'node:worker_threads';
import type { Result } from '../result/index.ts';
import type { Scenario } from '../scenario/index.ts';
import type { Dataset } from '../workload/index.ts';

/** One trial for a worker to run. */
export interface TrialTask {
  readonly index: number;
  readonly scenario: Scenario;
  readonly seed: string;
}

/** What a worker has to say of a task. */
export interface TaskOutcome {
  readonly index: number;
  /** Null when the run did not come to a result. */
  readonly result: Result | null;
  readonly failure: 'nondeterministic' | 'crashed' | null;
  readonly message: string;
}

/** What every worker is started with. */
export interface WorkerStart {
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly codec: 'objects' | 'bytes';
}

/**
 * Runs trials over worker threads: `next` gives out the tasks, `onOutcome` hears of each as it ends. What a trial
 * comes to does not depend on which worker ran it, nor on what ran there before.
 */
export async function runTrials(
  start: WorkerStart,
  jobs: number,
  next: () => TrialTask | null,
  onOutcome: (outcome: TaskOutcome) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: jobs }, () => runWorker(start, next, onOutcome)));
}

const WORKER = new URL('./worker.ts', import.meta.url);
const USING_TSX = ['--import', import.meta.resolve('tsx')];
/** A trial makes many short-lived objects: with twice the room that V8 gives them, it takes a tenth less time. */
const YOUNG_MB = 96;

/**
 * Node reads the types away itself, and a trial takes a twelfth less than under tsx, which names each closure as it is
 * made. Not below node_modules, where an installed command lives.
 */
function canStripTypes(): boolean {
  return Boolean(process.features.typescript) && !WORKER.pathname.includes('/node_modules/');
}

function runWorker(
  start: WorkerStart,
  next: () => TrialTask | null,
  onOutcome: (outcome: TaskOutcome) => void,
): Promise<void> {
  const first = next();
  if (first === null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, {
      workerData: start,
      execArgv: canStripTypes() ? [] : USING_TSX,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let current: TrialTask = first;
    worker.on('message', (outcome: TaskOutcome) => {
      onOutcome(outcome);
      const task = next();
      if (task === null) {
        void worker.terminate().then(() => resolve());
        return;
      }
      current = task;
      worker.postMessage(task);
    });
    worker.on('error', (error) => {
      reject(new Error(`the worker that ran seed ${current.seed} died: ${error.message}`, { cause: error }));
    });
    worker.postMessage(first);
  });
}
