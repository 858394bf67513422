import type { FetchParams } from './fetch-params.ts';
import type { Partition } from './partition.ts';
import type { RemoteReplica } from './remote-replica.ts';
import { RACK_AWARE_SELECTOR } from './replication-config.ts';
import type { ReplicationContext } from './replication-context.ts';

/**
 * Where a consumer had better read (KIP-392): the leader if it stands in the consumer's rack, else the follower
 * there that is most caught up, else the leader. Null means "here".
 *
 * Only members of the ISR count whose log holds the offset: a lagging follower would keep the consumer behind, and the
 * leader would choose it again and again (KAFKA-14372). A fenced broker has no address for clients (KAFKA-15390).
 */
export function preferredReadReplica(
  context: ReplicationContext,
  params: FetchParams,
  partition: Partition,
  fetchOffset: number,
): number | null {
  if (params.isFollower || params.rackId === '' || params.leaderOnly) return null;
  if (context.config['replica.selector.class'] !== RACK_AWARE_SELECTOR) return null;
  const leading = partition.leading;
  if (leading === null) return null;
  const leader = context.image.brokers.get(context.nodeId);
  if (leader !== undefined && !leader.fenced && leader.rack === params.rackId) return null;

  let best: RemoteReplica | null = null;
  for (const remote of leading.remotes) {
    if (!leading.isrState.isr.includes(remote.id)) continue;
    if (remote.logEndOffset < fetchOffset || remote.logStartOffset > fetchOffset) continue;
    const broker = context.image.brokers.get(remote.id);
    if (broker === undefined || broker.fenced || broker.rack !== params.rackId) continue;
    if (best === null || isMoreCaughtUp(remote, best)) best = remote;
  }
  return best === null ? null : best.id;
}

/** `ReplicaView.comparator`: the longer log, then the more recently caught up, then the higher id. */
function isMoreCaughtUp(a: RemoteReplica, b: RemoteReplica): boolean {
  if (a.logEndOffset !== b.logEndOffset) return a.logEndOffset > b.logEndOffset;
  if (a.lastCaughtUpAt !== b.lastCaughtUpAt) return a.lastCaughtUpAt > b.lastCaughtUpAt;
  return a.id > b.id;
}
