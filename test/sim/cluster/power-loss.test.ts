import { describe, expect, it } from 'vitest';
import { runSmall } from './small-trial.ts';

describe('a machine that loses power', () => {
  // Seeds in which the undoing of creations that were not synced takes the directory when nobody syncs its name.
  it.each(['4', '5', '6'])('soon after its first start still has its log directory (seed %s)', (seed) => {
    const controller = { kind: 'power-loss', target: 'c101', at: '0.1s', until: '1s' } as const;
    const broker = { kind: 'power-loss', target: 'b2', at: '0.2s', until: '1.2s' } as const;
    const result = runSmall({ faults: [controller, broker], duration: '4s' }, { seed });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.probes['crash: power lost']).toBe(2);
  });

  it('and had the only replica: records are gone, which is allowed, and consumers go back to where the log ends', () => {
    const result = runSmall({
      cluster: {
        brokers: 1,
        controllers: 1,
        topics: [{ name: 't', partitions: 2, replicationFactor: 1 }],
        controllerConfig: { 'broker.session.timeout.ms': 4_000 },
      },
      faults: [{ kind: 'power-loss', target: 'b1', at: '11.9s', until: '12s' }],
    });
    expect(result.violations).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.allowed.map(({ check }) => check)).toContain('LeaderCompleteness');
    expect(result.probes['consumer met a truncated log']).toBeGreaterThan(0);
  });
});
