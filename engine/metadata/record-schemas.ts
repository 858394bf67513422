import {
  array,
  bool,
  int8,
  int16,
  int32,
  int64,
  list,
  type Schema,
  string,
  struct,
  uint16,
  uuid,
} from '../wire/index.ts';

/**
 * The record types of the metadata log as schemas (`metadata/src/main/resources/common/metadata/*.json`): Kafka's
 * names, keys, versions and tags. All are flexible from version 0.
 */

const endPoints = array('0+', 'Where the node listens, one entry a listener.', {
  name: string('0+', 'Name of the listener.'),
  host: string('0+', 'Host to connect to.'),
  port: uint16('0+', 'Port to connect to.'),
  securityProtocol: int16('0+', 'Number of the security protocol.'),
});

const features = array('0+', 'Ranges of feature levels that the node supports.', {
  name: string('0+', 'Name of the feature.'),
  minSupportedVersion: int16('0+', 'Lowest level.'),
  maxSupportedVersion: int16('0+', 'Highest level.'),
});

export const registerBrokerRecord = struct(
  'RegisterBrokerRecord',
  { versions: '0-4', flexible: '0+' },
  {
    brokerId: int32('0+', 'The broker.'),
    isMigratingZkBroker: bool('2+', 'Of migrations from ZooKeeper, which ended with 4.0.'),
    incarnationId: uuid('0+', 'Names one life of the broker process.'),
    brokerEpoch: int64('0+', 'Given by the controller, fences what an earlier incarnation sent.'),
    endPoints,
    features,
    rack: string('0+', 'Rack, or null.', { nullable: '0+' }),
    fenced: bool('0+', 'Whether it starts out fenced.', { default: true }),
    inControlledShutdown: bool('1+', 'Whether it is shutting down.'),
    logDirs: list('uuid', '3+', 'Directories that are online.', { tag: 0 }),
    cordonedLogDirs: list(
      'uuid',
      '4+',
      'Directories that take no new replicas; null before the broker told.',
      {
        tag: 1,
        nullable: '4+',
        default: null,
      },
    ),
  },
);

export const unregisterBrokerRecord = struct(
  'UnregisterBrokerRecord',
  { versions: '0', flexible: '0+' },
  {
    brokerId: int32('0+', 'The broker.'),
    brokerEpoch: int64('0+', 'Its epoch.'),
  },
);

export const brokerRegistrationChangeRecord = struct(
  'BrokerRegistrationChangeRecord',
  { versions: '0-3', flexible: '0+' },
  {
    brokerId: int32('0+', 'The broker.'),
    brokerEpoch: int64('0+', 'Its epoch.'),
    fenced: int8('0+', '1 fences, -1 unfences, 0 leaves it.', { tag: 0 }),
    inControlledShutdown: int8('1+', '1 enters controlled shutdown, 0 leaves it.', { tag: 1 }),
    logDirs: list('uuid', '2+', 'Directories online from now on; empty: no change.', { tag: 2 }),
    cordonedLogDirs: list('uuid', '3+', 'Directories cordoned from now on; null: no change.', {
      tag: 3,
      nullable: '3+',
      default: null,
    }),
  },
);

/** Of metadata versions before 3.3: replayed, never written. */
export const fenceBrokerRecord = struct(
  'FenceBrokerRecord',
  { versions: '0', flexible: '0+' },
  {
    id: int32('0+', 'The broker.'),
    epoch: int64('0+', 'Its epoch.'),
  },
);

/** Of metadata versions before 3.3: replayed, never written. */
export const unfenceBrokerRecord = struct(
  'UnfenceBrokerRecord',
  { versions: '0', flexible: '0+' },
  {
    id: int32('0+', 'The broker.'),
    epoch: int64('0+', 'Its epoch.'),
  },
);

export const topicRecord = struct(
  'TopicRecord',
  { versions: '0', flexible: '0+' },
  {
    name: string('0+', 'Name of the topic.'),
    topicId: uuid('0+', 'Its id, which no other topic ever has.'),
  },
);

export const partitionRecord = struct(
  'PartitionRecord',
  { versions: '0-2', flexible: '0+' },
  {
    partitionId: int32('0+', 'Index of the partition.', { default: -1 }),
    topicId: uuid('0+', 'Its topic.'),
    replicas: list('int32', '0+', 'Brokers that hold it, the preferred leader first.'),
    isr: list('int32', '0+', 'In-sync replicas.'),
    removingReplicas: list('int32', '0+', 'Replicas that a reassignment takes away.'),
    addingReplicas: list('int32', '0+', 'Replicas that a reassignment adds.'),
    leader: int32('0+', 'Leader, or -1.', { default: -1 }),
    leaderRecoveryState: int8('0+', '1 after an unclean election, until the leader recovered.', { tag: 0 }),
    leaderEpoch: int32('0+', 'Rises with every change of the leader.', { default: -1 }),
    partitionEpoch: int32('0+', 'Rises with every change of the partition.', { default: -1 }),
    directories: list('uuid', '1+', 'Directory of each replica, in the order of the replicas.'),
    eligibleLeaderReplicas: list('int32', '2+', 'Replicas outside the ISR that hold all committed data.', {
      tag: 1,
      nullable: '2+',
      default: null,
    }),
    lastKnownElr: list('int32', '2+', 'The last leader of a partition without one.', {
      tag: 2,
      nullable: '2+',
      default: null,
    }),
  },
);

/** A field that holds its default leaves the partition's own as it is. */
export const partitionChangeRecord = struct(
  'PartitionChangeRecord',
  { versions: '0-2', flexible: '0+' },
  {
    partitionId: int32('0+', 'Index of the partition.', { default: -1 }),
    topicId: uuid('0+', 'Its topic.'),
    isr: list('int32', '0+', 'New ISR.', { tag: 0, nullable: '0+', default: null }),
    leader: int32('0+', 'New leader, or -1; naming one, even the same, raises the leader epoch.', {
      tag: 1,
      default: -2,
    }),
    replicas: list('int32', '0+', 'New replicas.', { tag: 2, nullable: '0+', default: null }),
    removingReplicas: list('int32', '0+', 'New list.', { tag: 3, nullable: '0+', default: null }),
    addingReplicas: list('int32', '0+', 'New list.', { tag: 4, nullable: '0+', default: null }),
    leaderRecoveryState: int8('0+', 'New recovery state.', { tag: 5, default: -1 }),
    directories: list('uuid', '1+', 'New directories.', { tag: 8, nullable: '1+', default: null }),
    eligibleLeaderReplicas: list('int32', '2+', 'New ELR.', { tag: 6, nullable: '2+', default: null }),
    lastKnownElr: list('int32', '2+', 'New last known leader.', { tag: 7, nullable: '2+', default: null }),
  },
);

export const removeTopicRecord = struct(
  'RemoveTopicRecord',
  { versions: '0', flexible: '0+' },
  { topicId: uuid('0+', 'The topic.') },
);

export const configRecord = struct(
  'ConfigRecord',
  { versions: '0', flexible: '0+' },
  {
    resourceType: int8('0+', 'A `ConfigResource`.'),
    resourceName: string('0+', 'Topic, broker id, or empty for the default of all brokers.'),
    name: string('0+', 'Configuration.'),
    value: string('0+', 'Its value; null deletes it.', { nullable: '0+' }),
  },
);

export const featureLevelRecord = struct(
  'FeatureLevelRecord',
  { versions: '0', flexible: '0+' },
  {
    name: string('0+', 'The feature.'),
    featureLevel: int16('0+', 'Its finalized level; 0 switches it off.'),
  },
);

export const registerControllerRecord = struct(
  'RegisterControllerRecord',
  { versions: '0', flexible: '0+' },
  {
    controllerId: int32('0+', 'The controller.'),
    incarnationId: uuid('0+', 'Names one life of the process.'),
    zkMigrationReady: bool('0+', 'Of migrations from ZooKeeper, which ended with 4.0.'),
    endPoints,
    features,
  },
);

export const unregisterControllerRecord = struct(
  'UnregisterControllerRecord',
  { versions: '0', flexible: '0+' },
  { controllerId: int32('0+', 'The controller.') },
);

export const clearElrRecord = struct(
  'ClearElrRecord',
  { versions: '0', flexible: '0+' },
  { topicName: string('0+', 'The topic whose ELRs are dropped; empty: all topics (KAFKA-16540).') },
);

export const producerIdsRecord = struct(
  'ProducerIdsRecord',
  { versions: '0', flexible: '0+' },
  {
    brokerId: int32('0+', 'The broker that took the block.'),
    brokerEpoch: int64('0+', 'Its epoch.', { default: -1 }),
    nextProducerId: int64('0+', 'First id after the block.'),
  },
);

export const noOpRecord = struct('NoOpRecord', { versions: '0', flexible: '0+' }, {});

export const beginTransactionRecord = struct(
  'BeginTransactionRecord',
  { versions: '0', flexible: '0+' },
  { name: string('0+', 'What the transaction is for.', { tag: 0, nullable: '0+', default: null }) },
);

export const endTransactionRecord = struct('EndTransactionRecord', { versions: '0', flexible: '0+' }, {});

export const abortTransactionRecord = struct(
  'AbortTransactionRecord',
  { versions: '0', flexible: '0+' },
  { reason: string('0+', 'Why.', { tag: 0, nullable: '0+', default: null }) },
);

interface RecordSchema<T extends object> {
  readonly apiKey: number;
  readonly schema: Schema<T>;
}

function entry<T extends object>(apiKey: number, schema: Schema<T>): RecordSchema<T> {
  return { apiKey, schema };
}

/** Every record type with its key (`MetadataRecordType`). */
export const recordSchemas = {
  RegisterBrokerRecord: entry(0, registerBrokerRecord),
  UnregisterBrokerRecord: entry(1, unregisterBrokerRecord),
  TopicRecord: entry(2, topicRecord),
  PartitionRecord: entry(3, partitionRecord),
  ConfigRecord: entry(4, configRecord),
  PartitionChangeRecord: entry(5, partitionChangeRecord),
  FenceBrokerRecord: entry(7, fenceBrokerRecord),
  UnfenceBrokerRecord: entry(8, unfenceBrokerRecord),
  RemoveTopicRecord: entry(9, removeTopicRecord),
  FeatureLevelRecord: entry(12, featureLevelRecord),
  ProducerIdsRecord: entry(15, producerIdsRecord),
  BrokerRegistrationChangeRecord: entry(17, brokerRegistrationChangeRecord),
  NoOpRecord: entry(20, noOpRecord),
  BeginTransactionRecord: entry(23, beginTransactionRecord),
  EndTransactionRecord: entry(24, endTransactionRecord),
  AbortTransactionRecord: entry(25, abortTransactionRecord),
  RegisterControllerRecord: entry(27, registerControllerRecord),
  ClearElrRecord: entry(28, clearElrRecord),
  UnregisterControllerRecord: entry(29, unregisterControllerRecord),
} as const;
