import type { Random } from '../../engine/machine/index.ts';
import {
  durationUs,
  type Fault,
  type FaultKind,
  formatDuration,
  groupsOf,
  type RandomFaults,
  type Scenario,
  type Target,
  transactionalIdsOf,
} from '../scenario/index.ts';
import { LossBudget } from './loss-budget.ts';
import { FAULT_RULES } from './rules.ts';

/** Times are drawn in whole milliseconds, so that a schedule prints short. */
const GRAIN_US = 1_000;
/** The heaviest kind of a swarm is drawn so much more often than the lightest. */
const MAX_WEIGHT = 100;

/**
 * Draws a schedule whole, before anything runs, so that it can be printed, shrunk and kept. Faults stand in `atOnce`
 * lanes; in a lane the next begins only after the last one healed and the stability window passed. What may lose data
 * must fit the loss budget besides.
 *
 * Order of draws: for a swarm, one word per kind (bit 0: enabled; the rest: its weight). Then for every fault: delay
 * after the lane is free, duration, kind, target (three words), variant. A fault that does not fit is left out after
 * its draws, so that leaving it out changes no other.
 */
export function drawSchedule(spec: RandomFaults, scenario: Scenario, random: Random): Fault[] {
  const endUs = durationUs(scenario.duration);
  const minUs = durationUs(spec.durationMin);
  const spanUs = durationUs(spec.durationMax) - minUs;
  const stabilityUs = durationUs(spec.stability);
  const kinds = spec.swarm ? drawSwarm(spec.kinds, random) : spec.kinds;
  const budget = new LossBudget(scenario, stabilityUs);
  const faults: Fault[] = [];
  const lanes = Array.from({ length: spec.atOnce }, () => 0);
  for (let i = 0; i < spec.count; i++) {
    const lane = i % lanes.length;
    const atUs = lanes[lane]! + drawUs(random, stabilityUs);
    const untilUs = atUs + minUs + drawUs(random, spanUs);
    const fault = drawFault(kinds[random.below(kinds.length)]!, atUs, untilUs, scenario, random);
    if (untilUs >= endUs || !budget.take(fault, atUs, untilUs)) continue;
    faults.push(
      budget.isKept && FAULT_RULES[fault.kind].cost === 'lossy' ? { ...fault, whenSafe: true } : fault,
    );
    lanes[lane] = untilUs + stabilityUs;
  }
  return faults.sort((a, b) => durationUs(a.at) - durationUs(b.at));
}

/** A random half of the kinds, each as often in the list as it weighs. All of them when none is enabled. */
function drawSwarm(kinds: readonly FaultKind[], random: Random): readonly FaultKind[] {
  const urn: FaultKind[] = [];
  for (const kind of kinds) {
    const word = random.u32();
    if ((word & 1) === 0) continue;
    const weight = 1 + ((word >>> 1) % MAX_WEIGHT);
    for (let i = 0; i < weight; i++) urn.push(kind);
  }
  return urn.length === 0 ? kinds : urn;
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
  const { kind: _, ...drawn } = FAULT_RULES[kind].draw({ scenario, target, variant });
  return { kind, at: formatDuration(atUs), until: formatDuration(untilUs), ...drawn } as Fault;
}

/** A broker three times out of four, a leader or a coordinator among them; otherwise a controller. */
function drawTarget(scenario: Scenario, random: Random): Target {
  const { brokers, controllers, topics } = scenario.cluster;
  const coordinators = coordinatorsOf(scenario);
  const choice = random.below(8);
  const node = random.u32();
  const topic = topics[random.below(topics.length)]!;
  if (choice === 3 && coordinators.length > 0) return coordinators[node % coordinators.length]!;
  if (choice < 4) return `b${1 + (node % brokers)}`;
  if (choice < 6) return `leader:${topic.name}-${node % topic.partitions}`;
  return choice === 6 ? 'controller-leader' : `c${101 + (node % controllers)}`;
}

function coordinatorsOf({ traffic }: Scenario): Target[] {
  return [
    ...groupsOf(traffic).map((group) => `group-coordinator:${group}`),
    ...transactionalIdsOf(traffic).map((id) => `transaction-coordinator:${id}`),
  ];
}
