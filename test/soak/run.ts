import { availableParallelism } from 'node:os';
import { catalogue, loadDataset, loadScenario } from '../../scenarios/load/index.ts';
import { swarm } from '../../sim/search/index.ts';

/**
 * `npm run soak [-- SECONDS [FIRST_SEED]]`: every scenario of the catalogue over fresh seeds, its share of the time
 * each. Ends with 1 when any seed fails, after all have had their time.
 */
const seconds = Number(process.argv[2] ?? 600);
const firstSeed = Number(process.argv[3] ?? 1_000);
const entries = catalogue();
const datasets = new Map([['us-flights', loadDataset('us-flights')]]);
let failed = 0;
for (const { name } of entries) {
  const scenario = await loadScenario(name);
  const outcomes = await swarm({
    scenario,
    datasets,
    firstSeed,
    seeds: 1_000_000,
    jobs: availableParallelism(),
    timeMs: (seconds * 1_000) / entries.length,
    keepGoing: true,
    codec: 'objects',
    onOutcome: ({ verdict, seed, message }) => {
      if (verdict !== 'pass') console.log(`${name} seed ${seed}: ${verdict}: ${message}`);
    },
  });
  const bad = outcomes.filter(({ verdict }) => verdict !== 'pass').length;
  failed += bad;
  console.log(`${name}: ${outcomes.length - bad} of ${outcomes.length} seeds pass`);
}
process.exitCode = failed > 0 ? 1 : 0;
