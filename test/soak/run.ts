import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { catalogue, loadDataset, loadScenario } from '../../scenarios/load/index.ts';
import { swarm } from '../../sim/search/index.ts';
import { anyScenario, flawIn } from '../property/any-scenario.ts';

/**
 * `npm run soak [-- SECONDS [FIRST_SEED]]`: for a quarter of the time scenarios of which everything is drawn, the first
 * that fails made small and printed as a file; for the rest every scenario of the catalogue over fresh seeds, its share
 * each; then once on every supported version of Node with both codecs, which takes as long as it takes. Ends with 1
 * when any fails and with 4 when two runs of one seed differ, after all have had their time.
 */
const seconds = Number(process.argv[2] ?? 600);
const firstSeed = Number(process.argv[3] ?? 1_000);
const DRAWN_SHARE = 0.25;

/** How many scenarios of any kind failed: none, or the first. */
function soakDrawn(): number {
  const search = fc.check(
    fc.property(anyScenario, (scenario) => {
      const flaw = flawIn(scenario);
      if (flaw !== null) throw new Error(flaw);
    }),
    { seed: firstSeed, numRuns: 1_000_000, interruptAfterTimeLimit: seconds * 1_000 * DRAWN_SHARE },
  );
  console.log(`any scenario: ${search.numRuns - (search.failed ? 1 : 0)} of ${search.numRuns} pass`);
  if (!search.failed || search.counterexample === null) return 0;
  const [scenario] = search.counterexample;
  console.log(
    `${search.errorInstance}\nafter ${search.numShrinks} shrinks:\n${JSON.stringify(scenario, null, 2)}`,
  );
  return 1;
}

const entries = catalogue();
const datasets = new Map([['us-flights', loadDataset('us-flights')]]);
let failed = soakDrawn();
for (const { name } of entries) {
  const scenario = await loadScenario(name);
  const outcomes = await swarm({
    scenario,
    datasets,
    firstSeed,
    seeds: 1_000_000,
    jobs: availableParallelism(),
    timeMs: (seconds * 1_000 * (1 - DRAWN_SHARE)) / entries.length,
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
