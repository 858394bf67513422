import type { Result } from '../../sim/result/index.ts';
import { describeDivergence, findDivergence, runGuardedTrial } from '../../sim/search/index.ts';
import { colours as pc } from '../colours.ts';
import { datasetsFor } from '../datasets-for.ts';
import { EXIT, exitStatusOf } from '../exit-status.ts';
import { Output, writableDirectory } from '../output.ts';
import { readResult } from '../read-result.ts';
import { reportDirectory, saveReport } from '../save-report.ts';
import { quoted } from '../shell-word.ts';
import { TraceFile } from '../trace-file.ts';
import { printVerdict } from '../verdict.ts';

/** A saved result again, with a full trace; says so if it does not come out the same. */
export async function replay(file: string, options: { out: string; json?: boolean }): Promise<number> {
  const before = readResult(file);
  const { scenario, seed, codec } = before;
  const out = writableDirectory(options.out);
  const output = new Output(options.json === true);
  const trial = { seed, codec, datasets: datasetsFor(scenario) };
  const trace = new TraceFile(`${reportDirectory(before, out)}.trace`);
  const result = runGuardedTrial(scenario, { ...trial, traceLine: (line) => trace.write(line) });
  trace.close();
  const saved = await saveReport(result, out);
  printVerdict(output, result, { ...saved, command: `npm run -s trial -- replay ${quoted(file)}` });
  output.say(`  trace   ${trace.path} (${trace.lines.toLocaleString('en')} lines)`);
  output.document(result);
  if (result.traceHash === before.traceHash) return exitStatusOf(result.verdict);
  const divergence = findDivergence(scenario, trial);
  output.say(pc.red(`  ${whyDifferent(before, result)}`));
  output.say(
    divergence === null
      ? '  Two more runs agree in every event: the run is deterministic now, and what was saved came from another engine.'
      : pc.red(`  not deterministic: ${describeDivergence(divergence)}`),
  );
  return EXIT.nondeterministic;
}

function whyDifferent(before: Result, after: Result): string {
  return `the trace is ${after.traceHash}, the saved one ${before.traceHash} (of Node ${before.host.node})`;
}
