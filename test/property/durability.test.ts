import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sim/scenario/index.ts';
import { leaderAnswersAlone, lossIn, scenarioWith, schedules, trialOf } from './durability.ts';

describe('acks=all with min.insync.replicas=2', () => {
  it('loses no acknowledged record under any schedule within the budget', () => {
    fc.assert(
      fc.property(schedules, (faults) => {
        const result = trialOf(faults);
        expect(result.violations).toEqual([]);
        expect(result.pending).toEqual([]);
      }),
      { numRuns: 15, seed: 20_260_101 },
    );
  }, 240_000);

  it('on an engine that answers alone, is refuted by a short schedule, printed as a scenario file', () => {
    const search = fc.check(
      fc.property(schedules, (faults) => lossIn(trialOf(faults, { sabotage: leaderAnswersAlone })) === null),
      { numRuns: 60, seed: 20_260_101 },
    );
    expect(search.failed).toBe(true);
    const [faults] = search.counterexample as [readonly Fault[]];
    expect(faults.length).toBe(1);
    const file = JSON.stringify(scenarioWith(faults), null, 2);
    expect(JSON.parse(file)).toEqual(scenarioWith(faults));
    console.log(`smallest schedule after ${search.numShrinks} shrinks:\n${JSON.stringify(faults, null, 2)}`);
  }, 240_000);
});
