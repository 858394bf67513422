import { assert } from '../machine/index.ts';
import { type ControlRecord, ControlType } from '../records/index.ts';
import { ZERO_UUID } from '../wire/index.ts';
import type { KeyedVoter } from './voter-change.ts';
import type { VoterHistory } from './voter-history.ts';
import type { VoterSet } from './voters.ts';

/** The LeaderChange message's own version (`ControlRecordUtils.LEADER_CHANGE_CURRENT_VERSION`). */
const LEADER_CHANGE_VERSION = 0;
const KRAFT_VERSION_RECORD_VERSION = 0;

/**
 * What a new epoch opens with (`LeaderState.appendStartOfEpochControlRecords`): a LeaderChange, for nothing else can
 * commit what came before. In a dynamic quorum the voters follow when the log has never had them, for replicas that
 * were not formatted with them have nothing else to learn them from, or when the leader listens elsewhere by now.
 */
export function epochStartRecords(
  self: KeyedVoter,
  history: VoterHistory,
  grantingVoters: readonly number[],
): readonly ControlRecord[] {
  const { current, kraftVersion, lastEntry } = history;
  const leaderChange: ControlRecord = {
    type: ControlType.LEADER_CHANGE,
    message: {
      version: LEADER_CHANGE_VERSION,
      leaderId: self.id,
      voters: withoutDirectories(current.ids),
      grantingVoters: withoutDirectories(grantingVoters),
    },
  };
  if (kraftVersion === 0) return [leaderChange];
  assert(lastEntry !== null, 'a dynamic quorum has its voters in the log or in a snapshot');
  if (lastEntry.offset >= 0 && !current.needsUpdate(self)) return [leaderChange];
  const updated = current.update(self);
  assert(updated !== null, 'a leader is elected as a voter');
  return [leaderChange, kraftVersionRecord(kraftVersion), votersRecordOf(updated)];
}

export function kraftVersionRecord(kRaftVersion: number): ControlRecord {
  return {
    type: ControlType.KRAFT_VERSION,
    message: { version: KRAFT_VERSION_RECORD_VERSION, kRaftVersion },
  };
}

export function votersRecordOf(voters: VoterSet): ControlRecord {
  return { type: ControlType.KRAFT_VOTERS, message: voters.toRecord() };
}

/** Version 0 of the message has no directories. */
function withoutDirectories(ids: readonly number[]) {
  return ids.map((voterId) => ({ voterId, voterDirectoryId: ZERO_UUID }));
}
