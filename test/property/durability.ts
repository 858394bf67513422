import fc from 'fast-check';
import type { Frame } from '../../engine/machine/index.ts';
import { parseScenario } from '../../scenarios/load/index.ts';
import { runTrial, type TrialOptions, type TrialResult } from '../../sim/cluster/index.ts';
import { type Fault, formatDuration, type Scenario } from '../../sim/scenario/index.ts';

/**
 * The cluster and the traffic that schedules are drawn against; small, so that a case takes a fraction of a second.
 */
export function scenarioWith(faults: readonly Fault[]): Scenario {
  return parseScenario('property', {
    name: 'property',
    cluster: {
      brokers: 3,
      racks: 3,
      topics: [{ name: 't', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    },
    traffic: {
      producers: [
        { name: 'p1', topic: 't', workload: { kind: 'synthetic', rate: 100, valueBytes: 64, keys: 10 } },
      ],
      consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
    },
    faults,
    duration: '60s',
  });
}

const SECOND = 1_000_000;
/** Times are drawn in halves of a second, so that a search shrinks in few steps. */
const GRAIN_US = 500_000;

/** What one fault of a schedule is drawn from: everything that min ISR 2 of 3 promises to survive, one at a time. */
const drawnFault = fc.record({
  kind: fc.constantFrom(
    'kill' as const,
    'power-loss' as const,
    'pause' as const,
    'isolate' as const,
    'stop' as const,
  ),
  target: fc.constantFrom('b1', 'b2', 'b3', 'leader:t-0', 'leader:t-1', 'controller-leader'),
  waits: fc.integer({ min: 0, max: 8 }),
  lasts: fc.integer({ min: 1, max: 24 }),
});

/** Time after a heal in which a broker boots, registers and is in sync again. */
const STABILITY_US = 15 * SECOND;

/** Schedules within the budget: the next fault begins when the last has healed and its node has caught up. */
export const schedules: fc.Arbitrary<readonly Fault[]> = fc
  .array(drawnFault, { maxLength: 4 })
  .map((drawn) => {
    const faults: Fault[] = [];
    let next = 2 * SECOND;
    for (const { kind, target, waits, lasts } of drawn) {
      const at = next + waits * GRAIN_US;
      const until = at + lasts * GRAIN_US;
      if (until > 55 * SECOND) break;
      const times = { at: formatDuration(at), until: formatDuration(until) };
      faults.push(
        kind === 'isolate' ? { kind, ...times, target, direction: 'both' } : { kind, ...times, target },
      );
      next = until + STABILITY_US;
    }
    return faults;
  });

export function trialOf(faults: readonly Fault[], rest: Partial<TrialOptions> = {}): TrialResult {
  return runTrial(scenarioWith(faults), { seed: '7', codec: 'objects', datasets: new Map(), ...rest });
}

/** Why a run shows that an acknowledged record was lost, or null. */
export function lossIn(result: TrialResult): string | null {
  const loss = result.violations.find(({ check }) => check === 'lost' || check === 'lost-write');
  return loss === undefined ? null : `${loss.check}: ${loss.message}`;
}

/** A broken engine: what a producer asked to be acknowledged by all is acknowledged by the leader alone. */
export function leaderAnswersAlone(frame: Frame): Frame {
  if (frame.kind !== 'request' || frame.apiKey !== 0) return frame;
  return { ...frame, body: { ...frame.body, acks: 1 } };
}
