import type { OffsetAndEpoch } from './offset-and-epoch.ts';

const OFFSET_DIGITS = 20;
const EPOCH_DIGITS = 10;
const SUFFIX = '.checkpoint';

/** `<offset, 20 digits>-<epoch, 10 digits>.checkpoint` (`Snapshots`). */
export function snapshotName(id: OffsetAndEpoch): string {
  return `${String(id.offset).padStart(OFFSET_DIGITS, '0')}-${String(id.epoch).padStart(EPOCH_DIGITS, '0')}${SUFFIX}`;
}

/** A file being written, or one given up. */
export function partialSnapshotName(id: OffsetAndEpoch): string {
  return `${snapshotName(id)}.part`;
}

/** What a file name in the log's directory says about snapshots; null when it is none of theirs. */
export function parseSnapshotName(name: string): { id: OffsetAndEpoch; isWhole: boolean } | null {
  const match = /^(\d{20})-(\d{10}).*\.checkpoint(\.part|\.deleted)?$/.exec(name);
  if (match === null) return null;
  return { id: { offset: Number(match[1]), epoch: Number(match[2]) }, isWhole: match[3] === undefined };
}
