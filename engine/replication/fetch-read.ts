import type { Log } from '../log/index.ts';
import { assert, isDiskError, type Outbox, type Us } from '../machine/index.ts';
import { parseBatch, RecordsError } from '../records/index.ts';
import { ErrorCode, type FetchResponse, type Records } from '../wire/index.ts';
import type { FetchEntry } from './fetch-entry.ts';
import type { FetchParams, Isolation } from './fetch-params.ts';
import { recordFollowerFetch } from './follower-fetch.ts';
import { remoteOf } from './leader-role.ts';
import type { Partition } from './partition.ts';
import { preferredReadReplica } from './preferred-read-replica.ts';
import type { RemoteReplica } from './remote-replica.ts';
import type { ReplicationContext } from './replication-context.ts';

export type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** The answer for one entry. */
export interface EntryRead {
  readonly entry: FetchEntry;
  readonly bytes: number;
  readonly data: FetchedPartition;
}

export const NO_RECORDS: Records = [];
const NO_EPOCH = { epoch: -1, endOffset: -1 } as const;
const NO_LEADER = { leaderId: -1, leaderEpoch: -1 } as const;
const NO_SNAPSHOT = { endOffset: -1, epoch: -1 } as const;
const NO_PREFERENCE = -1;
const NO_TRANSACTIONS: NonNullable<FetchedPartition['abortedTransactions']> = [];

/** Fetch v5 brought the log start offset, v6 the storage error. */
const LOG_START_VERSION = 5;
const STORAGE_ERROR_VERSION = 6;
const READ_COMMITTED_BOUND: Isolation = 'txn committed';

/** Up to where a reader may see. */
export function visibleEnd(log: Log, isolation: Isolation): number {
  if (isolation === 'log end') return log.logEndOffset;
  return isolation === 'high watermark' ? log.highWatermark : log.lastStableOffset;
}

/**
 * Reads one partition for a fetch (`ReplicaManager.readFromLog`, `Partition.fetchRecords`). The order of the checks is
 * Kafka's: a reader acts on the first error, and a wrong order sends it the wrong way (KAFKA-14078).
 *
 * A fetch that waited reads again without `countsAsFetch`: what it tells of the follower is as old as the request.
 */
export function readEntry(
  context: ReplicationContext,
  params: FetchParams,
  entry: FetchEntry,
  limitBytes: number,
  minOneBatch: boolean,
  countsAsFetch: boolean,
  now: Us,
  out: Outbox,
): EntryRead {
  const partition = locate(context, entry);
  entry.isUnknown =
    partition === ErrorCode.UNKNOWN_TOPIC_ID || partition === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (typeof partition === 'number') return failed(entry, partition, params);
  entry.watch(partition);

  const preferred = preferredReadReplica(context, params, partition, entry.fetchOffset);
  if (preferred !== null) {
    const error = partition.rejectRead(entry.currentLeaderEpoch, false);
    if (error !== ErrorCode.NONE) return failed(entry, error, params);
    out.probe('consumer sent to its preferred read replica');
    return { entry, bytes: 0, data: answer(entry, partition.openLog(), params, NO_EPOCH, preferred) };
  }

  const error = partition.rejectRead(entry.currentLeaderEpoch, params.leaderOnly);
  if (error !== ErrorCode.NONE) return failed(entry, error, params);
  let remote: RemoteReplica | null = null;
  if (params.isFollower) {
    remote = followerOf(partition, params.replicaId);
    if (remote === null) {
      // The epochs agree, so this leader has not yet heard that the replica is assigned: it shall try again.
      out.probe('fetch of a replica unknown to its leader');
      const known = entry.currentLeaderEpoch !== -1;
      return failed(entry, known ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER, params);
    }
  }
  return readLog(context, params, entry, partition, remote, limitBytes, minOneBatch, countsAsFetch, now, out);
}

function readLog(
  context: ReplicationContext,
  params: FetchParams,
  entry: FetchEntry,
  partition: Partition,
  remote: RemoteReplica | null,
  limitBytes: number,
  minOneBatch: boolean,
  countsAsFetch: boolean,
  now: Us,
  out: Outbox,
): EntryRead {
  const log = partition.openLog();
  const diverging = entry.lastFetchedEpoch === -1 ? null : decideDivergence(log, entry);
  if (typeof diverging === 'number') return failed(entry, diverging, params);
  if (diverging !== null) {
    // A follower on another history must not count: its end offset is not one of this log (KAFKA-13141).
    out.probe('diverging epoch answered');
    return { entry, bytes: 0, data: answer(entry, log, params, diverging, NO_PREFERENCE) };
  }
  const end = visibleEnd(log, params.isolation);
  const read = log.read(entry.fetchOffset, Math.min(entry.maxBytes, limitBytes), end, minOneBatch);
  if (read === 'out of range') return failed(entry, ErrorCode.OFFSET_OUT_OF_RANGE, params);
  if (isDiskError(read)) {
    context.storageFailed(now, out);
    return failed(entry, ErrorCode.KAFKA_STORAGE_ERROR, params);
  }
  out.work.partitions += 1;
  // The offsets in the answer are those from before this fetch counts: one look, one answer (KAFKA-9807).
  const held = remote !== null && isHeldBack(context, partition, params, now);
  if (held) out.probe('throttled follower given nothing');
  else if (remote !== null) context.throttles.record(now, 'leader', partition, read.bytes);
  const data = answer(entry, log, params, NO_EPOCH, NO_PREFERENCE, held ? NO_RECORDS : read.records);
  if (remote !== null) {
    entry.replica = remote;
    if (
      countsAsFetch &&
      !recordFollowerFetch(context, partition, remote, entry, params.replicaEpoch, now, out)
    ) {
      return failed(entry, ErrorCode.NOT_LEADER_OR_FOLLOWER, params);
    }
  }
  return { entry, bytes: held ? 0 : read.bytes, data };
}

/** A follower out of sync waits for the quota of its leader (`ReplicaManager.shouldLeaderThrottle`, KIP-73). */
export function isHeldBack(
  context: ReplicationContext,
  partition: Partition,
  params: FetchParams,
  now: Us,
): boolean {
  return (
    params.isFollower &&
    !partition.isr.includes(params.replicaId) &&
    context.throttles.holdsBack(now, 'leader', partition)
  );
}

/** The hosted replica an entry means, or why there is none. */
export function locate(context: ReplicationContext, entry: FetchEntry): Partition | number {
  if (entry.topic === null) {
    entry.topic = context.image.topicsById.get(entry.topicId)?.name ?? null;
    if (entry.topic === null) return ErrorCode.UNKNOWN_TOPIC_ID;
  }
  if (context.image.topicsByName.get(entry.topic)?.partitions[entry.index] === undefined) {
    return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }
  const partition = context.hosted.find(entry.topic, entry.index);
  const error = context.hosted.reject(context.image, entry.topic, entry.index, partition);
  if (error !== ErrorCode.NONE) return error;
  assert(partition !== undefined, 'a partition that is not rejected is hosted');
  // A session can outlive a topic whose name lives on under another id.
  if (entry.group.usesTopicIds && partition.topicId !== entry.topicId) return ErrorCode.INCONSISTENT_TOPIC_ID;
  return partition;
}

function followerOf(partition: Partition, replicaId: number): RemoteReplica | null {
  const leading = partition.leading;
  return leading === null ? null : remoteOf(leading, replicaId);
}

/**
 * Where the reader's log parts from this one (KIP-595, `Partition.readRecords`): the end of the largest epoch that
 * both may share, when that lies below what the reader has. Null when it does not; an error code when nothing can be
 * said.
 *
 *   this log  | e1 e1 e1 | e3 e3      reader: offset 5, last epoch 2
 *   reader    | e1 e1 e1 | e2 e2      answer: epoch 1 ends at 3
 */
export function decideDivergence(
  log: Log,
  entry: { readonly fetchOffset: number; readonly lastFetchedEpoch: number },
): { readonly epoch: number; readonly endOffset: number } | number | null {
  const end = log.endOffsetFor(entry.lastFetchedEpoch);
  if (end.endOffset === -1 || end.leaderEpoch === -1) return ErrorCode.OFFSET_OUT_OF_RANGE;
  // Below the start of this log a diverging epoch would be useless: the reader must start over (KAFKA-12996).
  if (entry.fetchOffset < log.logStartOffset) return ErrorCode.OFFSET_OUT_OF_RANGE;
  if (end.leaderEpoch < entry.lastFetchedEpoch || end.endOffset < entry.fetchOffset) {
    return { epoch: end.leaderEpoch, endOffset: end.endOffset };
  }
  return null;
}

function answer(
  entry: FetchEntry,
  log: Log,
  params: FetchParams,
  divergingEpoch: { readonly epoch: number; readonly endOffset: number },
  preferred: number,
  records: Records = NO_RECORDS,
): FetchedPartition {
  const committed = params.isolation === READ_COMMITTED_BOUND;
  return {
    partitionIndex: entry.index,
    errorCode: ErrorCode.NONE,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: params.version < LOG_START_VERSION ? -1 : log.logStartOffset,
    divergingEpoch,
    currentLeader: NO_LEADER,
    snapshotId: NO_SNAPSHOT,
    abortedTransactions: committed ? abortedIn(log, entry.fetchOffset, records) : null,
    preferredReadReplica: preferred,
    records,
  };
}

/** Transactions that were aborted, of which something may lie between the reader's offset and the end of its read. */
function abortedIn(
  log: Log,
  fetchOffset: number,
  records: Records,
): NonNullable<FetchedPartition['abortedTransactions']> {
  const last = records.at(-1);
  if (last === undefined || log.producers.isEmpty) return NO_TRANSACTIONS;
  const header = parseBatch(last);
  if (header instanceof RecordsError) return NO_TRANSACTIONS;
  return log.producers
    .abortedBetween(fetchOffset, header.lastOffset + 1)
    .map(({ firstOffset, producerId }) => ({ producerId, firstOffset }));
}

export function failed(entry: FetchEntry, errorCode: number, params: FetchParams): EntryRead {
  // Before v6 a client does not know the storage error and would not retry.
  const told =
    errorCode === ErrorCode.KAFKA_STORAGE_ERROR && params.version < STORAGE_ERROR_VERSION
      ? ErrorCode.NOT_LEADER_OR_FOLLOWER
      : errorCode;
  return {
    entry,
    bytes: 0,
    data: {
      partitionIndex: entry.index,
      errorCode: told,
      highWatermark: -1,
      lastStableOffset: -1,
      logStartOffset: -1,
      divergingEpoch: NO_EPOCH,
      currentLeader: NO_LEADER,
      snapshotId: NO_SNAPSHOT,
      abortedTransactions: null,
      preferredReadReplica: NO_PREFERENCE,
      records: NO_RECORDS,
    },
  };
}
