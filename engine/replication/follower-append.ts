import { type AppendInfo, isLogFailure, type Log, type LogFailure } from '../log/index.ts';
import type { Outbox, Ticket } from '../machine/index.ts';
import { ErrorCode, type FetchResponse, type Records } from '../wire/index.ts';
import { News, type Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';

type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** A number: appended, and the flush to wait for before vouching for it, 0 for none. */
export type FollowerAppend = Ticket | 'corrupt' | 'storage failed' | 'failed';

/**
 * Takes in what a leader sent to its follower (`ReplicaFetcherThread.processPartitionData`): records, then the high
 * watermark, then the log start. `leaderEpoch` is the one the fetch was made in: batches of a later one were read
 * after the leader's log had been cut and rewritten, and do not belong behind what is here (KAFKA-18723).
 */
export function appendFetched(
  context: ReplicationContext,
  partition: Partition,
  data: FetchedPartition,
  leaderEpoch: number,
  out: Outbox,
): FollowerAppend {
  const log = partition.openLog();
  let sync: Ticket = 0;
  if (data.records !== null && data.records.length > 0) {
    const appended = appendToReplica(log, data.records, leaderEpoch, out);
    if (isLogFailure(appended)) return judge(appended, out);
    sync = appended.sync;
    context.hosted.tell(partition, News.End);
  }
  const highWatermark = Math.min(data.highWatermark, log.logEndOffset);
  if (highWatermark > log.highWatermark && log.advanceHighWatermark(highWatermark, leaderEpoch, false, out)) {
    context.hosted.tell(partition, News.HighWatermark);
  }
  if (data.logStartOffset > log.logStartOffset && data.logStartOffset <= log.highWatermark) {
    const moved = log.advanceLogStart(data.logStartOffset, out);
    if (isLogFailure(moved)) return judge(moved, out);
    context.hosted.tell(partition, News.LogStart);
  }
  return sync;
}

/** Appends what another log of the same partition holds: a leader's for its follower, a current one's for its future. */
export function appendToReplica(
  log: Log,
  records: Records,
  leaderEpoch: number,
  out: Outbox,
): AppendInfo | LogFailure {
  const appended = log.appendAsFollower(records, leaderEpoch, out);
  if (!isLogFailure(appended)) return appended;
  // The leader's log start lies inside its first batch (DeleteRecords), and this log is empty: it may start there too.
  const startsInside =
    log.logEndOffset === log.logStartOffset &&
    appended.firstOffset !== -1 &&
    appended.firstOffset < log.logEndOffset &&
    appended.lastOffset >= log.logEndOffset;
  if (!startsInside) return appended;
  out.probe('follower restarted below the leader log start');
  const failure = log.restartAt(appended.firstOffset, out);
  if (failure !== null) return failure;
  return log.appendAsFollower(records, leaderEpoch, out);
}

function judge(failure: LogFailure, out: Outbox): FollowerAppend {
  switch (failure.errorCode) {
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return 'storage failed';
    case ErrorCode.CORRUPT_MESSAGE:
    case ErrorCode.INVALID_RECORD:
      out.probe('corrupt batch fetched');
      return 'corrupt';
    default:
      return 'failed';
  }
}
