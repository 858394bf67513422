/**
 * The records of the metadata log as values: one interface a record type, every field present, Kafka's own field names
 * (`metadata/src/main/resources/common/metadata/*.json`). Their bytes are the business of `record-schemas.ts`.
 */

export interface RecordEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: number;
}

export interface RecordFeature {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

export interface RegisterBrokerRecord {
  readonly type: 'RegisterBrokerRecord';
  readonly brokerId: number;
  readonly isMigratingZkBroker: boolean;
  readonly incarnationId: string;
  readonly brokerEpoch: number;
  readonly endPoints: readonly RecordEndpoint[];
  readonly features: readonly RecordFeature[];
  readonly rack: string | null;
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  readonly logDirs: readonly string[];
  readonly cordonedLogDirs: readonly string[] | null;
}

export interface UnregisterBrokerRecord {
  readonly type: 'UnregisterBrokerRecord';
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

export interface BrokerRegistrationChangeRecord {
  readonly type: 'BrokerRegistrationChangeRecord';
  readonly brokerId: number;
  readonly brokerEpoch: number;
  /** 1 fences, -1 unfences, 0 leaves it. */
  readonly fenced: number;
  /** 1 enters controlled shutdown, 0 leaves it as it is. */
  readonly inControlledShutdown: number;
  /** Empty: no change. */
  readonly logDirs: readonly string[];
  /** Null: no change. */
  readonly cordonedLogDirs: readonly string[] | null;
}

/** Of metadata versions before 3.3; replayed, never written. */
export interface FenceBrokerRecord {
  readonly type: 'FenceBrokerRecord';
  readonly id: number;
  readonly epoch: number;
}

/** Of metadata versions before 3.3; replayed, never written. */
export interface UnfenceBrokerRecord {
  readonly type: 'UnfenceBrokerRecord';
  readonly id: number;
  readonly epoch: number;
}

export interface TopicRecord {
  readonly type: 'TopicRecord';
  readonly name: string;
  readonly topicId: string;
}

export interface PartitionRecord {
  readonly type: 'PartitionRecord';
  readonly partitionId: number;
  readonly topicId: string;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly leader: number;
  readonly leaderRecoveryState: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly directories: readonly string[];
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

/** What a field leaves out (null, or its "no change" value) stays as it was. */
export interface PartitionChangeRecord {
  readonly type: 'PartitionChangeRecord';
  readonly partitionId: number;
  readonly topicId: string;
  readonly isr: readonly number[] | null;
  /** NO_LEADER_CHANGE, or a leader: naming any, even the same, raises the leader epoch. */
  readonly leader: number;
  readonly replicas: readonly number[] | null;
  readonly removingReplicas: readonly number[] | null;
  readonly addingReplicas: readonly number[] | null;
  readonly leaderRecoveryState: number;
  readonly directories: readonly string[] | null;
  readonly eligibleLeaderReplicas: readonly number[] | null;
  readonly lastKnownElr: readonly number[] | null;
}

export interface RemoveTopicRecord {
  readonly type: 'RemoveTopicRecord';
  readonly topicId: string;
}

export interface ConfigRecord {
  readonly type: 'ConfigRecord';
  /** A `ConfigResource`. */
  readonly resourceType: number;
  readonly resourceName: string;
  readonly name: string;
  /** Null: deleted. */
  readonly value: string | null;
}

export interface FeatureLevelRecord {
  readonly type: 'FeatureLevelRecord';
  readonly name: string;
  readonly featureLevel: number;
}

export interface RegisterControllerRecord {
  readonly type: 'RegisterControllerRecord';
  readonly controllerId: number;
  readonly incarnationId: string;
  readonly zkMigrationReady: boolean;
  readonly endPoints: readonly RecordEndpoint[];
  readonly features: readonly RecordFeature[];
}

export interface UnregisterControllerRecord {
  readonly type: 'UnregisterControllerRecord';
  readonly controllerId: number;
}

/** Clears ELR and last known ELR of one topic, or of all when the name is empty (KAFKA-16540). */
export interface ClearElrRecord {
  readonly type: 'ClearElrRecord';
  readonly topicName: string;
}

export interface ProducerIdsRecord {
  readonly type: 'ProducerIdsRecord';
  readonly brokerId: number;
  readonly brokerEpoch: number;
  readonly nextProducerId: number;
}

export interface NoOpRecord {
  readonly type: 'NoOpRecord';
}

export interface BeginTransactionRecord {
  readonly type: 'BeginTransactionRecord';
  readonly name: string | null;
}

export interface EndTransactionRecord {
  readonly type: 'EndTransactionRecord';
}

export interface AbortTransactionRecord {
  readonly type: 'AbortTransactionRecord';
  readonly reason: string | null;
}

export type MetadataRecord =
  | RegisterBrokerRecord
  | UnregisterBrokerRecord
  | BrokerRegistrationChangeRecord
  | FenceBrokerRecord
  | UnfenceBrokerRecord
  | TopicRecord
  | PartitionRecord
  | PartitionChangeRecord
  | RemoveTopicRecord
  | ConfigRecord
  | FeatureLevelRecord
  | RegisterControllerRecord
  | UnregisterControllerRecord
  | ClearElrRecord
  | ProducerIdsRecord
  | NoOpRecord
  | BeginTransactionRecord
  | EndTransactionRecord
  | AbortTransactionRecord;

export type MetadataRecordType = MetadataRecord['type'];

/** No leader (`LeaderConstants`). */
export const NO_LEADER = -1;
/** In a change record: the leader, and with it the leader epoch, stays. */
export const NO_LEADER_CHANGE = -2;

/** `LeaderRecoveryState` as bytes. */
export const RecoveryState = { RECOVERED: 0, RECOVERING: 1, NO_CHANGE: -1 } as const;

/** `ConfigResource.Type`. */
export const ConfigResource = {
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const;

/** Everything of a change record but the partition that it is about. */
export type PartitionChanges = Partial<Omit<PartitionChangeRecord, 'type' | 'partitionId' | 'topicId'>>;

export function partitionChangeRecord(
  topicId: string,
  partitionId: number,
  changes: PartitionChanges,
): PartitionChangeRecord {
  return {
    type: 'PartitionChangeRecord',
    partitionId,
    topicId,
    isr: changes.isr ?? null,
    leader: changes.leader ?? NO_LEADER_CHANGE,
    replicas: changes.replicas ?? null,
    removingReplicas: changes.removingReplicas ?? null,
    addingReplicas: changes.addingReplicas ?? null,
    leaderRecoveryState: changes.leaderRecoveryState ?? RecoveryState.NO_CHANGE,
    directories: changes.directories ?? null,
    eligibleLeaderReplicas: changes.eligibleLeaderReplicas ?? null,
    lastKnownElr: changes.lastKnownElr ?? null,
  };
}

export type BrokerChanges = Partial<
  Omit<BrokerRegistrationChangeRecord, 'type' | 'brokerId' | 'brokerEpoch'>
>;

export function brokerRegistrationChangeRecord(
  brokerId: number,
  brokerEpoch: number,
  changes: BrokerChanges,
): BrokerRegistrationChangeRecord {
  return {
    type: 'BrokerRegistrationChangeRecord',
    brokerId,
    brokerEpoch,
    fenced: changes.fenced ?? 0,
    inControlledShutdown: changes.inControlledShutdown ?? 0,
    logDirs: changes.logDirs ?? [],
    cordonedLogDirs: changes.cordonedLogDirs ?? null,
  };
}
