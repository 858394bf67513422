import type { Infer } from '../wire/index.ts';
import type { recordSchemas } from './record-schemas.ts';

/*
 * The records of the metadata log as values: the record's type and every field of its schema, with Kafka's own names.
 */
type Bodies = {
  readonly [Name in keyof typeof recordSchemas]: Infer<(typeof recordSchemas)[Name]['schema']>;
};

/** Which record; the keys of `recordSchemas`. */
export type MetadataRecordType = keyof Bodies;

type RecordOf<Type extends MetadataRecordType> = { readonly type: Type } & Bodies[Type];

export type RegisterBrokerRecord = RecordOf<'RegisterBrokerRecord'>;
export type BrokerRegistrationChangeRecord = RecordOf<'BrokerRegistrationChangeRecord'>;
export type TopicRecord = RecordOf<'TopicRecord'>;
export type PartitionRecord = RecordOf<'PartitionRecord'>;
export type PartitionChangeRecord = RecordOf<'PartitionChangeRecord'>;
export type RemoveTopicRecord = RecordOf<'RemoveTopicRecord'>;
export type ConfigRecord = RecordOf<'ConfigRecord'>;
export type ClearElrRecord = RecordOf<'ClearElrRecord'>;
export type ProducerIdsRecord = RecordOf<'ProducerIdsRecord'>;
export type RegisterControllerRecord = RecordOf<'RegisterControllerRecord'>;

/** A record of the metadata log: its type and every field of its schema. */
export type MetadataRecord = { [Type in MetadataRecordType]: RecordOf<Type> }[MetadataRecordType];

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
