import type { Outbox, Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { RaftCore } from './raft-core.ts';
import { LISTENER_NAME } from './voters.ts';

/** The leader's request says where it is reached. */
export function learnEndpoint(
  core: RaftCore,
  leader: number,
  endpoints: readonly { readonly name: string; readonly host: string; readonly port: number }[],
): void {
  const endpoint = endpoints.find(({ name }) => name === LISTENER_NAME);
  if (endpoint !== undefined && leader >= 0) core.nodes.learn(leader, endpoint.host, endpoint.port);
}

/** A message says who leads an epoch: follows if that is news. Two leaders of one epoch cannot be. */
export function learnOf(core: RaftCore, named: number, epoch: number, now: Us, out: Outbox): void {
  const { role } = core.quorum;
  const leader = followable(core, named, epoch, out);
  const isConsistent = epoch !== role.epoch || leader < 0 || role.leader < 0 || leader === role.leader;
  assert(isConsistent, () => `leader ${leader} of epoch ${epoch}, known: ${role.leader} of ${role.epoch}`);
  if (epoch > role.epoch) {
    if (leader >= 0) core.becomeFollower(epoch, leader, now, out);
    else core.becomeUnattached(epoch, -1, now, out);
  } else if (epoch === role.epoch && leader >= 0 && followsNobody(core)) {
    core.becomeFollower(epoch, leader, now, out);
  }
}

/**
 * No leader of this epoch is known, or only by its name: a replica that restarts may remember one that was no voter
 * when its own log ended.
 */
function followsNobody(core: RaftCore): boolean {
  const { role } = core.quorum;
  return role.leader < 0 || role.kind === 'unattached';
}

/**
 * The leader that a message names, or -1 when this replica cannot follow it: because it would be itself in another
 * directory, which it has lost, or because nobody has told where it is reached. Kafka throws, and starts anew until
 * another leads.
 */
function followable(core: RaftCore, leader: number, epoch: number, out: Outbox): number {
  const { role } = core.quorum;
  if (leader < 0) return -1;
  if (leader === core.self.id) {
    if (epoch > role.epoch || (epoch === role.epoch && role.leader !== leader)) {
      out.probe('raft: told of a leadership that it does not remember');
    }
    return -1;
  }
  return core.nodes.has(leader) ? leader : -1;
}

/**
 * What every answer says about epochs and leaders. Null: go on with the answer itself. Otherwise the answer is
 * settled, well (true) or badly (false) (`maybeHandleCommonResponse`).
 */
export function handleCommonResponse(
  core: RaftCore,
  errorCode: number,
  leader: number,
  epoch: number,
  now: Us,
  out: Outbox,
): boolean | null {
  if (epoch < core.epoch || errorCode === ErrorCode.UNKNOWN_LEADER_EPOCH) return true;
  if (
    epoch > core.epoch ||
    errorCode === ErrorCode.FENCED_LEADER_EPOCH ||
    errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER
  ) {
    const before = core.quorum.role;
    learnOf(core, leader, epoch, now, out);
    // Kafka asks again at once, as fast as the network goes; here who had no news is asked after the retry back-off.
    return core.quorum.role !== before;
  }
  if (leader >= 0 && followsNobody(core)) {
    learnOf(core, leader, epoch, now, out);
    return errorCode === ErrorCode.NONE && core.quorum.role.kind === 'follower' ? null : true;
  }
  if (errorCode === ErrorCode.BROKER_NOT_AVAILABLE) return false;
  if (errorCode === ErrorCode.INVALID_VOTER_KEY) return true;
  assert(errorCode !== ErrorCode.INVALID_REQUEST, 'a request of ours was found invalid');
  return null;
}

export function onTopLevelError(errorCode: number, out: Outbox): false {
  if (errorCode !== ErrorCode.BROKER_NOT_AVAILABLE) out.probe('raft: unexpected top-level error');
  return false;
}

export function onUnexpectedError(out: Outbox): false {
  out.probe('raft: unexpected error');
  return false;
}
