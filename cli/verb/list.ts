import { catalogue, loadScenario } from '../../scenarios/load/index.ts';
import { colours as pc } from '../colours.ts';
import { EXIT } from '../exit-status.ts';
import { Output } from '../output.ts';

/** The shipped scenarios, by what they show. */
export async function list(options: { json?: boolean }): Promise<number> {
  const output = new Output(options.json === true);
  const rows = [];
  let group = '';
  for (const entry of catalogue()) {
    const scenario = await loadScenario(entry.name);
    rows.push({ name: entry.name, group: entry.group, title: scenario.title });
    if (options.json === true) continue;
    if (entry.group !== group) output.say(pc.bold((group = entry.group)));
    output.say(`  ${entry.name.padEnd(34)} ${scenario.title}`);
  }
  output.document(rows);
  return EXIT.pass;
}
