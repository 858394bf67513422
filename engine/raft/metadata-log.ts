import type { Log } from '../log/index.ts';
import { isLogFailure } from '../log/index.ts';
import type { Disk, Outbox, Ticket, WallClock } from '../machine/index.ts';
import { assert, DiskError } from '../machine/index.ts';
import {
  type ControlRecord,
  lastOffsetOf,
  maxTimestampOf,
  RecordsError,
  splitBatches,
} from '../records/index.ts';
import type { Records } from '../wire/index.ts';
import { ErrorCode } from '../wire/index.ts';
import { DurableFile } from './durable-file.ts';
import { kraftVersionRecord, votersRecordOf } from './epoch-start.ts';
import type { OffsetAndEpoch } from './offset-and-epoch.ts';
import type { RaftConfig } from './raft-config.ts';
import { snapshotBatches } from './snapshot-batches.ts';
import { SnapshotDownload } from './snapshot-download.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { VoterHistory } from './voter-history.ts';
import type { VoterSet } from './voters.ts';

/** Whether a replica's log end lies on the leader's history, where it parted from it, or what sums up what is gone. */
export type LogPosition =
  | { readonly kind: 'valid' }
  | { readonly kind: 'diverging' | 'snapshot'; readonly at: OffsetAndEpoch };

const VALID: LogPosition = { kind: 'valid' };
const NO_RECORDS: Records = [];

/** The metadata log and its snapshots (`KafkaRaftLog`): positions are told by offset and epoch. */
export class MetadataLog {
  readonly snapshots: SnapshotStore;
  /** Who votes, as snapshot and log say up to the log's end. */
  readonly voters: VoterHistory;
  #opened: Log | null = null;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #wall: WallClock;
  readonly #config: RaftConfig;
  #failure: DiskError | null = null;
  #isUnsynced = false;
  /** A snapshot of the state machine above on its way to the disk. */
  #writing: { readonly id: OffsetAndEpoch; readonly file: DurableFile } | null = null;

  constructor(disk: Disk, directory: string, wall: WallClock, config: RaftConfig, staticVoters: VoterSet) {
    this.#disk = disk;
    this.#directory = directory;
    this.#wall = wall;
    this.#config = config;
    this.snapshots = new SnapshotStore(disk, directory);
    this.voters = new VoterHistory(staticVoters);
  }

  /** With the log recovered: finds the snapshots, and finishes an installation that a crash cut short. */
  open(log: Log, out: Outbox): DiskError | null {
    this.#opened = log;
    this.snapshots.recover(this.startOffset);
    if (!this.truncateToLatestSnapshot(out)) this.#loadVoters();
    const from = Math.max(this.startOffset, this.snapshots.latest?.offset ?? 0);
    const damage = this.voters.observe(log.batches(from), this.endOffset);
    if (damage !== null) this.#keep(new DiskError('EIO', this.#directory));
    return this.#failure;
  }

  #loadVoters(): void {
    const { latest } = this.snapshots;
    if (latest !== null) this.voters.load(this.snapshots.controlRecords(latest), latest.offset);
  }

  get #log(): Log {
    assert(this.#opened !== null, 'the metadata log is opened at boot');
    return this.#opened;
  }

  /** The first error of the disk. The process cannot go on without its metadata log. */
  get failure(): DiskError | null {
    return this.#failure;
  }

  get startOffset(): number {
    return this.#log.logStartOffset;
  }

  get endOffset(): number {
    return this.#log.logEndOffset;
  }

  get highWatermark(): number {
    return this.#log.highWatermark;
  }

  /** Records have been appended that no sync covers. */
  get isUnsynced(): boolean {
    return this.#isUnsynced;
  }

  /** The epoch of the last record, in the log or summed up by a snapshot; 0 of an empty log. */
  get lastFetchedEpoch(): number {
    const epoch = this.#log.latestLeaderEpoch;
    if (epoch >= 0) return epoch;
    const latest = this.snapshots.latest;
    if (latest === null) return 0;
    assert(
      latest.offset === this.startOffset && latest.offset === this.endOffset,
      'a log without epochs is empty, and begins where its snapshot ends',
    );
    return latest.epoch;
  }

  get endOffsetAndEpoch(): OffsetAndEpoch {
    return { offset: this.endOffset, epoch: this.lastFetchedEpoch };
  }

  /** Whole batches, one a chunk, from the one that contains `startOffset` to the one before `endOffset`. */
  read(startOffset: number, endOffset: number, maxBytes: number): Records {
    if (startOffset >= endOffset) return NO_RECORDS;
    const answer = this.#log.read(startOffset, maxBytes, endOffset, true);
    if (answer instanceof DiskError) {
      this.#failure ??= answer;
      return NO_RECORDS;
    }
    assert(
      answer !== 'out of range',
      () => `nothing at ${startOffset} in [${this.startOffset}, ${this.endOffset})`,
    );
    return answer.records;
  }

  /** Batches that have their offsets and epochs already. */
  appendAsLeader(batches: Records, leaderEpoch: number, out: Outbox): void {
    if (batches.length === 0) return;
    const answer = this.#log.appendAsRaftLeader(batches, leaderEpoch, out);
    if (isLogFailure(answer)) {
      assert(
        answer.errorCode === ErrorCode.KAFKA_STORAGE_ERROR,
        () => `an append of ours: ${answer.message}`,
      );
      this.#keep(new DiskError('EIO', this.#directory));
    } else {
      this.#isUnsynced = true;
      this.voters.observe(batches, this.endOffset);
    }
  }

  appendAsFollower(records: Records, maxLeaderEpoch: number, out: Outbox): void {
    if (records.length === 0) return;
    const before = this.endOffset;
    const answer = this.#log.appendAsFollower(records, maxLeaderEpoch, out);
    if (isLogFailure(answer)) {
      if (answer.errorCode === ErrorCode.KAFKA_STORAGE_ERROR)
        this.#keep(new DiskError('EIO', this.#directory));
      // Else bytes that are not what the leader wrote: they are fetched again.
      else out.probe('raft: append refused');
    } else if (this.endOffset !== before) {
      this.#isUnsynced = true;
      const batches = splitBatches(records);
      assert(!(batches instanceof RecordsError), 'what was appended can be read');
      this.voters.observe(batches, this.endOffset);
    }
  }

  assignLeaderEpoch(leaderEpoch: number, startOffset: number): void {
    this.#log.assignEpoch(leaderEpoch, startOffset);
  }

  advanceHighWatermark(highWatermark: number, leaderEpoch: number, isLeader: boolean, out: Outbox): void {
    this.#log.advanceHighWatermark(highWatermark, leaderEpoch, isLeader, out);
  }

  /** Starts making all of the log durable. */
  startSync(): void {
    this.#isUnsynced = false;
    this.#log.flush();
  }

  /** True when the ticket was the log's own. */
  onLogSynced(ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    if (!this.#log.onSynced(ticket, error, out)) return false;
    this.#keep(error);
    return true;
  }

  isDurableTo(endOffset: number): boolean {
    return this.#log.recoveryPoint >= endOffset;
  }

  /** The end of the largest epoch that is not above `epoch` (`KafkaRaftLog.endOffsetForEpoch`). */
  endOffsetForEpoch(epoch: number): OffsetAndEpoch {
    const end = this.#log.endOffsetFor(epoch);
    if (end.endOffset < 0) return this.endOffsetAndEpoch;
    const earliest = this.snapshots.earliest;
    // Below the log there is the snapshot: an epoch that ends where it ends is the snapshot's.
    if (earliest !== null && end.endOffset === earliest.offset && end.leaderEpoch === epoch) return earliest;
    return { offset: end.endOffset, epoch: end.leaderEpoch };
  }

  /** Judges the end of another replica's log by this one (`RaftLog.validateOffsetAndEpoch`). */
  validate(offset: number, epoch: number): LogPosition {
    const start = this.startOffset;
    if (start === 0 && offset === 0) return VALID;
    const earliest = this.snapshots.earliest;
    if (
      earliest !== null &&
      (offset < start || (offset === start && epoch !== earliest.epoch) || epoch < earliest.epoch)
    ) {
      return { kind: 'snapshot', at: this.snapshots.latest! };
    }
    const end = this.endOffsetForEpoch(epoch);
    return end.epoch !== epoch || end.offset < offset ? { kind: 'diverging', at: end } : VALID;
  }

  /** Cuts off what the leader's history does not share. */
  truncateToEndOffset(divergence: OffsetAndEpoch, out: Outbox): void {
    let offset: number;
    if (divergence.epoch === 0) {
      offset = Math.min(divergence.offset, this.endOffset);
    } else {
      const local = this.endOffsetForEpoch(divergence.epoch);
      offset = local.epoch === divergence.epoch ? Math.min(local.offset, divergence.offset) : local.offset;
    }
    assert(offset >= this.highWatermark, () => `truncation to ${offset}, below ${this.highWatermark}`);
    out.probe('raft: log truncated');
    this.#log.truncateTo(offset, out);
    this.voters.truncateNew(offset);
  }

  /** Replaces the log by its latest snapshot if that is ahead of it. */
  truncateToLatestSnapshot(out: Outbox): boolean {
    const latest = this.snapshots.latest;
    if (latest === null) return false;
    const epoch = Math.max(this.#log.latestLeaderEpoch, 0);
    if (latest.epoch < epoch || (latest.epoch === epoch && latest.offset <= this.endOffset)) return false;
    this.#log.restartAt(latest.offset, out);
    this.#isUnsynced = false;
    this.#keep(this.snapshots.removeBefore(latest));
    this.#loadVoters();
    return true;
  }

  // Snapshots from the leader.

  /** Null when the snapshot is here already. */
  beginDownload(id: OffsetAndEpoch): SnapshotDownload | null {
    if (this.snapshots.sizeOf(id) !== null) return null;
    const path = this.snapshots.partialPathOf(id);
    this.#keep(this.#disk.write(path, new Uint8Array(0)));
    return new SnapshotDownload(id, path);
  }

  appendToDownload(download: SnapshotDownload, chunks: Records): void {
    for (const chunk of chunks) {
      this.#keep(this.#disk.append(download.path, chunk));
      download.size += chunk.length;
    }
  }

  abandonDownload(download: SnapshotDownload | null): void {
    if (download !== null) this.#keep(this.#disk.remove(download.path));
  }

  /** Makes a whole download durable under its own name. */
  freezeDownload(download: SnapshotDownload): DurableFile {
    return new DurableFile(this.#disk, [this.#directory], download.path, this.snapshots.pathOf(download.id));
  }

  // Snapshots of the state machine above.

  /** False when there is nothing to write: the log begins later, or the snapshot exists. */
  createSnapshot(id: OffsetAndEpoch, state: readonly Uint8Array[]): boolean {
    if (id.offset < this.startOffset || this.snapshots.sizeOf(id) !== null || this.#writing !== null)
      return false;
    assert(id.offset <= this.highWatermark, 'a snapshot holds only what a majority has');
    assert(this.validate(id.offset, id.epoch).kind === 'valid', 'a snapshot ends on the history of the log');
    const last = id.offset - 1;
    const batch = last < this.startOffset ? undefined : this.read(last, id.offset, 1)[0];
    assert(batch === undefined || lastOffsetOf(batch) === last, 'a snapshot ends with a batch');
    const timestamp = batch === undefined ? 0 : maxTimestampOf(batch);
    const path = this.snapshots.partialPathOf(id);
    this.#keep(this.#disk.write(path, new Uint8Array(0)));
    for (const each of snapshotBatches(
      id.epoch,
      timestamp,
      this.#wall.nowMs(),
      state,
      this.#votersAt(last),
    )) {
      this.#keep(this.#disk.append(path, each));
    }
    const file = new DurableFile(this.#disk, [this.#directory], path, this.snapshots.pathOf(id));
    this.#writing = { id, file };
    return true;
  }

  /** What a snapshot says of the quorum: nothing while its voters are static. */
  #votersAt(offset: number): readonly ControlRecord[] {
    const kraftVersion = this.voters.kraftVersionAt(offset);
    if (kraftVersion === 0) return [];
    const voters = this.voters.votersAt(offset);
    return voters === null
      ? [kraftVersionRecord(kraftVersion)]
      : [kraftVersionRecord(kraftVersion), votersRecordOf(voters)];
  }

  /** True when the ticket was that of a snapshot under way here. */
  onSnapshotSynced(ticket: Ticket, error: DiskError | null): boolean {
    const writing = this.#writing;
    if (writing === null || !writing.file.awaits(ticket)) return false;
    const answer = writing.file.advance(error);
    if (answer === 'pending') return true;
    this.#writing = null;
    if (answer instanceof DiskError) this.#keep(answer);
    // Meanwhile a snapshot of the leader may have replaced the log, and this one with it.
    else if (writing.id.offset < this.startOffset)
      this.#keep(this.#disk.remove(this.snapshots.pathOf(writing.id)));
    else if (this.snapshots.sizeOf(writing.id) === null) {
      this.snapshots.add(writing.id);
      this.voters.truncateOld(writing.id.offset);
    }
    return true;
  }

  /** Lets go of old snapshots, and of the log below the oldest one kept, when they take too much room or time. */
  clean(out: Outbox): void {
    this.#cleanWhile(() => {
      const maxBytes = this.#config['metadata.max.retention.bytes'];
      return maxBytes >= 0 && this.#log.sizeBytes + this.snapshots.totalBytes() > maxBytes;
    }, out);
    this.#cleanWhile(() => {
      const maxMs = this.#config['metadata.max.retention.ms'];
      return (
        maxMs >= 0 &&
        this.#wall.nowMs() - this.snapshots.lastContainedLogTimestamp(this.snapshots.earliest!) > maxMs
      );
    }, out);
  }

  /** The newest snapshot always stays. */
  #cleanWhile(isDue: () => boolean, out: Outbox): void {
    while (this.snapshots.count >= 2 && isDue()) {
      const next = this.snapshots.ids()[1]!;
      if (this.startOffset >= next.offset || next.offset > this.highWatermark) return;
      this.#log.advanceLogStart(next.offset, out);
      this.#log.deleteOldSegments(out);
      this.#keep(this.snapshots.removeBefore(next));
      out.probe('raft: log cleaned below a snapshot');
    }
  }

  #keep(error: DiskError | null): void {
    if (error !== null) this.#failure ??= error;
  }
}
