import type { Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import { kraftVersionRecord, votersRecordOf } from './epoch-start.ts';
import type { RaftCore } from './raft-core.ts';
import type { Leader } from './roles/leader.ts';

/**
 * Why `kraft.version` cannot be raised, or null (`LeaderState.maybeAppendUpgradedKRaftVersion`). Every static voter must
 * have told the leader its directory and what it supports.
 */
export function rejectKRaftVersion(core: RaftCore, leader: Leader, kraftVersion: number): string | null {
  const { requestedKRaftVersion, volatileVoters } = leader;
  const present = core.log.voters.kraftVersion;
  if (requestedKRaftVersion >= 0 && requestedKRaftVersion !== kraftVersion) {
    return `Invalid concurrent upgrade of kraft.version from version ${requestedKRaftVersion} to ${kraftVersion}`;
  }
  if (requestedKRaftVersion >= 0 || present === kraftVersion) return null;
  const from = `Invalid upgrade of kraft.version from version ${present} to ${kraftVersion}`;
  if (present > kraftVersion) return `${from} because the new version is a downgrade`;
  if (volatileVoters === null) return from;
  if (volatileVoters.supportsVersion(kraftVersion)) return null;
  return `Invalid upgrade of kraft.version to ${kraftVersion} because not all of the voters support it`;
}

/** Static voters become dynamic ones: from their record on they are those in the log, with their directories. */
export function raiseKRaftVersion(core: RaftCore, leader: Leader, kraftVersion: number, now: Us): void {
  const { volatileVoters } = leader;
  if (volatileVoters === null) return;
  assert(
    volatileVoters.nodes.every((node) => node.directoryId !== null),
    'who has told its versions has told its directory',
  );
  leader.volatileVoters = null;
  leader.requestedKRaftVersion = kraftVersion;
  core.appendControl([kraftVersionRecord(kraftVersion), votersRecordOf(volatileVoters)], now);
}
