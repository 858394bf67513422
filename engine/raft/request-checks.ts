import { ErrorCode, ZERO_UUID } from '../wire/index.ts';
import type { RaftCore } from './raft-core.ts';

/** What the handlers of requests check alike. */
export function isSameCluster(core: RaftCore, clusterId: string | null): boolean {
  return clusterId === null || clusterId === core.clusterId;
}

/** The request names this voter, or nobody. */
export function isMeantForSelf(core: RaftCore, voterId: number, directoryId: string): boolean {
  if (voterId < 0) return true;
  return voterId === core.self.id && (directoryId === ZERO_UUID || directoryId === core.self.directoryId);
}

export function rejectVoterRequest(core: RaftCore, remote: number, epoch: number): number | null {
  if (epoch < core.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
  return remote < 0 ? ErrorCode.INVALID_REQUEST : null;
}

export function rejectLeaderRequest(core: RaftCore, epoch: number): number | null {
  if (epoch < core.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (epoch > core.epoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  if (core.quorum.role.kind !== 'leader') return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  return core.isShuttingDown ? ErrorCode.BROKER_NOT_AVAILABLE : null;
}
