import type { Disk } from '../machine/index.ts';
import { assert, DiskError } from '../machine/index.ts';
import { type ControlRecord, RecordsError } from '../records/index.ts';
import type { Records } from '../wire/index.ts';
import type { OffsetAndEpoch } from './offset-and-epoch.ts';
import { compareOffsetAndEpoch, sameOffsetAndEpoch } from './offset-and-epoch.ts';
import { snapshotControlRecords, snapshotState, snapshotTimestamp } from './snapshot-batches.ts';
import { parseSnapshotName, partialSnapshotName, snapshotName } from './snapshot-name.ts';

interface Snapshot {
  readonly id: OffsetAndEpoch;
  readonly size: number;
}

/** The whole snapshots in the log's directory, oldest first (`KafkaRaftLog.snapshots`). */
export class SnapshotStore {
  readonly #disk: Disk;
  readonly #directory: string;
  #snapshots: Snapshot[] = [];

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Takes stock after a restart: what is partial or lies below the log is rubbish. */
  recover(logStartOffset: number): void {
    for (const name of this.#disk.list(this.#directory)) {
      const parsed = parseSnapshotName(name);
      if (parsed === null) continue;
      const path = `${this.#directory}/${name}`;
      if (parsed.isWhole && parsed.id.offset >= logStartOffset) {
        this.#snapshots.push({ id: parsed.id, size: this.#disk.size(path) });
      } else {
        this.#disk.remove(path);
      }
    }
    this.#snapshots.sort((a, b) => compareOffsetAndEpoch(a.id, b.id));
    assert(
      logStartOffset === 0 || this.#snapshots.length > 0,
      'a log that does not begin at zero has a snapshot of what is missing',
    );
  }

  get latest(): OffsetAndEpoch | null {
    return this.#snapshots.at(-1)?.id ?? null;
  }

  get earliest(): OffsetAndEpoch | null {
    return this.#snapshots[0]?.id ?? null;
  }

  get count(): number {
    return this.#snapshots.length;
  }

  /** Oldest first. */
  ids(): readonly OffsetAndEpoch[] {
    return this.#snapshots.map((snapshot) => snapshot.id);
  }

  totalBytes(): number {
    return this.#snapshots.reduce((total, snapshot) => total + snapshot.size, 0);
  }

  /** Null when there is no such snapshot. */
  sizeOf(id: OffsetAndEpoch): number | null {
    return this.#snapshots.find((snapshot) => sameOffsetAndEpoch(snapshot.id, id))?.size ?? null;
  }

  /** Bytes of a snapshot that is known. */
  read(id: OffsetAndEpoch, position: number, length: number): Uint8Array {
    const bytes = this.#disk.read(this.pathOf(id), position, length);
    assert(bytes instanceof Uint8Array, () => `cannot read snapshot ${snapshotName(id)}`);
    return bytes;
  }

  /** The state batches of a snapshot that is known. */
  load(id: OffsetAndEpoch): Records {
    const state = snapshotState(this.read(id, 0, this.sizeOf(id)!));
    assert(!(state instanceof RecordsError), () => `snapshot ${snapshotName(id)} is not what was written`);
    return state;
  }

  /** Header and footer, and what stands between them about the quorum. */
  controlRecords(id: OffsetAndEpoch): readonly ControlRecord[] {
    const records = snapshotControlRecords(this.read(id, 0, this.sizeOf(id)!));
    assert(!(records instanceof RecordsError), () => `snapshot ${snapshotName(id)} is not what was written`);
    return records;
  }

  /** The age of a snapshot is that of the last record in it, which its header tells. */
  lastContainedLogTimestamp(id: OffsetAndEpoch): number {
    const timestamp = snapshotTimestamp(this.read(id, 0, this.sizeOf(id)!));
    assert(typeof timestamp === 'number', () => `snapshot ${snapshotName(id)} is not what was written`);
    return timestamp;
  }

  pathOf(id: OffsetAndEpoch): string {
    return `${this.#directory}/${snapshotName(id)}`;
  }

  partialPathOf(id: OffsetAndEpoch): string {
    return `${this.#directory}/${partialSnapshotName(id)}`;
  }

  /** A snapshot has become durable. */
  add(id: OffsetAndEpoch): void {
    assert(this.sizeOf(id) === null, 'a snapshot is written once');
    this.#snapshots.push({ id, size: this.#disk.size(this.pathOf(id)) });
    this.#snapshots.sort((a, b) => compareOffsetAndEpoch(a.id, b.id));
  }

  /** Removes the snapshots older than this one, which stays. */
  removeBefore(id: OffsetAndEpoch): DiskError | null {
    let failure: DiskError | null = null;
    this.#snapshots = this.#snapshots.filter((snapshot) => {
      if (compareOffsetAndEpoch(snapshot.id, id) >= 0) return true;
      const removed = this.#disk.remove(this.pathOf(snapshot.id));
      if (removed instanceof DiskError) failure ??= removed;
      return false;
    });
    return failure;
  }
}
