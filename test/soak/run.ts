import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { catalogue, loadDataset, loadScenario } from '../../scenarios/load/index.ts';
import { swarm } from '../../sim/search/index.ts';

/**
 * `npm run soak [-- SECONDS [FIRST_SEED]]`: every scenario of the catalogue over fresh seeds, its share of the time
 * each, then once on every supported version of Node with both codecs, which takes as long as it takes. Ends with 1
 * when any seed fails and with 4 when two runs of one seed differ, after all have had their time.
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
const versions = ['--import', 'tsx', 'test/determinism/node-versions.ts'];
const { status } = spawnSync(process.execPath, versions, { stdio: 'inherit' });
process.exitCode = failed > 0 ? 1 : (status ?? 4);
