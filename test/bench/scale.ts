import { Trial } from '../../sim/cluster/trial.ts';
import type { BenchRow } from './kernel.ts';
import { scale } from './scenarios.ts';

/**
 * One large cluster from cold machines to the verdict, a broker lost on the way: simulated time by CPU time, whole and
 * in its phases. Once, cold: nobody runs it four times to warm up.
 */
export function scaleBench(): BenchRow[] {
  const trial = new Trial(scale, { seed: '1', codec: 'objects', datasets: new Map() });
  const rows: BenchRow[] = [];
  const began = process.cpuUsage();
  const measure = (what: string, phase: () => void): void => {
    const fromUs = trial.cluster.kernel.now;
    const before = process.cpuUsage();
    phase();
    rows.push(rowOf(what, trial.cluster.kernel.now - fromUs, before));
  };
  measure('boot', () => {
    if (!trial.boot()) throw new Error('the large cluster did not come up');
  });
  measure('traffic', () => trial.runTraffic());
  measure('settling', () => trial.settle());
  const { verdict } = trial.result(null);
  if (verdict !== 'pass') throw new Error(`scale: ${verdict}: a figure of a broken run is none`);
  rows.push(rowOf('whole', trial.cluster.kernel.now, began));
  return rows;
}

function rowOf(what: string, simulatedUs: number, before: NodeJS.CpuUsage): BenchRow {
  const { user, system } = process.cpuUsage(before);
  const perSecond = Math.round((100 * simulatedUs) / (user + system)) / 100;
  return { name: `scale, ${what}`, unit: 'simulated s', perSecond, rme: 0 };
}
