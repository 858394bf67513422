import { describe, expect, it } from 'vitest';
import type { Result } from '../../../sim/result/index.ts';
import { runFault, runSmall } from './small-trial.ts';

type Lanes = Pick<Result, 'lanes'>;

/** Spans of a state on one node, in seconds from the start of the traffic. */
function spans({ lanes }: Lanes, node: string, state: string): [from: number, to: number][] {
  return lanes
    .filter((span) => span.node === node && span.state === state && span.to > 0)
    .map(({ from, to }) => [from / 1e6, to / 1e6]);
}

describe('each fault shows, and heals', () => {
  it('a killed leader is down, replaced, and recovers its logs without losing a byte', () => {
    const result = runFault({ kind: 'kill', target: 'leader:t-0' });
    const node = result.faults[0]!.targets[0]!;
    expect(result.verdict).toBe('pass');
    expect(spans(result, node, 'down')).toEqual([[2, 8]]);
    expect(spans(result, node, 'booting')).toEqual([[8, 9.5]]);
    expect(result.probes).toMatchObject({ 'crash: killed': 1, 'controller: broker session expired': 1 });
    expect(result.probes['log recovered']).toBeGreaterThan(0);
    expect(result.probes['log recovered, tail cut']).toBeUndefined();
    expect(result.operations.produce).toMatchObject({ fail: 0, unknown: 0 });
  });

  it('a leader that loses power is silent: requests to it time out instead of being refused', () => {
    const result = runFault({ kind: 'power-loss', target: 'leader:t-0' });
    const node = result.faults[0]!.targets[0]!;
    expect(result.verdict).toBe('pass');
    expect(spans(result, node, 'down')[0]![0]).toBe(2);
    expect(result.probes['crash: power lost']).toBe(1);
    expect(result.probes['request timed out']).toBeGreaterThan(0);
  });

  it('a stopped leader hands over before it goes, and leaves a clean directory', () => {
    const result = runFault({ kind: 'stop', target: 'leader:t-0' });
    expect(result.verdict).toBe('pass');
    expect(result.probes['exit: clean']).toBe(1);
    // Its metadata log is the quorum's and is always recovered; partitions' logs need not be.
    expect(result.probes['log recovered']).toBe(1);
  });

  it('a paused leader is replaced, and truncates what it appended alone', () => {
    const result = runFault({ kind: 'pause', target: 'leader:t-0' });
    expect(result.verdict).toBe('pass');
    expect(spans(result, result.faults[0]!.targets[0]!, 'paused')).toEqual([[2, 8]]);
    expect(result.probes['follower truncated']).toBeGreaterThan(0);
  });

  it('a leader cut off from the controllers is fenced though clients still reach it', () => {
    const result = runFault({ kind: 'partition', from: 'leader:t-0', to: 'controllers' });
    expect(result.verdict).toBe('pass');
    expect(result.probes).toMatchObject({ 'controller: broker session expired': 1 });
    expect(result.probes['broker: heartbeat failed']).toBeGreaterThan(0);
    expect(result.marks.map(({ kind }) => kind)).toContain('broker fenced');
  });

  it('a follower whose requests do not reach the brokers falls out of the ISR, and is not fenced', () => {
    const result = runFault({ kind: 'partition', from: 'follower:t-0', to: 'brokers', oneWay: true });
    expect(result.verdict).toBe('pass');
    expect(result.probes['isr shrink proposed']).toBeGreaterThan(0);
    expect(result.probes['controller: broker session expired']).toBeUndefined();
  });

  it.each(['inbound', 'outbound', 'both'] as const)('an isolated leader (%s) is replaced', (direction) => {
    const result = runFault({ kind: 'isolate', target: 'leader:t-0', direction });
    const node = result.faults[0]!.targets[0]!;
    expect(result.verdict).toBe('pass');
    expect(spans(result, node, 'isolated')).toEqual([[2, 8]]);
    expect(result.probes['controller: broker session expired']).toBe(1);
    expect(
      result.marks.some(({ kind, node: other }) => kind === 'partition leader elected' && other !== node),
    ).toBe(true);
  });

  it('a slow network slows acknowledgements by what it says', () => {
    const calm = runSmall({ duration: '6s' });
    const slow = runFault({ kind: 'slow-network', from: 'brokers', to: 'brokers', delay: '300ms' });
    expect(slow.verdict).toBe('pass');
    expect(calm.metrics.produceLatency.max).toBeLessThan(300_000);
    expect(slow.metrics.produceLatency.p99).toBeGreaterThan(300_000);
  });

  it('reset connections are made again within moments', () => {
    const result = runFault({ kind: 'reset-connections', from: 'brokers', to: 'clients' });
    expect(result.verdict).toBe('pass');
    expect(result.probes['fault: reset-connections']).toBe(1);
    expect(result.operations.produce).toMatchObject({ fail: 0, unknown: 0 });
  });

  it('a controller on a stalled disk decides nothing: heartbeats go unanswered until it heals', () => {
    const result = runFault({ kind: 'disk-stall', target: 'c101' });
    expect(result.verdict).toBe('pass');
    expect(spans(result, 'c101', 'disk stalled')).toEqual([[2, 8]]);
    expect(result.probes['request timed out']).toBeGreaterThan(0);
  });

  it.each(['read', 'write', 'sync'] as const)(
    'a broker whose disk fails to %s gives up, and comes back',
    (operation) => {
      const result = runFault({ kind: 'disk-error', target: 'leader:t-0', operation });
      const node = result.faults[0]!.targets[0]!;
      expect(result.verdict).toBe('pass');
      expect(result.probes['exit: failed']).toBe(1);
      expect(spans(result, node, 'down')[0]![1]).toBe(8);
    },
  );

  it('records from two hours ahead of a broker’s clock are refused until the clock is right again', () => {
    const result = runSmall({
      faults: [{ kind: 'clock-step', target: 'brokers', by: '2h', backwards: true, at: '2s', until: '8s' }],
    });
    expect(result.verdict).toBe('pass');
    expect(result.operations.produce!.fail).toBeGreaterThan(100);
    expect(result.operations.produce!.ok).toBeGreaterThan(100);
  });
});

describe('what a run is judged by', () => {
  it('a probe that is expected and never fires makes the run vacuous', () => {
    const result = runSmall({ duration: '2s', expect: { probes: ['crash: killed', 'controller elected'] } });
    expect(result.verdict).toBe('violation');
    expect(result.violations.map(({ check, evidence }) => [check, evidence])).toEqual([
      ['Vacuous', { probe: 'crash: killed' }],
    ]);
  });

  it('a cluster that is given no time to come back is stuck, and says on whom it waits', () => {
    const faults = [{ kind: 'power-loss' as const, target: 'b2', at: '1s' }];
    const result = runSmall({ duration: '4s', settle: '1s', faults });
    expect(result.verdict).toBe('stuck');
    expect(result.pending).toContain('b2 is not up');
  });

  it('a process that ends late, when its fault is long over, is started again', () => {
    const result = runSmall({
      duration: '3s',
      faults: [{ kind: 'stop', target: 'brokers', at: '2.98s', until: '2.99s' }],
    });
    expect(result.verdict).toBe('pass');
    expect(result.probes['exit: clean']).toBe(3);
  });

  it('a client that dies leaves what it had sent in doubt, not outstanding for ever', () => {
    const faults = [
      { kind: 'isolate' as const, target: 'p1', at: '1s', until: '4s' },
      { kind: 'kill' as const, target: 'p1', at: '3s', until: '4s' },
    ];
    const result = runSmall({ duration: '6s', faults });
    expect(result.verdict).toBe('pass');
    expect(result.operations.produce!.unknown).toBeGreaterThan(0);
  });

  it('when every broker loses power at once, replicated records go: allowed only if the scenario says so', () => {
    const faults = [{ kind: 'power-loss' as const, target: 'brokers', at: '2s', until: '8s' }];
    const unsaid = runSmall({ faults });
    const said = runSmall({ faults, expect: { mayLoseReplicated: true } });
    expect(unsaid.verdict).toBe('violation');
    expect(unsaid.violations.map(({ check }) => check)).toContain('NoReplicatedRecordLost');
    expect(said.verdict).toBe('pass');
    expect(said.allowed.map(({ check }) => check)).toContain('NoReplicatedRecordLost');
    expect(said.traceHash).toBe(unsaid.traceHash);
  });

  it('a fault whose role nobody has hits nobody, and says so', () => {
    const faults = [
      { kind: 'kill' as const, target: 'controllers', at: '1s', until: '3s' },
      { kind: 'kill' as const, target: 'controller-leader', at: '2s', until: '3s' },
    ];
    const result = runSmall({ duration: '4s', faults });
    expect(result.probes['fault found no target']).toBe(1);
    expect(result.faults.at(-1)!.targets).toEqual([]);
  });

  it('records that nobody was there to read are not called late', () => {
    const producers = [{ name: 'p1', topic: 't', workload: { kind: 'synthetic' as const, rate: 40 } }];
    const result = runSmall({ duration: '2s', traffic: { producers } });
    expect(result).toMatchObject({ verdict: 'pass', allowed: [] });
  });
});
