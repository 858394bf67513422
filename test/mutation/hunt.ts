import { parseScenario } from '../../scenarios/load/index.ts';
import { runTrial } from '../../sim/cluster/index.ts';
import { huntingGrounds } from './hunting-grounds.ts';
import type { Hunt } from './mutation.ts';

/**
 * `hunt.ts SCENARIO FIRST LAST CHECK...`: runs seeds until one of the checks fires, and prints the hunt as JSON. It is
 * started inside a copy of the tree whose engine may be broken.
 */
const [name, first, last, ...checks] = process.argv.slice(2) as [string, string, string, ...string[]];
const input = huntingGrounds[name];
if (input === undefined) throw new Error(`no scenario ${name}`);
const scenario = parseScenario(name, input);
const others = new Set<string>();
let caught: Hunt['caught'] = null;
let seed = Number(first);
for (; seed <= Number(last) && caught === null; seed++) {
  const result = runTrial(scenario, { seed: String(seed), codec: 'objects', datasets: new Map() });
  const stuck = result.pending.map((message) => ({ check: 'stuck', message }));
  for (const { check, message } of [...result.violations, ...stuck]) {
    if (caught === null && checks.includes(check)) caught = { check, seed, message };
    else if (!checks.includes(check)) others.add(check);
  }
}
const hunt: Hunt = { caught, others: [...others].sort(), seeds: seed - Number(first) };
console.log(JSON.stringify(hunt));
