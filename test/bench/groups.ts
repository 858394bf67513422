import type { Result } from '../../sim/result/index.ts';
import { runGuardedTrial } from '../../sim/search/index.ts';
import type { BenchRow } from './kernel.ts';
import { groupOf100, transactional } from './scenarios.ts';

const RUNS = 2;

/** A large group whose members leave and come back, under each protocol, and transactions as fast as they go. */
export function groupBench(): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const protocol of ['classic', 'consumer'] as const) {
    rows.push(
      measure(groupOf100(protocol), `group of 100, ${protocol}, rebalances`, 'rebalances', rebalancesOf),
    );
  }
  rows.push(
    measure(transactional, 'transactions, committed', 'transactions', committedOf),
    measure(
      transactional,
      'transactions, acknowledged',
      'records',
      ({ operations }) => operations.produce!.ok,
    ),
  );
  return rows;
}

/** Generations of the group, or epochs of its members, that anybody was assigned partitions in. */
function rebalancesOf({ groups }: Result): number {
  return groups.reduce(
    (count, { rebalances }) => count + new Set(rebalances.map(({ generationId }) => generationId)).size,
    0,
  );
}

function committedOf({ transactions }: Result): number {
  return transactions.filter(({ outcome }) => outcome === 'ok').length;
}

function measure(
  scenario: Parameters<typeof runGuardedTrial>[0],
  name: string,
  unit: string,
  amountOf: (result: Result) => number,
): BenchRow {
  const seconds: number[] = [];
  let amount = 0;
  // The first run warms the compiler up.
  for (let run = 0; run <= RUNS; run++) {
    const startedAt = performance.now();
    const result = runGuardedTrial(scenario, { seed: '1', codec: 'objects', datasets: new Map() });
    if (result.verdict !== 'pass')
      throw new Error(`${name}: ${result.verdict}: a figure of a broken run is none`);
    if (run > 0) seconds.push((performance.now() - startedAt) / 1_000);
    amount = amountOf(result);
  }
  const mean = seconds.reduce((sum, each) => sum + each, 0) / RUNS;
  const spread = Math.max(...seconds.map((each) => Math.abs(each - mean))) / mean;
  return {
    name,
    unit,
    perSecond: Math.round((10 * amount) / mean) / 10,
    rme: Math.round(1_000 * spread) / 10,
  };
}
