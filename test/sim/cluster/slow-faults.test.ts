import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../scenarios/load/index.ts';
import type { TrialResult } from '../../../sim/cluster/index.ts';
import { Trial } from '../../../sim/cluster/trial.ts';
import { type FaultInput, runSmall, smallScenario } from './small-trial.ts';

function run(fault: Omit<FaultInput, 'at' | 'until'>): TrialResult {
  return runSmall({ duration: '14s', faults: [{ ...fault, at: '2s', until: '9s' } as FaultInput] });
}

/** Brokers sync every record before they answer for it: then a slow disk shows. */
function runSynced(fault: FaultInput | null): TrialResult {
  const scenario = smallScenario({ duration: '14s', faults: fault === null ? [] : [fault] });
  const topics = scenario.cluster.topics.map((topic) => ({
    ...topic,
    config: { ...topic.config, 'flush.messages': 1 },
  }));
  const input = { ...scenario, cluster: { ...scenario.cluster, topics } };
  return runSmall(parseScenario('synced', input) as Parameters<typeof runSmall>[0]);
}

const calm = run({ kind: 'clock-freeze', target: 'p1' } as FaultInput);

describe('faults that only slow things down', () => {
  it('lost packets are repeated: later, and none missing', () => {
    const lossy = run({ kind: 'packet-loss', from: 'p1', to: 'brokers', lossPer10k: 3_000 } as FaultInput);
    expect(lossy).toMatchObject({ verdict: 'pass', operations: { produce: { fail: 0 } } });
    expect(lossy.metrics.produceLatency.p99).toBeGreaterThan(calm.metrics.produceLatency.max);
  });

  it('a narrow way holds frames up by their size', () => {
    const narrow = run({
      kind: 'limit-bandwidth',
      from: 'p1',
      to: 'brokers',
      bytesPerSecond: 6_000,
    } as FaultInput);
    expect(narrow.verdict).toBe('pass');
    expect(narrow.metrics.produceLatency.p99).toBeGreaterThan(calm.metrics.produceLatency.max);
  });

  it('a slow disk slows what waits for syncs; it is nobody’s failure', () => {
    const timed = { at: '2s', until: '9s', target: 'brokers' } as const;
    const fast = runSynced(null);
    const slow = runSynced({ kind: 'disk-slow', delay: '200ms', ...timed });
    expect(slow.verdict).toBe('pass');
    expect(slow.metrics.produceLatency.p95).toBeGreaterThan(fast.metrics.produceLatency.p95 + 50_000);
    expect(slow.probes).not.toHaveProperty(['exit: failed']);
  });

  it('a throttled disk syncs no more than its ceiling', () => {
    const timed = { at: '2s', until: '9s', target: 'brokers' } as const;
    const fast = runSynced(null);
    const slow = runSynced({ kind: 'disk-throttle', bytesPerSecond: 5_000, ...timed });
    expect(slow.verdict).toBe('pass');
    expect(slow.metrics.produceLatency.max).toBeGreaterThan(2 * fast.metrics.produceLatency.max);
  });
});

describe('faults of clocks', () => {
  /** How far each host’s wall clock is off at the end of the traffic, while the fault holds. */
  function skews(fault: FaultInput): Record<string, number> {
    const scenario = smallScenario({ duration: '6s', faults: [fault] });
    const trial = new Trial(scenario, { seed: '1', codec: 'objects', datasets: new Map() });
    trial.boot();
    trial.runTraffic();
    const off: Record<string, number> = {};
    for (const [name, host] of trial.cluster.hosts) off[name] = host.clock.skewUs();
    trial.settle();
    for (const host of trial.cluster.hosts.values()) expect(host.clock.skewUs()).toBe(0);
    expect(trial.result(null).verdict).toBe('pass');
    return off;
  }

  it('skew: every server is off by another constant, clients are not, and all is right after the heal', () => {
    const off = skews({ kind: 'clock-skew', target: 'servers', within: '30s', salt: 5, at: '1s' });
    const servers = ['b1', 'b2', 'b3', 'c101'].map((name) => off[name]!);
    expect(new Set(servers).size).toBe(4);
    for (const us of servers) expect(Math.abs(us)).toBeLessThanOrEqual(30_000_000);
    expect(off.p1).toBe(0);
  });

  it('drift: a clock gains so much per million', () => {
    const off = skews({ kind: 'clock-drift', target: 'b2', ppm: 10_000, at: '1s' });
    expect(off).toMatchObject({ b1: 0, b2: 50_000 });
  });

  it('freeze: a clock falls behind by as long as it stands', () => {
    const off = skews({ kind: 'clock-freeze', target: 'b2', at: '1s' });
    expect(off).toMatchObject({ b1: 0, b2: -5_000_000 });
  });
});

describe('what a loss is judged by', () => {
  const wipe = (target: string): FaultInput => ({ kind: 'wipe', target, at: '4s', until: '5s' });

  it('one wiped replica of three loses nothing', () => {
    expect(runSmall({ duration: '14s', faults: [wipe('leader:t-0')] })).toMatchObject({
      verdict: 'pass',
      allowed: [],
    });
  });

  it('every replica wiped at once is beyond the promise: a violation unless the scenario says so', () => {
    const unsaid = runSmall({ duration: '12s', settle: '20s', faults: [wipe('brokers')] });
    expect(unsaid.violations.map(({ check }) => check)).toContain('NoReplicatedRecordLost');
    const said = runSmall({
      duration: '12s',
      settle: '20s',
      faults: [wipe('brokers')],
      expect: { mayLoseReplicated: true },
    });
    expect(said.violations).toEqual([]);
    expect(said.allowed.map(({ check }) => check)).toContain('NoReplicatedRecordLost');
  });

  it('a fault that says whenSafe is left out when it would be one too many', () => {
    const result = runSmall({
      duration: '14s',
      faults: [
        { kind: 'kill', target: 'b1', at: '1s', until: '9s' },
        { kind: 'kill', target: 'b2', at: '7s', until: '9s', whenSafe: true },
      ],
    });
    expect(result.faults).toHaveLength(1);
    expect(result.probes).toHaveProperty(['fault left out: it would have been one too many']);
  });

  it('damage at rest that stays is told, by replicas that differ', () => {
    const faults: FaultInput[] = [{ kind: 'stale-block', target: 'b1', salt: 7, at: '4s' }];
    const scenario = smallScenario({ duration: '8s', faults });
    const trial = new Trial(scenario, { seed: '1', codec: 'objects', datasets: new Map() });
    trial.boot();
    trial.runTraffic();
    // Not healed: the result is taken as things stand.
    expect(trial.result(null).violations.map(({ check }) => check)).toContain('ReplicasIdentical');
  });
});
