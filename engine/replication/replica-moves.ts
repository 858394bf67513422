import { isLogFailure, type Log, SilentOutbox } from '../log/index.ts';
import { assert, isDiskError, MS, type Outbox, timerId, type Us } from '../machine/index.ts';
import { directoryOf } from '../metadata/index.ts';
import type { DirectoryAssignments } from './directory-assignments.ts';
import { appendToReplica } from './follower-append.ts';
import type { LogHome } from './log-home.ts';
import { News, type Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';
import type { ReplicationQuota } from './replication-quota.ts';
import { ReplicationTimer } from './timer.ts';
import { decideTruncation } from './truncation.ts';

/** A move that has more to copy goes on after this long; Kafka's thread loops. */
const COPYING_US: Us = MS;
/** One that has caught up, or waits for the quota or the controller, looks again after this long. */
const WATCHING_US: Us = 100 * MS;
/** Each truncation removes an epoch of the future log: more rounds than epochs mean a defect. */
const MAX_TRUNCATIONS = 100_000;

/**
 * Whether the controller knows where the replica is going (`ReplicaAlterLogDirsThread.ReassignmentState`): it must,
 * before the future log takes over, or it would count the replica lost with a directory in which it no longer is.
 */
type Promotion = 'none' | 'queued' | 'accepted';

interface Move {
  readonly partition: Partition;
  /** Of the current log, to go back to in the metadata when the move is called off. */
  readonly sourceId: string;
  readonly targetId: string;
  promotion: Promotion;
}

/**
 * Moves replicas between the log directories of this broker (`ReplicaAlterLogDirsManager`, KIP-113): copies the
 * current log into a future one, follows its truncations, and lets it take the current one's place once it has caught
 * up and the controller agrees.
 *
 *     current   |--------------|      grows, is cut, or starts over, as leader or follower
 *     future    |------->             a prefix of it in the same epochs
 *
 * Invariant: a partition with a move has both logs, in different directories that are online.
 */
export class ReplicaMoves {
  readonly #context: ReplicationContext;
  readonly #home: LogHome;
  readonly #assignments: DirectoryAssignments;
  readonly #quota: ReplicationQuota;
  /** By the log's name. */
  readonly #moves = new Map<string, Move>();
  #wakesAt: Us | null = null;

  constructor(
    context: ReplicationContext,
    home: LogHome,
    assignments: DirectoryAssignments,
    quota: ReplicationQuota,
  ) {
    this.#context = context;
    this.#home = home;
    this.#assignments = assignments;
    this.#quota = quota;
  }

  get size(): number {
    return this.#moves.size;
  }

  /** The directory id that a replica is moving to, or ''. */
  targetOf(partition: Partition): string {
    return this.#moves.get(partition.name)?.targetId ?? '';
  }

  /** The partition's future log has been made or found: copies into it from now on. A move under way goes on. */
  begin(now: Us, partition: Partition, out: Outbox): void {
    const future = this.#home.future(partition.name);
    assert(future !== undefined && partition.log !== null, 'a move has two ends');
    partition.attachFuture(future);
    const existing = this.#moves.get(partition.name);
    if (existing === undefined) {
      const sourceId = this.#home.directoryOf(partition.name)!.directoryId;
      const targetId = this.#home.directoryOfFuture(partition.name)!.directoryId;
      this.#moves.set(partition.name, { partition, sourceId, targetId, promotion: 'none' });
    }
    this.#noteMetadata(partition);
    this.#wake(now, COPYING_US, out);
  }

  /**
   * Calls a move off. The controller may have been told that the replica is in the target directory already: then it
   * is told where it stays. With `deletesFuture` the copy goes; a failed directory keeps it.
   */
  cancel(now: Us, partition: Partition, deletesFuture: boolean, out: Outbox): void {
    const move = this.#moves.get(partition.name);
    if (move === undefined) return;
    this.#moves.delete(partition.name);
    partition.dropFuture();
    if (deletesFuture) this.#home.removeFuture(partition.name);
    if (move.promotion === 'none') return;
    out.probe('directory assignment of a cancelled move reverted');
    const { topicId, index } = partition;
    this.#assignments.assign(now, { topicId, index, directoryId: move.sourceId }, out);
  }

  /** The controller has written down that a replica lies in a directory. */
  onAssigned(now: Us, topicId: string, index: number, directoryId: string, out: Outbox): void {
    for (const move of this.#moves.values()) {
      const { partition } = move;
      if (partition.topicId !== topicId || partition.index !== index) continue;
      if (move.promotion !== 'queued' || move.targetId !== directoryId) return;
      move.promotion = 'accepted';
      this.#advance(now, move, out);
      return;
    }
  }

  onTimer(now: Us, out: Outbox): void {
    this.#wakesAt = null;
    let hasMore = false;
    for (const move of [...this.#moves.values()]) if (this.#advance(now, move, out)) hasMore = true;
    if (this.#moves.size > 0) this.#wake(now, hasMore ? COPYING_US : WATCHING_US, out);
  }

  /** True when there is more to copy at once. */
  #advance(now: Us, move: Move, out: Outbox): boolean {
    const { partition } = move;
    const { log, future } = partition;
    if (log === null || future === null || log.failure !== null || future.failure !== null) return false;
    if (this.#quota.isExceeded(now)) {
      out.probe('move between log directories throttled');
      return false;
    }
    const silent = new SilentOutbox(out);
    const copied = follow(log, future, silent) ? this.#copy(partition, log, future, silent) : -1;
    if (copied < 0) {
      this.#context.storageFailed(now, out);
      return false;
    }
    this.#quota.record(now, copied);
    if (future.logEndOffset < log.logEndOffset) return true;
    this.#promote(now, move, out);
    return false;
  }

  /** Bytes copied, or -1 when a directory failed. */
  #copy(partition: Partition, log: Log, future: Log, out: Outbox): number {
    const from = future.logEndOffset;
    const maxBytes = this.#context.config['replica.fetch.max.bytes'];
    const read = log.read(from, maxBytes, log.logEndOffset, true, out);
    if (read === 'out of range' || isDiskError(read)) return read === 'out of range' ? 0 : -1;
    if (read.records.length > 0) {
      const appended = appendToReplica(future, read.records, log.latestLeaderEpoch, out);
      if (isLogFailure(appended)) return -1;
    }
    future.advanceHighWatermark(log.highWatermark, log.latestLeaderEpoch, false, out);
    if (log.logStartOffset > future.logStartOffset && log.logStartOffset <= future.highWatermark) {
      if (isLogFailure(future.advanceLogStart(log.logStartOffset, out))) return -1;
      // The low watermark waits for future logs too.
      this.#context.hosted.tell(partition, News.LogStart);
    }
    return read.bytes;
  }

  /** The future log has all that the current one has. */
  #promote(now: Us, move: Move, out: Outbox): void {
    const { partition, targetId } = move;
    const { topicId, index, name } = partition;
    if (move.promotion === 'none') {
      move.promotion = 'queued';
      this.#assignments.assign(now, { topicId, index, directoryId: targetId }, out);
      return;
    }
    if (move.promotion === 'queued') return;
    const promoted = this.#home.promote(name, out);
    if (isDiskError(promoted)) {
      this.#context.storageFailed(now, out);
      return;
    }
    this.#moves.delete(name);
    partition.replaceLog(promoted);
    out.probe('replica moved to another log directory');
  }

  /**
   * The metadata log may say before the controller's answer that the replica lies in the target. Kafka takes it back
   * then, to assign it again after the promotion; here the move takes the metadata's word.
   */
  #noteMetadata(partition: Partition): void {
    const move = this.#moves.get(partition.name);
    const registration = this.#context.image.partition(partition.topicId, partition.index);
    if (move === undefined || registration === undefined) return;
    if (directoryOf(registration, this.#context.nodeId) === move.targetId) move.promotion = 'accepted';
  }

  #wake(now: Us, after: Us, out: Outbox): void {
    const at = now + after;
    if (this.#wakesAt !== null && this.#wakesAt <= at) return;
    this.#wakesAt = at;
    out.arm(timerId(ReplicationTimer.ReplicaMoves), at);
  }
}

/**
 * Cuts the future log to what it shares with the current one, which may have been truncated or started over since
 * (`ReplicaAlterLogDirsThread.truncate`). False when a directory failed.
 */
function follow(log: Log, future: Log, out: Outbox): boolean {
  for (let round = 0; ; round += 1) {
    assert(round < MAX_TRUNCATIONS, 'a truncation comes to an end');
    if (future.logEndOffset < log.logStartOffset) {
      return future.restartAt(log.logStartOffset, out) === null;
    }
    const epoch = future.latestLeaderEpoch;
    const shared = epoch === -1 ? null : log.endOffsetFor(epoch);
    const isWithin = future.logEndOffset <= log.logEndOffset;
    const isKnown =
      shared === null || (shared.leaderEpoch === epoch && shared.endOffset >= future.logEndOffset);
    if (isWithin && isKnown) return true;
    const end =
      shared === null
        ? log.logEndOffset
        : decideTruncation(
            future,
            { epoch: shared.leaderEpoch, endOffset: shared.endOffset },
            Math.min(future.highWatermark, log.logEndOffset),
          );
    out.probe('future log truncated');
    if (isLogFailure(future.truncateTo(Math.min(end, log.logEndOffset), out))) return false;
  }
}
