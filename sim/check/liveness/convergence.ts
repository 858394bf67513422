import { activeController, type ClusterViews } from '../cluster-views.ts';
import { brokersPending } from './broker-pending.ts';
import { groupsPending } from './group-pending.ts';
import { partitionPending, ReplicasNow } from './partition-pending.ts';
import { describeNobodyActive, quorumPending } from './quorum-pending.ts';
import { transactionsPending } from './transaction-pending.ts';

/** Sentences that a report shows; a cluster that is stuck everywhere says so in these. */
const MAX_SENTENCES = 20;

/**
 * What has not converged and why, in words; empty when all has: an active controller, voters with all that is
 * committed, every broker running, unfenced and up to date, every partition led with a full ISR, caught-up followers
 * and no reassignment under way, every group stable, every transaction and every operation ended, every event of a data
 * set sent, every send settled, every consumer at the end. Judged only after everything was healed, and within the time
 * that a scenario gives: the liveness properties of the published specifications (`docs/invariants.md`) are demanded
 * so, all at once.
 */
export function pending(views: ClusterViews): string[] {
  const controller = activeController(views);
  if (controller === null) return [describeNobodyActive(views)];
  const said: string[] = [];
  quorumPending(views, controller, said);
  brokersPending(views, controller, said);
  const now = new ReplicasNow(views);
  const { image } = controller;
  for (const name of image.topicNames()) {
    const { partitions } = image.topicsByName.get(name)!;
    for (let i = 0; i < partitions.length && said.length < MAX_SENTENCES; i++)
      partitionPending(`${name}-${i}`, partitions[i]!, controller, now, said);
  }
  groupsPending(views, controller, said);
  transactionsPending(views, said);
  said.push(...views.operations, ...views.unsent);
  if (views.outstanding > 0)
    said.push(`${views.outstanding} records were sent and neither acknowledged nor failed`);
  for (const { client, log, position } of views.positions) {
    const end = now.leaders.get(log)?.highWatermark;
    // Beyond the end stands a consumer that has not yet heard that what it read is gone (KIP-320).
    // Without a position stands one whose reset by_duration finds no record so young: asked again, for as long as
    // there is none (KIP-1106).
    const hasNothing = position === -1 && end === 0;
    if (end !== undefined && position !== end && !hasNothing)
      said.push(`${client} has read ${log} up to ${position} of ${end}`);
  }
  return said.slice(0, MAX_SENTENCES);
}
