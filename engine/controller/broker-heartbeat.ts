import { assert, type Us, unreachable } from '../machine/index.ts';
import type { MetadataRecord } from '../metadata/index.ts';
import { type BrokerHeartbeatRequest, type BrokerHeartbeatResponse, ErrorCode } from '../wire/index.ts';
import type { BrokerControlState } from './broker-heartbeats.ts';
import {
  appendControlledShutdown,
  appendDirectoriesCordoned,
  appendDirectoriesOffline,
  appendFenced,
  appendUnfenced,
} from './broker-moves.ts';
import type { ControllerState } from './controller-state.ts';
import { type Decision, decided, rejected } from './decision.ts';

export function brokerHeartbeatError(errorCode: number): BrokerHeartbeatResponse {
  return { throttleTimeMs: 0, errorCode, isCaughtUp: false, isFenced: true, shouldShutDown: false };
}

export interface HeartbeatDecision {
  readonly decision: Decision;
  /** The broker is in controlled shutdown, until others have read the records of this decision. */
  readonly entersShutdown: boolean;
}

/**
 * A broker says that it lives (`processBrokerHeartbeat`). The state machine is `BrokerHeartbeats.nextState`; here
 * are the records that a change of state needs.
 */
export function decideBrokerHeartbeat(
  now: Us,
  state: ControllerState,
  request: BrokerHeartbeatRequest,
): HeartbeatDecision {
  const { image, heartbeats } = state;
  const id = request.brokerId;
  heartbeats.track(now, id, request.brokerEpoch, image);
  const registrationOffset = image.registrationOffset(id);
  if (registrationOffset === undefined || image.broker(id)?.epoch !== request.brokerEpoch) {
    const decision = rejected(brokerHeartbeatError(ErrorCode.STALE_BROKER_EPOCH));
    return { decision, entersShutdown: false };
  }
  const current = heartbeats.state(id);
  const next = heartbeats.nextState(id, request, registrationOffset, () => leadsAny(state, id));
  const records: MetadataRecord[] = [];
  if (current !== next) appendMove(state, id, next, records);
  heartbeats.touch(id, next === 'FENCED' || next === 'SHUTDOWN_NOW', request.currentMetadataOffset);
  appendDirectoriesOffline(state, id, request.offlineLogDirs, records);
  if (request.cordonedLogDirs !== null) {
    appendDirectoriesCordoned(state, id, request.cordonedLogDirs, records);
  }
  const body: BrokerHeartbeatResponse = {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    isCaughtUp: request.currentMetadataOffset >= registrationOffset,
    isFenced: next === 'FENCED' || next === 'SHUTDOWN_NOW',
    shouldShutDown: next === 'SHUTDOWN_NOW',
  };
  return { decision: decided(body, records), entersShutdown: next === 'CONTROLLED_SHUTDOWN' };
}

function appendMove(
  state: ControllerState,
  broker: number,
  next: BrokerControlState,
  records: MetadataRecord[],
): void {
  switch (next) {
    case 'FENCED':
    case 'SHUTDOWN_NOW':
      appendFenced(state, broker, records);
      break;
    case 'UNFENCED':
      appendUnfenced(state, broker, records);
      break;
    case 'CONTROLLED_SHUTDOWN':
      appendControlledShutdown(state, broker, records);
      break;
    default:
      unreachable(next);
  }
}

function leadsAny(state: ControllerState, broker: number): boolean {
  for (const topic of state.image.topicsById.values()) {
    if (topic.partitions.some((partition) => partition.leader === broker)) return true;
  }
  return false;
}

/** Once its records have their offsets: a broker in controlled shutdown may go when all have read this far. */
export function noteControlledShutdown(state: ControllerState, broker: number, lastOffset: number): void {
  assert(lastOffset < state.nextOffset, 'a controlled shutdown ends at a record that is written');
  state.heartbeats.enterControlledShutdown(broker, lastOffset);
}
