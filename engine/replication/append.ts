import { type AppendInfo, isLogFailure } from '../log/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { ErrorCode, type Records } from '../wire/index.ts';
import { advanceLeaderHighWatermark, effectiveMinIsr } from './high-watermark.ts';
import { News, type Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';

/** `acks` of a produce. */
export const Acks = { None: 0, Leader: 1, All: -1 } as const;

/**
 * Appends to the log of a partition that this broker leads (`Partition.appendRecordsToLeader`). Answers an error
 * code when nothing was appended. Only acks=all is refused for too few in-sync replicas; for the others the records
 * are taken, and stay invisible below the minimum.
 */
export function appendToLeader(
  context: ReplicationContext,
  partition: Partition,
  records: Records,
  acks: number,
  now: Us,
  out: Outbox,
  origin: 'client' | 'coordinator' = 'client',
  transactionVersion = 0,
): AppendInfo | number {
  const leading = partition.leading;
  if (leading === null) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  if (acks === Acks.All && leading.isrState.isr.length < effectiveMinIsr(partition, leading)) {
    out.probe('produce refused for too few in-sync replicas');
    return ErrorCode.NOT_ENOUGH_REPLICAS;
  }
  const appended = partition
    .openLog()
    .appendAsLeader(records, partition.leaderEpoch, out, origin, transactionVersion);
  if (isLogFailure(appended)) {
    if (appended.errorCode === ErrorCode.KAFKA_STORAGE_ERROR) context.storageFailed(now, out);
    return appended.errorCode;
  }
  context.hosted.tell(partition, News.End);
  // Alone in the ISR nobody's fetch would move it.
  advanceLeaderHighWatermark(context, partition, leading, now, out);
  return appended;
}
