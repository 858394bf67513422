import { Bench } from 'tinybench';
import type { Result } from '../../sim/result/index.ts';
import type { Scenario } from '../../sim/scenario/index.ts';
import { runGuardedTrial } from '../../sim/search/index.ts';
import type { BenchRow } from './kernel.ts';
import { drill, idle, saturate, steady } from './scenarios.ts';

/** Four trials and the compiler is done with most of the engine; a process's first costs two to four times as much. */
const WARM_UP_TRIALS = 4;

/** Whole trials, all invariants on, every check at the end: what a seed of a swarm costs once its worker is warm. */
export async function trialBench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const scenario of [idle, drill, steady, saturate]) rows.push(...(await measure(scenario)));
  return rows;
}

async function measure(scenario: Scenario): Promise<BenchRow[]> {
  let last: Result | null = null;
  const bench = new Bench({ iterations: 4, time: 0, warmupIterations: WARM_UP_TRIALS, warmupTime: 0 });
  bench.add(scenario.name, () => {
    last = runGuardedTrial(scenario, { seed: '1', codec: 'objects', datasets: new Map() });
  });
  await bench.run();
  const { result } = bench.tasks[0]!;
  if (!('latency' in result) || last === null) throw new Error(`${scenario.name} did not run`);
  const seconds = result.latency.mean / 1_000;
  const { verdict, events, simulatedUs, operations } = last as Result;
  if (verdict !== 'pass') throw new Error(`${scenario.name}: ${verdict}: a figure of a broken run is none`);
  const rme = Math.round(result.latency.rme * 100) / 100;
  const row = (what: string, unit: string, amount: number): BenchRow => ({
    name: `${scenario.name}, ${what}`,
    unit,
    perSecond: Math.round(amount / seconds),
    rme,
  });
  const rows = [
    row('simulated time', 'simulated s', simulatedUs / 1e6),
    row('whole cluster', 'events', events),
  ];
  if (operations.produce!.ok > 0) rows.push(row('acknowledged', 'records', operations.produce!.ok));
  return rows;
}
