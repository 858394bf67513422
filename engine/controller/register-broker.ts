import type { Us } from '../machine/index.ts';
import {
  type BrokerRegistration,
  type ClusterImage,
  isReservedDirectory,
  KRAFT_VERSION,
  METADATA_VERSION,
  type MetadataRecord,
} from '../metadata/index.ts';
import { type BrokerRegistrationRequest, type BrokerRegistrationResponse, ErrorCode } from '../wire/index.ts';
import { appendShutdown } from './broker-moves.ts';
import type { ControllerState } from './controller-state.ts';
import { type Decision, decided, rejected } from './decision.ts';

/** From this version on a request says which epoch the broker shut down cleanly in. */
const FIRST_VERSION_WITH_PREVIOUS_EPOCH = 3;

export function brokerRegistrationAnswer(errorCode: number, brokerEpoch = -1): BrokerRegistrationResponse {
  return { throttleTimeMs: 0, errorCode, brokerEpoch };
}

/**
 * A broker process announces itself (`ClusterControlManager.registerBroker`). A new incarnation gets a new epoch,
 * after what the old one left behind is cleaned up; the same incarnation asking again keeps its epoch, lest its
 * requests under way be fenced (KAFKA-16952).
 */
export function decideRegisterBroker(
  now: Us,
  state: ControllerState,
  version: number,
  request: BrokerRegistrationRequest,
): Decision {
  const error = rejectRegistration(now, state, request);
  if (error !== ErrorCode.NONE) return rejected(brokerRegistrationAnswer(error));
  const { image, heartbeats } = state;
  const existing = image.broker(request.brokerId);
  const records: MetadataRecord[] = [];
  const isSame = existing !== undefined && existing.incarnationId === request.incarnationId;
  if (!isSame) {
    const isClean =
      version >= FIRST_VERSION_WITH_PREVIOUS_EPOCH &&
      existing !== undefined &&
      existing.epoch === request.previousBrokerEpoch;
    appendShutdown(state, request.brokerId, isClean, records);
  }
  // The offset of this operation's first record, which only rises: what an epoch needs.
  const brokerEpoch = isSame ? existing.epoch : state.nextOffset;
  const fenced = isSame ? existing.fenced : true;
  records.push({
    type: 'RegisterBrokerRecord',
    brokerId: request.brokerId,
    isMigratingZkBroker: false,
    incarnationId: request.incarnationId,
    brokerEpoch,
    endPoints: request.listeners,
    features: request.features,
    rack: request.rack,
    fenced,
    inControlledShutdown: isSame ? existing.inControlledShutdown : false,
    logDirs: request.logDirs,
    cordonedLogDirs: null,
  });
  if (!isSame) heartbeats.remove(request.brokerId);
  heartbeats.register(request.brokerId, fenced);
  return decided(brokerRegistrationAnswer(ErrorCode.NONE, brokerEpoch), records);
}

function rejectRegistration(now: Us, state: ControllerState, request: BrokerRegistrationRequest): number {
  if (request.clusterId !== state.clusterId) return ErrorCode.INCONSISTENT_CLUSTER_ID;
  const existing = state.image.broker(request.brokerId);
  if (existing !== undefined && hasLivingRival(now, state, existing, request)) {
    return ErrorCode.DUPLICATE_BROKER_REGISTRATION;
  }
  if (request.isMigratingZkBroker) return ErrorCode.BROKER_ID_NOT_REGISTERED;
  const error = rejectDirectories(state.image, request);
  return error !== ErrorCode.NONE ? error : rejectFeatures(state, request);
}

/** Another process with this id lives: only when its session ends can it be replaced. */
function hasLivingRival(
  now: Us,
  state: ControllerState,
  existing: BrokerRegistration,
  request: BrokerRegistrationRequest,
): boolean {
  return (
    existing.incarnationId !== request.incarnationId &&
    state.heartbeats.hasValidSession(now, existing.id, existing.epoch)
  );
}

function rejectDirectories(image: ClusterImage, request: BrokerRegistrationRequest): number {
  const directories = new Set(request.logDirs);
  if (directories.size === 0 || directories.size !== request.logDirs.length) {
    return ErrorCode.INVALID_REGISTRATION;
  }
  for (const directory of directories) {
    if (isReservedDirectory(directory)) return ErrorCode.INVALID_REGISTRATION;
  }
  for (const broker of image.brokers.values()) {
    if (broker.id === request.brokerId) continue;
    if (broker.directories.some((directory) => directories.has(directory))) {
      return ErrorCode.INVALID_REGISTRATION;
    }
  }
  return ErrorCode.NONE;
}

/**
 * The broker must support every feature at the level that is finalized; a feature it does not name it has at 0 only.
 */
function rejectFeatures(state: ControllerState, request: BrokerRegistrationRequest): number {
  const levels = new Map(state.image.features);
  levels.set(KRAFT_VERSION, state.kraftVersion);
  const named = new Set<string>();
  for (const feature of request.features) {
    named.add(feature.name);
    const level = levels.get(feature.name) ?? 0;
    if (level < feature.minSupportedVersion || level > feature.maxSupportedVersion) {
      return ErrorCode.UNSUPPORTED_VERSION;
    }
  }
  if (!named.has(METADATA_VERSION)) return ErrorCode.INVALID_REGISTRATION;
  for (const [name, level] of levels) {
    if (level !== 0 && !named.has(name)) return ErrorCode.UNSUPPORTED_VERSION;
  }
  return ErrorCode.NONE;
}
