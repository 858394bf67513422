import { join } from 'node:path';
import { buildPage } from '../reports/index.ts';
import type { Result } from '../sim/result/index.ts';
import { writeWhole } from './output.ts';

/** Writes a result, its page and its charts into `out/NAME-SEED/`. */
export async function saveReport(result: Result, out: string): Promise<{ page: string; json: string }> {
  const directory = reportDirectory(result, out);
  const json = join(directory, 'result.json');
  writeWhole(json, `${JSON.stringify(result, null, 2)}\n`);
  const built = await buildPage(result);
  for (const chart of built.charts) writeWhole(join(directory, `${chart.name}.svg`), chart.svg);
  const page = join(directory, 'index.html');
  writeWhole(page, built.html);
  return { page, json };
}

/** A seed is any text: what a file name cannot hold becomes `_`, and a long one is cut. */
export function reportDirectory(result: Pick<Result, 'scenario' | 'seed'>, out: string): string {
  return join(out, `${result.scenario.name}-${result.seed.replace(/[^a-zA-Z0-9._-]/g, '_').slice(0, 100)}`);
}
