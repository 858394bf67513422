import type { Outbox, Us } from '../machine/index.ts';
import type { FetchEntry } from './fetch-entry.ts';
import { advanceLeaderHighWatermark } from './high-watermark.ts';
import { isStaleBrokerEpoch } from './isr-eligibility.ts';
import { News, type Partition } from './partition.ts';
import type { RemoteReplica } from './remote-replica.ts';
import type { ReplicationContext } from './replication-context.ts';

/**
 * Takes in what a follower's fetch says about its log (`Partition.updateFollowerFetchState`): it may join the ISR,
 * and the high watermark may move. Returns false when the fetch comes from an incarnation that is no longer
 * registered.
 */
export function recordFollowerFetch(
  context: ReplicationContext,
  partition: Partition,
  remote: RemoteReplica,
  entry: FetchEntry,
  brokerEpoch: number,
  now: Us,
  out: Outbox,
): boolean {
  const leading = partition.leading;
  if (leading === null || isStaleBrokerEpoch(context.image, remote.id, brokerEpoch)) {
    out.probe('fetch of a stale broker epoch refused');
    return false;
  }
  const previousEndOffset = remote.logEndOffset;
  const previousStartOffset = remote.logStartOffset;
  remote.recordFetch(
    now,
    entry.fetchOffset,
    entry.logStartOffset,
    partition.openLog().logEndOffset,
    brokerEpoch,
  );
  context.isrChanges.tryExpand(context, partition, leading, remote, now, out);
  if (remote.logEndOffset !== previousEndOffset) {
    advanceLeaderHighWatermark(context, partition, leading, now, out);
  }
  if (remote.logStartOffset > previousStartOffset) context.hosted.tell(partition, News.LogStart);
  return true;
}
