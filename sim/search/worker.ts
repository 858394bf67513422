import { parentPort, workerData } from 'node:worker_threads';
import { NondeterminismError } from './guard.ts';
import { runGuardedTrial } from './guarded-trial.ts';
import type { TaskOutcome, TrialTask, WorkerStart } from './trial-pool.ts';

/** A worker thread: one trial at a time, an outcome for each. */
const { datasets, codec } = workerData as WorkerStart;

parentPort!.on('message', (task: TrialTask) => {
  parentPort!.postMessage(outcomeOf(task));
});

function outcomeOf({ index, scenario, seed }: TrialTask): TaskOutcome {
  try {
    return {
      index,
      result: runGuardedTrial(scenario, { seed, codec, datasets }),
      failure: null,
      message: '',
    };
  } catch (error) {
    const { message, stack } = error as Error;
    return error instanceof NondeterminismError
      ? { index, result: null, failure: 'nondeterministic', message }
      : { index, result: null, failure: 'crashed', message: stack ?? message };
  }
}
