import type { OffsetAndEpoch } from './offset-and-epoch.ts';

/** A snapshot on its way from the leader, piece by piece. */
export class SnapshotDownload {
  readonly id: OffsetAndEpoch;
  readonly path: string;
  /** Bytes received: the position of the next piece. */
  size = 0;
  /** All bytes are here; it is being made durable. */
  isWhole = false;

  constructor(id: OffsetAndEpoch, path: string) {
    this.id = id;
    this.path = path;
  }
}
