import { describe, expect, it } from 'vitest';
import type { Random } from '../../../engine/machine/index.ts';
import { parseScenario } from '../../../scenarios/load/index.ts';
import { drawSchedule, FAULT_KINDS } from '../../../sim/fault/index.ts';
import { RandomStreams } from '../../../sim/random/index.ts';
import { durationUs, type Fault, type RandomFaults } from '../../../sim/scenario/index.ts';
import { smallScenario } from '../cluster/small-trial.ts';

const KINDS = FAULT_KINDS;
const scenario = smallScenario({ duration: '10m' });
const SEEDS = Array.from({ length: 60 }, (_, i) => String(i));

function spec(changes: Partial<RandomFaults> = {}): RandomFaults {
  const times = { swarm: false, durationMin: '1s', durationMax: '15s', stability: '10s' };
  return { count: 20, kinds: KINDS, atOnce: 1, ...times, ...changes };
}

function draw(seed: string, changes: Partial<RandomFaults> = {}): Fault[] {
  return drawSchedule(spec(changes), scenario, new RandomStreams(seed).stream('faults'));
}

const from = (fault: Fault): number => durationUs(fault.at);
const to = (fault: Fault): number => durationUs(fault.until!);

describe('a drawn schedule', () => {
  it('is the same for one seed and another for the next', () => {
    expect(draw('7')).toEqual(draw('7'));
    expect(draw('7')).not.toEqual(draw('8'));
  });

  it('has every kind among a few seeds, in order of time, and each heals before the end', () => {
    const all = SEEDS.flatMap((seed) => {
      const faults = draw(seed);
      expect(faults.map(from)).toEqual(faults.map(from).toSorted((a, b) => a - b));
      return faults;
    });
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(all.every((fault) => to(fault) > from(fault) && to(fault) < durationUs('10m'))).toBe(true);
    expect(all.every((fault) => to(fault) - from(fault) <= durationUs('15s'))).toBe(true);
  });

  it.each([1, 2, 3])('keeps within %i at once, and leaves the stability window after each heal', (atOnce) => {
    for (const seed of SEEDS) {
      const faults = draw(seed, { atOnce, count: 30 });
      for (const fault of faults) {
        // A fault counts until the quiet time after its heal is over.
        const holding = faults.filter(
          (other) => from(other) <= from(fault) && from(fault) < to(other) + durationUs('10s'),
        );
        expect(holding.length).toBeLessThanOrEqual(atOnce);
      }
    }
  });

  it('is whole: what it prints runs as explicit faults', () => {
    for (const seed of SEEDS.slice(0, 10)) {
      const faults = draw(seed);
      const written = { ...scenario, faults: JSON.parse(JSON.stringify(faults)) as unknown };
      expect(parseScenario('drawn', written).faults).toEqual(faults);
    }
  });

  it('takes the same draws for a fault of any kind, so that dropping one leaves the others as they were', () => {
    const draws = KINDS.map((kind) => {
      const counting = counted(new RandomStreams('1').stream('faults'));
      drawSchedule(spec({ kinds: [kind], count: 3 }), scenario, counting.random);
      return counting.times();
    });
    expect(new Set(draws).size).toBe(1);
    const all = draw('3');
    const fewer = draw('3', { count: 5 });
    expect(all.slice(0, fewer.length)).toEqual(fewer);
  });
});

function counted(random: Random): { random: Random; times: () => number } {
  let times = 0;
  return {
    random: {
      u32: () => {
        times++;
        return random.u32();
      },
      below: (bound) => {
        times++;
        return random.below(bound);
      },
    },
    times: () => times,
  };
}
