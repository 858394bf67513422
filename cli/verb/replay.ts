import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { parseScenario } from '../../scenarios/load/index.ts';
import { runGuardedTrial } from '../../sim/search/index.ts';
import { datasetsFor } from '../datasets-for.ts';
import { EXIT, exitStatusOf } from '../exit-status.ts';
import { Output, writableDirectory } from '../output.ts';
import { readResult } from '../read-result.ts';
import { saveReport } from '../save-report.ts';
import { printVerdict } from '../verdict.ts';

/** A saved result again, with a full trace; says so if it does not come out the same. */
export async function replay(file: string, options: { out: string; json?: boolean }): Promise<void> {
  const before = readResult(file);
  const scenario = parseScenario(file, before.scenario);
  const out = writableDirectory(options.out);
  const output = new Output(options.json === true);
  const lines: string[] = [];
  const result = runGuardedTrial(scenario, {
    seed: before.seed,
    codec: before.codec,
    datasets: datasetsFor(scenario),
    traceLine: (line) => lines.push(line),
  });
  const saved = await saveReport(result, out);
  const trace = join(out, `${scenario.name}-${before.seed}.trace`);
  const stream = createWriteStream(trace);
  for (const line of lines) stream.write(`${line}\n`);
  stream.end();
  printVerdict(output, result, { ...saved, command: `npm run -s trial -- replay ${file}` });
  output.say(`  trace   ${trace} (${lines.length.toLocaleString('en')} lines)`);
  output.document(result);
  if (result.traceHash === before.traceHash) {
    process.exitCode = exitStatusOf(result.verdict);
    return;
  }
  output.say(
    pc.red(
      `  the trace is ${result.traceHash}, the saved one ${before.traceHash}: the engine has changed since, or the run is not deterministic`,
    ),
  );
  process.exitCode = EXIT.nondeterministic;
}
