import { describe, expect, it } from 'vitest';
import { describeDivergence, findDivergence, firstDifference } from '../../../sim/search/index.ts';
import { smallScenario } from '../cluster/small-trial.ts';

/** A run that tells these lines the first time, and those the second. */
function runs(...tellings: string[][]): (line: (line: string) => void) => void {
  let times = 0;
  return (line) => {
    for (const told of tellings[times++]!) line(told);
  };
}

describe('two runs of one seed', () => {
  it('agree when every event does', () => {
    expect(firstDifference(runs(['a', 'b'], ['a', 'b']))).toBeNull();
  });

  it('differ first where they differ first', () => {
    const divergence = firstDifference(runs(['a', 'b', 'c'], ['a', 'x', 'y']));
    expect(divergence).toEqual({ event: 1, first: 'b', second: 'x' });
    expect(describeDivergence(divergence!)).toContain('event 1:\n    one    b\n    other  x');
  });

  it('differ where one of them ends', () => {
    expect(firstDifference(runs(['a', 'b'], ['a']))).toEqual({ event: 1, first: 'b', second: null });
    expect(firstDifference(runs(['a'], ['a', 'b']))).toEqual({ event: 1, first: null, second: 'b' });
    expect(describeDivergence({ event: 1, first: null, second: 'b' })).toContain('the run had ended');
  });

  it('are named by the event that luck from outside changed', () => {
    let frames = 0;
    const divergence = findDivergence(smallScenario({ duration: '1s' }), {
      seed: '1',
      codec: 'objects',
      datasets: new Map(),
      // Counts over both runs: the frame lies in the second one.
      sabotage: (frame) => {
        frames++;
        return frames === 700 ? { ...frame, correlationId: frame.correlationId + 1_000 } : frame;
      },
    });
    expect(divergence).not.toBeNull();
    expect(divergence!.first).not.toBe(divergence!.second);
  });
});
