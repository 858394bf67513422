import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runGuardedTrial } from '../../sim/search/index.ts';
import { drillOf } from './scenarios.ts';

const MINUTES = 60;
const TENTHS = 10;
const MB = 1e6;
/** V8 fills the room that it has before it collects: told to be frugal, it shows what the run itself needs. */
const FRUGAL = ['--max-semi-space-size=8', '--max-old-space-size=512'];

/** What the topic of each hour keeps. */
const HOURS = {
  'all is kept': {},
  'five minutes are kept': { 'retention.ms': 300_000, 'segment.ms': 60_000 },
};

/** Simulated hours of `drill`, a process for each: what it has taken from the system, by tenth of the run. */
export function memoryBench(): void {
  const entry = fileURLToPath(new URL('./memory.ts', import.meta.url));
  for (const name of Object.keys(HOURS))
    spawnSync(process.execPath, [...FRUGAL, '--import', 'tsx', entry, name], { stdio: 'inherit' });
}

function runHour(name: keyof typeof HOURS): void {
  let told = 0;
  let peak = 0;
  runGuardedTrial(drillOf(MINUTES, HOURS[name]), {
    seed: '1',
    codec: 'objects',
    datasets: new Map(),
    progress: (doneUs, totalUs) => {
      const { rss, heapUsed, external } = process.memoryUsage();
      peak = Math.max(peak, rss);
      if (doneUs * TENTHS < totalUs * (told + 1)) return;
      told++;
      console.log(
        `memory, drill of ${MINUTES} minutes, ${name}, tenth ${String(told).padStart(2)}: ${inMb(rss)} MB resident, ` +
          `peak ${inMb(peak)} MB, heap ${inMb(heapUsed)} MB, buffers ${inMb(external)} MB`,
      );
    },
  });
  console.log(`memory, peak with the checks at the end: ${inMb(process.resourceUsage().maxRSS * 1_024)} MB`);
}

function inMb(bytes: number): number {
  return Math.round(bytes / MB);
}

const [, , name = ''] = process.argv;
if (name in HOURS) runHour(name as keyof typeof HOURS);
