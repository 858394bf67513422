import type { BrokerView } from '../../../engine/server/index.ts';
import { activeController, type ClusterViews } from '../cluster-views.ts';

/** Sentences that a report shows; a cluster that is stuck everywhere says so in these. */
const MAX_SENTENCES = 20;

/**
 * What has not converged, in words; empty when all has: an active controller, every broker running and unfenced, every
 * partition led with a full ISR and caught-up followers, every send settled, every consumer at the end. Judged only
 * after everything was healed, and within the time that a scenario gives.
 */
export function pending(views: ClusterViews): string[] {
  const said: string[] = [];
  const controller = activeController(views);
  if (controller === null) return ['no controller is active'];
  for (const { name, up, view } of [...views.brokers, ...views.controllers]) {
    if (!up || view === null) said.push(`${name} is not up`);
    else if (view.quorum.leader !== controller.nodeId)
      said.push(`${name} does not follow controller ${controller.nodeId}`);
  }
  for (const { name, id, view } of views.brokers) {
    const registration = controller.image.broker(id);
    if (registration === undefined) said.push(`${name} is not registered`);
    else if (registration.fenced) said.push(`${name} is fenced`);
    else if (view !== null && view.state !== 'RUNNING') said.push(`${name} is ${view.state}`);
  }
  if (said.length === 0) partitionsPending(views, said);
  said.push(...views.operations);
  if (views.outstanding > 0)
    said.push(`${views.outstanding} records were sent and neither acknowledged nor failed`);
  return said.slice(0, MAX_SENTENCES);
}

interface LeaderEnds {
  readonly highWatermark: number;
  readonly logEndOffset: number;
}

function partitionsPending(views: ClusterViews, said: string[]): void {
  const leaders = new Map<string, LeaderEnds>();
  const { image } = activeController(views)!;
  for (const { view } of views.brokers) noteLeaders(view!, leaders, said);
  for (const name of image.topicNames()) {
    image.topicsByName.get(name)!.partitions.forEach((partition, i) => {
      const log = `${name}-${i}`;
      if (partition.leader === -1) said.push(`${log} has no leader; its ISR is [${partition.isr}]`);
      else if (!leaders.has(log)) said.push(`${log}: broker ${partition.leader} does not lead it yet`);
      else if (partition.isr.length < partition.replicas.length) {
        const missing = partition.replicas.filter((id) => !partition.isr.includes(id));
        said.push(`${log}: replicas ${missing.join(', ')} are not in the ISR [${partition.isr}]`);
      }
    });
  }
  followersPending(views, leaders, said);
  for (const { client, log, position } of views.positions) {
    const end = leaders.get(log)?.highWatermark;
    // Beyond the end stands a consumer that has not yet heard that what it read is gone (KIP-320).
    if (end !== undefined && position !== end)
      said.push(`${client} has read ${log} up to ${position} of ${end}`);
  }
}

function noteLeaders(view: BrokerView, leaders: Map<string, LeaderEnds>, said: string[]): void {
  for (const replica of view.replicas()) {
    if (replica.role.kind !== 'leader' || replica.log === null) continue;
    const { highWatermark, logEndOffset } = replica.log;
    leaders.set(replica.name, { highWatermark, logEndOffset });
    if (highWatermark < logEndOffset) {
      said.push(`${replica.name}: the high watermark is ${highWatermark}, the log end ${logEndOffset}`);
    }
  }
}

function followersPending(
  views: ClusterViews,
  leaders: ReadonlyMap<string, LeaderEnds>,
  said: string[],
): void {
  for (const { name, view } of views.brokers) {
    for (const replica of view!.replicas()) {
      const leader = leaders.get(replica.name);
      if (replica.role.kind !== 'follower' || leader === undefined) continue;
      const end = replica.log?.logEndOffset ?? -1;
      if (end !== leader.logEndOffset) {
        said.push(`${replica.name}: ${name} has ${end} records, its leader ${leader.logEndOffset}`);
      }
    }
  }
}
