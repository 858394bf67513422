import { clientPlaces, formatDuration, type Scenario, type Target } from '../scenario/index.ts';
import type { Draw } from './fault-rule.ts';

/** Other bits out of the same ones: a fault has one variant, and may want many numbers. */
export function mixed(bits: number, purpose: number): number {
  let word = Math.imul(bits ^ Math.imul(purpose + 1, 0x9e3779b9), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

/** One of these; the purpose keeps several picks from one variant apart. */
export function pick<T>(bits: number, purpose: number, from: readonly T[]): T {
  return from[mixed(bits, purpose) % from.length]!;
}

/** So many times the unit, in words. */
export function between(bits: number, purpose: number, least: number, most: number, unitUs: number): string {
  return formatDuration((least + (mixed(bits, purpose) % (most - least + 1))) * unitUs);
}

/** The drawn target if it is a broker, another broker if it is not: what only brokers can lose and get back. */
export function brokerOf({ target, variant, scenario }: Draw): Target {
  if (!target.startsWith('c')) return target;
  return `b${1 + (variant % scenario.cluster.brokers)}`;
}

/** One of the scenario's clients' processes; nobody when it has none. */
export function clientOf(scenario: Scenario, bits: number): Target {
  const names = clientPlaces(scenario.traffic).map(({ name }) => name);
  return names.length === 0 ? 'clients' : pick(bits, 9, names);
}

/** A class of nodes that is large enough for every shape. */
export function groupOf({ cluster }: Scenario, bits: number): Target {
  const groups = ['servers', 'all'];
  if (cluster.brokers >= 3) groups.push('brokers');
  if (cluster.controllers >= 3) groups.push('controllers');
  return pick(bits, 0, groups);
}

/** The same names in an order that the salt decides. */
export function shuffled(names: readonly string[], salt: number): string[] {
  return names
    .map((name, i) => ({ name, rank: mixed(salt, 100 + i) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}
