import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildSweepPage } from '../../reports/index.ts';
import { loadSweep, type Sweep } from '../../scenarios/load/index.ts';
import { hardwareProfile } from '../../sim/cluster/index.ts';
import type { SweepTable } from '../../sim/result/index.ts';
import { measuredCell, runTrials, type TaskOutcome } from '../../sim/search/index.ts';
import { colours as pc } from '../colours.ts';
import { datasetsFor } from '../datasets-for.ts';
import { exitStatusOf } from '../exit-status.ts';
import { Output, Progress, writableDirectory, writeWhole } from '../output.ts';

/** A grid of configurations: table and charts. */
export async function sweep(
  file: string,
  options: { out: string; jobs?: number; json?: boolean },
): Promise<number> {
  const grid = await loadSweep(file);
  const out = join(writableDirectory(options.out), `sweep-${grid.name}`);
  const output = new Output(options.json === true);
  const outcomes = await runGrid(grid, options.jobs ?? availableParallelism());
  const failed = outcomes.filter(({ result }) => result === null);
  for (const { index, message } of failed)
    output.say(`${pc.red('✗')} ${describeCell(grid, index)}: ${message}`);
  const table = tableOf(grid, outcomes);
  writeWhole(join(out, 'sweep.json'), `${JSON.stringify(table, null, 2)}\n`);
  const page = await buildSweepPage(table);
  for (const chart of page.charts) writeWhole(join(out, `${chart.name}.svg`), chart.svg);
  writeWhole(join(out, 'index.html'), page.html);
  print(output, table);
  output.say();
  output.say(`  report  ${join(out, 'index.html')}`);
  output.document(table);
  return exitStatusOf(...outcomes.map(({ result, failure }) => failure ?? result!.verdict));
}

async function runGrid(grid: Sweep, jobs: number): Promise<TaskOutcome[]> {
  const outcomes: TaskOutcome[] = [];
  const progress = new Progress();
  let next = 0;
  const datasets = new Map(grid.cells.flatMap(({ scenario }) => [...datasetsFor(scenario)]));
  await runTrials(
    { datasets, codec: 'objects' },
    Math.min(jobs, grid.cells.length),
    () => {
      const index = next++;
      const cell = grid.cells[index];
      return cell === undefined ? null : { index, scenario: cell.scenario, seed: grid.seed };
    },
    (outcome) => {
      outcomes.push(outcome);
      progress.update(`${grid.name}: ${outcomes.length} of ${grid.cells.length} configurations`);
    },
  );
  progress.clear();
  return outcomes.sort((a, b) => a.index - b.index);
}

function tableOf(grid: Sweep, outcomes: readonly TaskOutcome[]): SweepTable {
  const { hardware } = grid.cells[0]!.scenario.cluster;
  return {
    format: 1,
    name: grid.name,
    title: grid.title,
    why: grid.why,
    hardware,
    provenance: hardwareProfile(hardware).provenance,
    axes: grid.axes,
    points: outcomes.flatMap(({ index, result }) =>
      result === null ? [] : [measuredCell(grid.cells[index]!.configuration, result)],
    ),
  };
}

function describeCell(grid: Sweep, index: number): string {
  return Object.entries(grid.cells[index]!.configuration)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function print(output: Output, table: SweepTable): void {
  output.say(pc.bold(table.title));
  output.say(pc.dim(`hardware ${table.hardware}: ${table.provenance}`));
  output.say(row('configuration', ['MiB/s', 'replic.', 'bound', 'p50 ms', 'p99 ms'], 'binds'));
  for (const point of table.points) {
    const name = table.axes.map((axis) => `${axis}=${point.configuration[axis]}`).join(' ');
    const mib = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
    const ms = (us: number): string => (us / 1e3).toFixed(2);
    const throughputs = [point.bytesPerSecond, point.replicatedBytesPerSecond, point.boundBytesPerSecond].map(
      mib,
    );
    const figures = [...throughputs, ms(point.latencyP50), ms(point.latencyP99)];
    output.say(row(name, figures, `${point.binding} ${(point.busyPerMille / 10).toFixed(0)} %`));
  }
}

function row(name: string, figures: readonly string[], last: string): string {
  return `  ${name.padEnd(44)} ${figures.map((figure) => figure.padStart(8)).join(' ')}  ${last}`;
}
