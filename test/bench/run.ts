import { writeFileSync } from 'node:fs';
import { codecBench } from './codec.ts';
import { compactionBench } from './compaction.ts';
import { groupBench } from './groups.ts';
import { historyBench } from './history.ts';
import { kernelBench } from './kernel.ts';
import { memoryBench } from './memory.ts';
import { scaleBench } from './scale.ts';
import { trialBench } from './trials.ts';

/** What the project asks of itself, on one core: name of a row -> per second. */
const ASKED: Readonly<Record<string, number>> = {
  'kernel, hold 1000, near (below 1 ms)': 5_000_000,
  'history, scalar anomalies': 1_000_000,
  'history, cycles of transactions': 200_000,
  'drill, whole cluster': 1_000_000,
  'idle, simulated time': 5_000,
  'drill, simulated time': 500,
  'steady, simulated time': 60,
  'saturate, acknowledged': 500_000,
  'scale, traffic': 1,
  'scale, whole': 1,
};

/**
 * `npm run bench [-- kernel|codec|compaction|history|trials|groups|scale] [--json FILE]`: a table, and the rows as JSON for
 * whoever compares.
 * `npm run bench -- memory`: a simulated hour, alone.
 */
const only = process.argv.slice(2).filter((word) => !word.startsWith('--') && !word.endsWith('.json'));
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
const rows = [
  ...(wanted('kernel') ? await kernelBench() : []),
  ...(wanted('codec') ? await codecBench() : []),
  ...(wanted('compaction') ? await compactionBench() : []),
  ...(wanted('history') ? await historyBench() : []),
  ...(wanted('trials') ? await trialBench() : []),
  ...(wanted('groups') ? groupBench() : []),
  ...(wanted('scale') ? scaleBench() : []),
];
if (only.includes('memory')) memoryBench();
const number = (value: number): string => value.toLocaleString('en');
for (const { name, unit, perSecond, rme } of rows) {
  const asked = ASKED[name];
  const ratio = asked === undefined ? '' : `  ${(perSecond / asked).toFixed(2)} x of ${number(asked)} asked`;
  const beside = ratioBeside(name, perSecond);
  console.log(`${name.padEnd(58)} ${number(perSecond).padStart(14)} ${unit}/s  ±${rme} %${ratio}${beside}`);
}
const file = process.argv[process.argv.indexOf('--json') + 1];
if (process.argv.includes('--json') && file !== undefined) {
  writeFileSync(file, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
}

/** A codec row's ratio to kafkajs on the same frame, in the same run. */
function ratioBeside(name: string, perSecond: number): string {
  if (!name.startsWith('codec, ') || name.endsWith('kafkajs')) return '';
  const other = rows.find((row) => row.name === `${name.slice(0, name.lastIndexOf(','))}, kafkajs`);
  return other === undefined ? '' : `  ${(perSecond / other.perSecond).toFixed(2)} x kafkajs`;
}
