import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../../scenarios/load/index.ts';
import { runTrial } from '../../../sim/cluster/index.ts';

describe('two transactional producers of one topic', () => {
  it('mix their writes, and show others what is not committed: known, named, and no violation', async () => {
    const scenario = await loadScenario('aborted-transactions', [
      'duration=4s',
      'faults=[]',
      'expect.probes=[]',
    ]);
    const result = runTrial(scenario, { seed: '1', codec: 'objects', datasets: new Map() });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    const names = new Set(result.weaknesses.map(({ weakness }) => weakness));
    expect(names).toContain('writes of transactions are mixed');
    expect(names).toContain('readers of what is not committed');
    const g0 = result.weaknesses.find(({ check }) => check === 'G0')!;
    expect(g0.message).toMatch(
      /^transaction \d+ of p\d wrote \d+ to orders-\d, right before \d+ of transaction/,
    );
    expect(result.allowed.map(({ check }) => check)).not.toContain('G0');
  });
});
