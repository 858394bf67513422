import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadScenario } from '../../scenarios/load/index.ts';
import { parseDuration } from '../../sim/scenario/index.ts';
import { type SeedOutcome, swarm } from '../../sim/search/index.ts';
import { colours as pc } from '../colours.ts';
import { datasetsFor } from '../datasets-for.ts';
import { exitStatusOf } from '../exit-status.ts';
import { Output, Progress, writableDirectory, writeWhole } from '../output.ts';
import { quoted } from '../shell-word.ts';
import { UsageError } from '../usage-error.ts';

export interface SwarmVerbOptions {
  readonly seeds: number;
  readonly from: number;
  readonly time?: string;
  readonly jobs?: number;
  readonly set: readonly string[];
  readonly codec: 'objects' | 'bytes';
  readonly keepGoing?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** Many seeds of one scenario; each failure is saved. */
export async function runSwarm(nameOrFile: string, options: SwarmVerbOptions): Promise<number> {
  const scenario = await loadScenario(nameOrFile, options.set);
  const timeUs = options.time === undefined ? 0 : parseDuration(options.time);
  if (timeUs === null) throw new UsageError(`--time ${options.time}: is not a duration such as 60s`);
  const out = writableDirectory(options.out);
  const output = new Output(options.json === true);
  const progress = new Progress();
  const from = Date.now();
  const saved: string[] = [];
  const outcomes = await swarm({
    scenario,
    datasets: datasetsFor(scenario),
    firstSeed: options.from,
    seeds: options.seeds,
    jobs: options.jobs ?? availableParallelism(),
    timeMs: timeUs / 1_000,
    keepGoing: options.keepGoing === true,
    codec: options.codec,
    onOutcome: (outcome, done) => {
      progress.update(`${scenario.name}: ${done} of ${options.seeds} seeds`);
      if (outcome.verdict === 'pass') return;
      progress.clear();
      const file = join(out, `${scenario.name}-${outcome.seed}.json`);
      output.say(`${pc.red('✗')} seed ${outcome.seed}: ${outcome.verdict}: ${outcome.message}`);
      if (outcome.result === null) return;
      writeWhole(file, `${JSON.stringify(outcome.result, null, 2)}\n`);
      saved.push(file);
      output.say(`  npm run -s trial -- replay ${quoted(file)}`);
    },
  });
  progress.clear();
  summarise(output, scenario.name, outcomes, Date.now() - from);
  output.document({
    scenario: scenario.name,
    outcomes: outcomes.map(({ result: _, ...outcome }) => outcome),
    saved,
  });
  return exitStatusOf(...outcomes.map(({ verdict }) => verdict));
}

function summarise(output: Output, name: string, outcomes: readonly SeedOutcome[], wallMs: number): void {
  const passed = outcomes.filter(({ verdict }) => verdict === 'pass').length;
  const simulatedUs = outcomes.reduce((sum, outcome) => sum + outcome.simulatedUs, 0);
  const allowed = seedsBy(outcomes, (outcome) => outcome.allowed);
  const weaknesses = seedsBy(outcomes, (outcome) => outcome.weaknesses);
  const probes = new Map<string, number>();
  for (const outcome of outcomes) {
    for (const name of Object.keys(outcome.probes)) probes.set(name, (probes.get(name) ?? 0) + 1);
  }
  output.say(
    `${pc.bold(name)}: ${passed} of ${outcomes.length} seeds pass; ${(simulatedUs / 1e6).toFixed(0)} simulated seconds in ${(wallMs / 1e3).toFixed(1)} s`,
  );
  for (const [check, seeds] of allowed) {
    output.say(
      `  ${check}, as the configuration allows: in ${seeds.length} seeds, first in seed ${seeds[0]}`,
    );
  }
  for (const [weakness, seeds] of weaknesses) {
    output.say(`  known weakness of Kafka: ${weakness}: in ${seeds.length} seeds, first in seed ${seeds[0]}`);
  }
  const seen = [...probes].sort((a, b) => b[1] - a[1]).map(([probe, seeds]) => `${probe} ${seeds}`);
  output.say(`  exercised, in so many seeds: ${seen.join(' · ')}`);
}

/** By name: the seeds in which it is. */
function seedsBy(
  outcomes: readonly SeedOutcome[],
  namesOf: (outcome: SeedOutcome) => readonly string[],
): Map<string, string[]> {
  const seeds = new Map<string, string[]>();
  for (const outcome of outcomes)
    for (const name of namesOf(outcome)) seeds.set(name, [...(seeds.get(name) ?? []), outcome.seed]);
  return seeds;
}
