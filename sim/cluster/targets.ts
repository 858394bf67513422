import { partitionOfLog, topicOfLog } from '../../engine/log/index.ts';
import { CONSUMER_OFFSETS, coordinatorPartition, TRANSACTION_STATE } from '../../engine/metadata/index.ts';
import type { Scenario, Target } from '../scenario/index.ts';
import type { Cluster } from './cluster.ts';
import { brokerName, clientsOf } from './topology.ts';

/** The hosts that a target names at this moment, each once; none when nobody has that role. */
export function resolveTarget(target: Target, scenario: Scenario, cluster: Cluster): string[] {
  if (!target.includes('+')) return resolveOne(target, scenario, cluster);
  return [...new Set(target.split('+').flatMap((one) => resolveOne(one.trim(), scenario, cluster)))];
}

function resolveOne(target: Target, scenario: Scenario, cluster: Cluster): string[] {
  const servers = [...cluster.brokers, ...cluster.controllers];
  switch (target) {
    case 'brokers':
      return cluster.brokers.map(({ name }) => name);
    case 'controllers':
      return cluster.controllers.map(({ name }) => name);
    case 'clients':
      return clientsOf(scenario).map(({ name }) => name);
    case 'servers':
      return servers.map(({ name }) => name);
    case 'all':
      return [...servers, ...clientsOf(scenario)].map(({ name }) => name);
    case 'controller-leader':
      return cluster
        .controllerViews()
        .filter(({ view }) => view?.isActive === true)
        .map(({ name }) => name);
  }
  if (target.startsWith('rack:'))
    return servers.filter(({ rack }) => rack === target.slice(5)).map(({ name }) => name);
  if (target.startsWith('region:'))
    return servers
      .filter(({ name }) => cluster.network.host(name).location.region === target.slice(7))
      .map(({ name }) => name);
  if (target.startsWith('followers:')) return partitionRole(target.slice(10), cluster, 'followers');
  if (target.startsWith('leader:')) return partitionRole(target.slice(7), cluster, 'leader');
  if (target.startsWith('follower:')) return partitionRole(target.slice(9), cluster, 'follower');
  if (target.startsWith('group-coordinator:'))
    return coordinatorOf(CONSUMER_OFFSETS, target.slice(18), cluster);
  if (target.startsWith('transaction-coordinator:'))
    return coordinatorOf(TRANSACTION_STATE, target.slice(24), cluster);
  if (cluster.hosts.has(target)) return [target];
  return clientsOf(scenario)
    .filter(({ client }) => client === target)
    .map(({ name }) => name);
}

/** The leader of the partition of a coordinators' topic to which a group or a transactional id belongs. */
function coordinatorOf(topic: string, key: string, cluster: Cluster): string[] {
  const partitions = cluster.active()?.image.topicsByName.get(topic)?.partitions.length ?? 0;
  return partitions === 0
    ? []
    : partitionRole(`${topic}-${coordinatorPartition(key, partitions)}`, cluster, 'leader');
}

function partitionRole(log: string, cluster: Cluster, role: 'leader' | 'follower' | 'followers'): string[] {
  const topic = cluster.active()?.image.topicsByName.get(topicOfLog(log));
  const partition = topic?.partitions[partitionOfLog(log)];
  if (partition === undefined || partition.leader === -1) return [];
  if (role === 'leader') return [brokerName(partition.leader)];
  if (role === 'followers')
    return partition.replicas.filter((id) => id !== partition.leader).map((id) => brokerName(id));
  const follower = partition.isr.find((id) => id !== partition.leader);
  return follower === undefined ? [] : [brokerName(follower)];
}
