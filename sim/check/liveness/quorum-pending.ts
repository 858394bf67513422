import type { ControllerView } from '../../../engine/server/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

/**
 * Why nobody decides, by what each controller is (`EventuallyLeaderElected`, `NotStuckInProspective`):
 * `no controller is active: c101 is prospective in epoch 5, c102 is not up`.
 */
export function describeNobodyActive(views: Pick<ClusterViews, 'controllers'>): string {
  const places = views.controllers.map(({ name, up, view }) => {
    if (!up || view === null) return `${name} is not up`;
    const { role, quorumEpoch, leader } = view.quorum;
    if (role === 'leader') return `${name} leads epoch ${quorumEpoch} and has yet to read what came before`;
    return role === 'follower'
      ? `${name} follows ${leader} in epoch ${quorumEpoch}`
      : `${name} is ${role} in epoch ${quorumEpoch}`;
  });
  return `no controller is active: ${places.join(', ')}`;
}

/** Who does not follow the active controller, and which controller is behind what is committed. */
export function quorumPending(views: ClusterViews, controller: ControllerView, said: string[]): void {
  const { nodeId } = controller;
  const committed = controller.quorum.highWatermark;
  for (const { name, up, view } of [...views.brokers, ...views.controllers]) {
    if (!up || view === null) {
      said.push(`${name} is not up`);
      continue;
    }
    const { role, quorumEpoch, leader, logEndOffset } = view.quorum;
    if (leader !== nodeId) {
      said.push(`${name} does not follow controller ${nodeId}: it is ${role} in epoch ${quorumEpoch}`);
    } else if (view.kind === 'controller' && logEndOffset < committed) {
      said.push(`${name} has the metadata log up to ${logEndOffset} of ${committed}`);
    }
  }
}
