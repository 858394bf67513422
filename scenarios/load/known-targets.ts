import { ADMIN_HOST, brokersOf, controllersOf, OPERATIONS_HOST } from '../../sim/cluster/index.ts';
import type { Scenario } from '../../sim/scenario/index.ts';
import { racksOf } from './racks.ts';

/** What a target may say for several nodes, or for whoever has a role. */
const CLASSES = ['brokers', 'controllers', 'clients', 'controller-leader'] as const;

/** Names that a client cannot have: a target must name one thing. */
export function reservedNames(scenario: Scenario): string[] {
  return [
    ...CLASSES,
    ADMIN_HOST,
    OPERATIONS_HOST,
    ...[...brokersOf(scenario), ...controllersOf(scenario)].map(({ name }) => name),
  ];
}

/** Every target that names something in this scenario. */
export function knownTargets(scenario: Scenario): ReadonlySet<string> {
  const { producers, consumers } = scenario.traffic;
  const targets = new Set<string>(reservedNames(scenario));
  targets.delete(ADMIN_HOST);
  targets.delete(OPERATIONS_HOST);
  for (const rack of racksOf(scenario)) targets.add(`rack:${rack}`);
  for (const { name } of [...producers, ...consumers]) targets.add(name);
  for (const { name, partitions } of scenario.cluster.topics) {
    for (let i = 0; i < partitions; i++) {
      targets.add(`leader:${name}-${i}`);
      targets.add(`follower:${name}-${i}`);
    }
  }
  return targets;
}
