import { imageDifference } from '../../../engine/metadata/index.ts';
import type { Violation } from '../../result/index.ts';
import { activeController, type ClusterViews } from '../cluster-views.ts';

export const SAME_METADATA = {
  name: 'SameMetadata',
  property:
    'Whoever has read the metadata log up to where the active controller has it has the same image: partitions, brokers, configurations, features.',
} as const;

/** State Machine Safety of what is built from the log, and with it the convergence of configurations. */
export function validateMetadata(at: number, views: ClusterViews): Violation[] {
  const controller = activeController(views);
  if (controller === null) return [];
  const violations: Violation[] = [];
  for (const { name, view } of [...views.brokers, ...views.controllers]) {
    if (view === null || view === controller || view.metadataOffset !== controller.metadataOffset) continue;
    const delta = imageDifference(view.image, controller.image);
    const partitions = delta.partitions();
    const differs = [
      ...partitions.map(({ topic, partition }) => `partition ${topic}-${partition}`),
      ...delta.configs.map(({ resourceName }) => `configuration of "${resourceName}"`),
      ...delta.brokers().map(({ id }) => `broker ${id}`),
    ];
    if (differs.length === 0) continue;
    violations.push({
      check: SAME_METADATA.name,
      at,
      message: `${name} has read as far as controller ${controller.nodeId}, up to ${view.metadataOffset}, and has another image: ${differs.join(', ')}`,
      evidence: { node: name, metadataOffset: view.metadataOffset, differs },
    });
  }
  return violations;
}
