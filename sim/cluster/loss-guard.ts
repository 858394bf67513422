import { topicConfig } from '../../engine/metadata/index.ts';
import type { Fault, Scenario } from '../scenario/index.ts';
import type { Cluster } from './cluster.ts';
import { resolveTarget } from './targets.ts';
import { brokersOf } from './topology.ts';

/**
 * Whether a fault that may lose data leaves every partition of its targets with as many other in-sync replicas, on
 * running processes, as its min ISR: what is acknowledged is on all of these. The quorum must keep a majority besides.
 */
export function isSafe(fault: Fault, scenario: Scenario, cluster: Cluster): boolean {
  const named = 'target' in fault ? fault.target : 'among' in fault ? fault.among : fault.from;
  const hit = new Set(resolveTarget(named, scenario, cluster));
  const controllers = cluster.controllers.filter(({ name }) => !hit.has(name) && isUp(cluster, name));
  if (controllers.length * 2 <= cluster.controllers.length) return false;
  const image = cluster.active()?.image;
  if (image === undefined) return false;
  const ids = new Set(brokersOf(scenario).flatMap(({ id, name }) => (hit.has(name) ? [id] : [])));
  for (const name of image.topicNames()) {
    const minIsr = Number(topicConfig(image, name, 'min.insync.replicas'));
    for (const { isr, replicas } of image.topicsByName.get(name)!.partitions) {
      if (!replicas.some((id) => ids.has(id))) continue;
      const left = isr.filter((id) => !ids.has(id) && isUp(cluster, `b${id}`));
      if (left.length < Math.min(minIsr, replicas.length)) return false;
    }
  }
  return true;
}

function isUp(cluster: Cluster, name: string): boolean {
  const { state, paused } = cluster.host(name);
  return state === 'running' && !paused;
}
