import { EXIT } from '../exit-status.ts';
import { Output, writableDirectory } from '../output.ts';
import { readResult } from '../read-result.ts';
import { saveReport } from '../save-report.ts';

/** Pages from saved results. Every file is read before anything is written. */
export async function report(
  files: readonly string[],
  options: { out: string; json?: boolean },
): Promise<number> {
  const results = files.map((file) => readResult(file));
  const out = writableDirectory(options.out);
  const output = new Output(options.json === true);
  const pages: string[] = [];
  for (const result of results) pages.push((await saveReport(result, out)).page);
  for (const page of pages) output.say(page);
  output.document(pages);
  return EXIT.pass;
}
