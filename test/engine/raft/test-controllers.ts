import {
  MAX_KRAFT_VERSION,
  type Voter,
  VoterSet,
  writeBootstrapSnapshot,
} from '../../../engine/raft/index.ts';
import { ApiKey, apiOf, make } from '../../../engine/wire/index.ts';
import type { MemoryDisk } from './memory-disk.ts';

/** 101, 102, ... */
export function testControllers(count: number): readonly Voter[] {
  return Array.from({ length: count }, (_, at) => ({ id: 101 + at, host: `c${101 + at}`, port: 9093 }));
}

/** Another one for each disk that a node has had. */
export function testDirectoryId(id: number, wipes: number): string {
  return `dddddddddddddddd${String(10_000 + 1000 * wipes + id)}A`;
}

/** As `kafka-storage format --initial-controllers` does it, before the first start. */
export function formatDisk(
  disk: MemoryDisk,
  root: string,
  controllers: readonly Voter[],
  nowMs: number,
): void {
  const { onSync } = disk;
  disk.onSync = (ticket) => disk.complete(ticket);
  const voters = controllers.map((voter) => ({
    ...voter,
    directoryId: testDirectoryId(voter.id, 0),
    minVersion: 0,
    maxVersion: MAX_KRAFT_VERSION,
  }));
  writeBootstrapSnapshot(disk, root, new VoterSet(voters), nowMs);
  disk.onSync = onSync;
}

/** What each node answers when it is asked for the versions that it supports. */
export function supportedVersions(): object {
  const supportedFeatures = [{ name: 'kraft.version', minVersion: 0, maxVersion: MAX_KRAFT_VERSION }];
  return make(apiOf(ApiKey.ApiVersions)!.response, { supportedFeatures });
}
