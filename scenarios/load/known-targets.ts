import { ADMIN_HOST, brokersOf, clientsOf, controllersOf, OPERATIONS_HOST } from '../../sim/cluster/index.ts';
import { groupsOf, type Scenario, transactionalIdsOf } from '../../sim/scenario/index.ts';
import { racksOf } from './racks.ts';

/** What a target may say for several nodes, or for whoever has a role. */
const CLASSES = ['brokers', 'controllers', 'servers', 'clients', 'all', 'controller-leader'] as const;

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
  const targets = new Set<string>(reservedNames(scenario));
  targets.delete(ADMIN_HOST);
  targets.delete(OPERATIONS_HOST);
  for (const rack of racksOf(scenario)) targets.add(`rack:${rack}`);
  for (let region = 1; region <= scenario.cluster.network.regions; region++) targets.add(`region:${region}`);
  for (const { name, client } of clientsOf(scenario)) targets.add(name).add(client);
  for (const group of groupsOf(scenario.traffic)) targets.add(`group-coordinator:${group}`);
  for (const id of transactionalIdsOf(scenario.traffic)) targets.add(`transaction-coordinator:${id}`);
  for (const { name, partitions } of scenario.cluster.topics) {
    for (let i = 0; i < partitions; i++) {
      targets.add(`leader:${name}-${i}`);
      targets.add(`follower:${name}-${i}`);
      targets.add(`followers:${name}-${i}`);
    }
  }
  return targets;
}

/** The nodes that a target names whatever happens; null when that is seen only in the run. */
export function membersOf(target: string, scenario: Scenario): string[] | null {
  const brokers = brokersOf(scenario);
  const controllers = controllersOf(scenario);
  const clients = clientsOf(scenario);
  const all = [...brokers, ...controllers, ...clients];
  const rack = target.startsWith('rack:') ? target.slice(5) : null;
  if (rack !== null) return [...brokers, ...controllers].filter((each) => each.rack === rack).map(named);
  switch (target) {
    case 'brokers':
      return brokers.map(named);
    case 'controllers':
      return controllers.map(named);
    case 'servers':
      return [...brokers, ...controllers].map(named);
    case 'clients':
      return clients.map(named);
    case 'all':
      return all.map(named);
    default: {
      const ofClient = clients.filter(({ client }) => client === target);
      const found = [...all.filter(({ name }) => name === target), ...ofClient].map(named);
      return found.length > 0 ? [...new Set(found)] : null;
    }
  }
}

function named({ name }: { readonly name: string }): string {
  return name;
}
