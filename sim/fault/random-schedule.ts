import type { Random } from '../../engine/machine/index.ts';
import {
  durationUs,
  type Fault,
  type FaultKind,
  formatDuration,
  type RandomFaults,
  type Scenario,
  type Target,
} from '../scenario/index.ts';

/** Times are drawn in whole milliseconds, so that a schedule prints short. */
const GRAIN_US = 1_000;

/**
 * Draws a schedule whole, before anything runs, so that it can be printed, shrunk and kept. Faults stand in `atOnce`
 * lanes; in a lane the next begins only after the last one healed and the stability window passed: one lane is what
 * replication factor 3 with min ISR 2 promises to survive.
 */
export function drawSchedule(spec: RandomFaults, scenario: Scenario, random: Random): Fault[] {
  const endUs = durationUs(scenario.duration);
  const minUs = durationUs(spec.durationMin);
  const spanUs = durationUs(spec.durationMax) - minUs;
  const stabilityUs = durationUs(spec.stability);
  const faults: Fault[] = [];
  const lanes = Array.from({ length: spec.atOnce }, () => 0);
  for (let i = 0; i < spec.count; i++) {
    const lane = i % lanes.length;
    const atUs = lanes[lane]! + drawUs(random, stabilityUs);
    const untilUs = atUs + minUs + drawUs(random, spanUs);
    const fault = drawFault(spec.kinds[random.below(spec.kinds.length)]!, atUs, untilUs, scenario, random);
    if (untilUs >= endUs) continue;
    faults.push(fault);
    lanes[lane] = untilUs + stabilityUs;
  }
  return faults.sort((a, b) => durationUs(a.at) - durationUs(b.at));
}

function drawUs(random: Random, spanUs: number): number {
  const grains = Math.floor(spanUs / GRAIN_US);
  return grains <= 0 ? 0 : random.below(grains + 1) * GRAIN_US;
}

/** One fault of a kind. Every kind makes the same number of draws, so that dropping one does not change the others. */
function drawFault(
  kind: FaultKind,
  atUs: number,
  untilUs: number,
  scenario: Scenario,
  random: Random,
): Fault {
  const target = drawTarget(scenario, random);
  const variant = random.u32();
  const times = { at: formatDuration(atUs), until: formatDuration(untilUs) };
  switch (kind) {
    case 'kill':
    case 'power-loss':
    case 'stop':
    case 'pause':
    case 'disk-stall':
      return { kind, ...times, target };
    case 'isolate':
      return { kind, ...times, target, direction: (['both', 'inbound', 'outbound'] as const)[variant % 3]! };
    case 'partition':
      return {
        kind,
        ...times,
        from: target,
        to: variant % 4 === 0 ? 'clients' : 'brokers',
        oneWay: (variant >>> 8) % 2 === 0,
      };
    case 'slow-network':
      return {
        kind,
        ...times,
        from: target,
        to: 'brokers',
        delay: formatDuration((1 + (variant % 200)) * 1_000),
      };
    case 'reset-connections':
      return { kind, ...times, from: target, to: variant % 2 === 0 ? 'clients' : 'brokers' };
    case 'disk-error':
      return { kind, ...times, target, operation: (['read', 'write', 'sync'] as const)[variant % 3]! };
    case 'clock-step':
      return {
        kind,
        ...times,
        target,
        by: formatDuration((1 + (variant % 60)) * 1_000_000),
        backwards: (variant >>> 8) % 2 === 0,
      };
  }
}

/** A broker three times out of four, a leader among them; otherwise a controller. */
function drawTarget(scenario: Scenario, random: Random): Target {
  const { brokers, controllers, topics } = scenario.cluster;
  const choice = random.below(8);
  const node = random.u32();
  const topic = topics[random.below(topics.length)]!;
  if (choice < 4) return `b${1 + (node % brokers)}`;
  if (choice < 6) return `leader:${topic.name}-${node % topic.partitions}`;
  return choice === 6 ? 'controller-leader' : `c${101 + (node % controllers)}`;
}
