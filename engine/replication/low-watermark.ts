import type { LeaderRole } from './leader-role.ts';
import type { Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';

/**
 * Below this offset no living replica has records any more (`Partition.lowWatermarkIfLeader`): the lowest log start of
 * the leader, of the replicas whose brokers are alive, and of a future log that is being made of this one.
 */
export function lowWatermark(context: ReplicationContext, partition: Partition, leading: LeaderRole): number {
  let lowest = partition.openLog().logStartOffset;
  for (const { id, logStartOffset } of leading.remotes) {
    const broker = context.image.broker(id);
    if (broker === undefined || broker.fenced) continue;
    if (logStartOffset < lowest) lowest = logStartOffset;
  }
  const future = partition.future;
  return future === null ? lowest : Math.min(lowest, future.logStartOffset);
}
