import { type Disk, DiskError } from '../machine/index.ts';
import { kraftVersionRecord, votersRecordOf } from './epoch-start.ts';
import { METADATA_LOG } from './metadata-partition.ts';
import { snapshotBatches } from './snapshot-batches.ts';
import { snapshotName } from './snapshot-name.ts';
import type { VoterSet } from './voters.ts';

/** `Snapshots.BOOTSTRAP_SNAPSHOT_ID`: before any record. */
const BOOTSTRAP = { offset: 0, epoch: 0 };
const DYNAMIC = 1;

/**
 * Formats an empty metadata log as that of a dynamic quorum (`kafka-storage format --standalone` or
 * `--initial-controllers`, KIP-853): a snapshot of nothing at offset 0 that names the first voters. Every first voter
 * gets the same one; the first leader writes it into the log for all others.
 */
export function writeBootstrapSnapshot(
  disk: Disk,
  directory: string,
  voters: VoterSet,
  nowMs: number,
): DiskError | null {
  const log = `${directory}/${METADATA_LOG}`;
  if (disk.list(log).length > 0) return null;
  const failed = disk.makeDirectory(log);
  if (failed !== null) return failed;
  const path = `${log}/${snapshotName(BOOTSTRAP)}`;
  const quorum = [kraftVersionRecord(DYNAMIC), votersRecordOf(voters)];
  const written = disk.write(path, new Uint8Array(0));
  if (written !== null) return written;
  for (const batch of snapshotBatches(BOOTSTRAP.epoch, 0, nowMs, [], quorum)) {
    const appended = disk.append(path, batch);
    if (appended instanceof DiskError) return appended;
  }
  // The format is done before the process starts, so nobody waits for these: the tickets come back as nobody's.
  disk.sync(path);
  disk.syncDirectory(log);
  disk.syncDirectory(directory);
  return null;
}
