import { join } from 'node:path';
import { loadScenario } from '../../scenarios/load/index.ts';
import type { DiskImage } from '../../sim/disk/index.ts';
import { runGuardedTrial } from '../../sim/search/index.ts';
import { datasetsFor } from '../datasets-for.ts';
import { exitStatusOf } from '../exit-status.ts';
import { Output, Progress, writableDirectory } from '../output.ts';
import { saveDisk } from '../save-disks.ts';
import { reportDirectory, saveReport } from '../save-report.ts';
import { quoted } from '../shell-word.ts';
import { shortened } from '../shortened.ts';
import { printVerdict } from '../verdict.ts';

export interface RunOptions {
  readonly seed: string;
  readonly set: readonly string[];
  readonly codec: 'objects' | 'bytes';
  readonly until?: string;
  readonly out: string;
  readonly disks?: boolean;
  readonly json?: boolean;
}

/** One trial, its verdict, its report. */
export async function run(nameOrFile: string, options: RunOptions): Promise<number> {
  const whole = await loadScenario(nameOrFile, options.set);
  const scenario = options.until === undefined ? whole : shortened(whole, options.until);
  const out = writableDirectory(options.out);
  const output = new Output(options.json === true);
  const progress = new Progress();
  const disks = new Map<string, DiskImage>();
  const result = runGuardedTrial(scenario, {
    seed: options.seed,
    disks: options.disks === true ? (node, disk) => disks.set(node, disk) : undefined,
    codec: options.codec,
    datasets: datasetsFor(scenario),
    progress: (simulatedUs, ofUs) =>
      progress.update(
        `${scenario.name}: ${(simulatedUs / 1e6).toFixed(0)} of ${(ofUs / 1e6).toFixed(0)} simulated seconds`,
      ),
  });
  progress.clear();
  const saved = await saveReport(result, out);
  for (const [node, disk] of disks) saveDisk(disk, join(reportDirectory(result, out), 'disks', node));
  printVerdict(output, result, { ...saved, command: commandOf(nameOrFile, options) });
  output.document(result);
  return exitStatusOf(result.verdict);
}

function commandOf(nameOrFile: string, options: RunOptions): string {
  const words = ['run', nameOrFile, '--seed', options.seed];
  for (const set of options.set) words.push('--set', set);
  if (options.until !== undefined) words.push('--until', options.until);
  if (options.codec !== 'objects') words.push('--codec', options.codec);
  return `npm run -s trial -- ${words.map(quoted).join(' ')}`;
}
