import { describe, expect, it } from 'vitest';
import { loadSweep } from '../../../scenarios/load/index.ts';
import type { SweepPoint } from '../../../sim/result/index.ts';
import { measuredCell, runGuardedTrial } from '../../../sim/search/index.ts';

/** Some cells of the shipped grid, each for a fifth of a simulated second. */
async function measure(wanted: Readonly<Record<string, string | number>>): Promise<SweepPoint> {
  const { cells, seed } = await loadSweep('scenarios/sweep/acks-replication-batch.ts');
  const cell = cells.find(({ configuration }) => JSON.stringify(configuration) === JSON.stringify(wanted))!;
  const scenario = { ...cell.scenario, duration: '0.2s' };
  const result = runGuardedTrial(scenario, { seed, codec: 'objects', datasets: new Map() });
  return measuredCell(cell.configuration, result);
}

describe('a cell of a sweep', () => {
  it('never replicates more than disks and links can carry, and acks=all never beats acks=1', async () => {
    for (const replication of [1, 3]) {
      const [one, all] = [
        await measure({ acks: '1', replication, 'batch.size': 131_072 }),
        await measure({ acks: 'all', replication, 'batch.size': 131_072 }),
      ];
      for (const point of [one, all]) {
        expect(point.verdict).toBe('pass');
        expect(point.bytesPerSecond).toBeGreaterThan(0);
        expect(point.replicatedBytesPerSecond).toBeLessThanOrEqual(point.boundBytesPerSecond);
      }
      expect(all.bytesPerSecond).toBeLessThanOrEqual(one.bytesPerSecond);
    }
  });

  it('carries less with more replicas', async () => {
    const cell = (replication: number) => measure({ acks: 'all', replication, 'batch.size': 131_072 });
    expect((await cell(3)).bytesPerSecond).toBeLessThan((await cell(1)).bytesPerSecond);
  });
});
