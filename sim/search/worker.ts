import { parentPort, workerData } from 'node:worker_threads';
import { NondeterminismError } from './guard.ts';
import { runGuardedTrial } from './guarded-trial.ts';
import type { SeedOutcome, SeedTask, WorkerStart } from './swarm.ts';

/** A worker thread of a swarm: one seed at a time, an outcome for each. */
const start = workerData as WorkerStart;

parentPort!.on('message', (task: SeedTask) => {
  parentPort!.postMessage(outcomeOf(task.seed));
});

function outcomeOf(seed: string): SeedOutcome {
  try {
    const result = runGuardedTrial(start.scenario, { seed, codec: start.codec, datasets: start.datasets });
    return {
      seed,
      verdict: result.verdict,
      message: result.violations[0]?.message ?? result.pending[0] ?? '',
      simulatedUs: result.simulatedUs,
      events: result.events,
      wallMs: result.host.wallMs,
      traceHash: result.traceHash,
      violations: result.violations.length,
      allowed: result.allowed.length,
      probes: result.probes,
      result: result.verdict === 'pass' ? null : result,
    };
  } catch (error) {
    const { message, stack } = error as Error;
    return {
      seed,
      verdict: error instanceof NondeterminismError ? 'nondeterministic' : 'crashed',
      message: error instanceof NondeterminismError ? message : (stack ?? message),
      simulatedUs: 0,
      events: 0,
      wallMs: 0,
      traceHash: '',
      violations: 0,
      allowed: 0,
      probes: {},
      result: null,
    };
  }
}
