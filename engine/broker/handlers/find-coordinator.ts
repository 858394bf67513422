import { type ClusterImage, coordinatorPartition } from '../../metadata/index.ts';
import { ErrorCode, type FindCoordinatorRequest, type FindCoordinatorResponse } from '../../wire/index.ts';
import { GROUP_METADATA_TOPIC, SHARE_GROUP_STATE_TOPIC, TRANSACTION_STATE_TOPIC } from '../topic-name.ts';

type Found = FindCoordinatorResponse['coordinators'][number];

/** `FindCoordinatorRequest.CoordinatorType`. */
export const CoordinatorType = { GROUP: 0, TRANSACTION: 1, SHARE: 2 } as const;

/** Several keys at once from this version on (KIP-699); share partitions from the other. */
const MANY_KEYS_VERSION = 4;
const SHARE_VERSION = 6;

export interface FindCoordinatorDecision {
  readonly response: FindCoordinatorResponse;
  /** An internal topic that is not there yet and shall be made; '' for none. */
  readonly create: string;
}

/**
 * Which broker coordinates a key: the leader of the partition of an internal topic into which the key falls
 * (`KafkaApis.getCoordinator`). The first who asks has the topic made, and is told COORDINATOR_NOT_AVAILABLE until then.
 */
export function decideFindCoordinator(
  image: ClusterImage,
  apiVersion: number,
  { coordinatorKeys, key, keyType }: FindCoordinatorRequest,
): FindCoordinatorDecision {
  const topic = topicOf(keyType, apiVersion);
  const keys = apiVersion >= MANY_KEYS_VERSION ? coordinatorKeys : [key];
  const coordinators = keys.map((each) => find(image, topic, each, keyType));
  const create = topic !== null && keys.length > 0 && !image.topicsByName.has(topic) ? topic : '';
  if (apiVersion >= MANY_KEYS_VERSION) return { response: { ...NOBODY, coordinators }, create };
  const { errorCode, host, nodeId, port } = coordinators[0]!;
  const errorMessage = errorCode === ErrorCode.NONE ? 'NONE' : null;
  return { response: { ...NOBODY, errorCode, errorMessage, nodeId, host, port }, create };
}

const NOBODY: FindCoordinatorResponse = {
  throttleTimeMs: 0,
  errorCode: ErrorCode.NONE,
  errorMessage: null,
  nodeId: 0,
  host: '',
  port: 0,
  coordinators: [],
};

/** Null: not a type of coordinator in this version. */
function topicOf(keyType: number, apiVersion: number): string | null {
  switch (keyType) {
    case CoordinatorType.GROUP:
      return GROUP_METADATA_TOPIC;
    case CoordinatorType.TRANSACTION:
      return TRANSACTION_STATE_TOPIC;
    case CoordinatorType.SHARE:
      return apiVersion >= SHARE_VERSION ? SHARE_GROUP_STATE_TOPIC : null;
    default:
      return null;
  }
}

function find(image: ClusterImage, topic: string | null, key: string, keyType: number): Found {
  if (topic === null) return refused(key, ErrorCode.INVALID_REQUEST);
  const hashed = keyType === CoordinatorType.SHARE ? shareKey(key) : key;
  if (hashed === null) return refused(key, ErrorCode.INVALID_REQUEST);
  const partitions = image.topicsByName.get(topic)?.partitions;
  if (partitions === undefined || partitions.length === 0)
    return refused(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  const leader = partitions[coordinatorPartition(hashed, partitions.length)]?.leader ?? -1;
  const broker = leader < 0 ? undefined : image.broker(leader);
  if (broker === undefined || broker.fenced) return refused(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  const { host, port } = broker;
  return { key, nodeId: leader, host, port, errorCode: ErrorCode.NONE, errorMessage: null };
}

/** `group:topicId:partition`, hashed as it stands (`SharePartitionKey`); null: it is none. */
function shareKey(key: string): string | null {
  return /^.*\S.*:[\w-]{22}:\d+$/.test(key) ? key : null;
}

function refused(key: string, errorCode: number): Found {
  return { key, nodeId: -1, host: '', port: -1, errorCode, errorMessage: null };
}
