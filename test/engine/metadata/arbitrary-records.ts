import fc from 'fast-check';
import type { MetadataRecord } from '../../../engine/metadata/index.ts';
import { uuidFromWords } from '../../../engine/wire/index.ts';

const word = fc.integer({ min: 1, max: 0xffffffff });
export const uuids = fc.tuple(word, word, word, word).map(([a, b, c, d]) => uuidFromWords(a, b, c, d));
const ids = fc.integer({ min: 0, max: 2_147_483_647 });
const offsets = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ maxLength: 20 });
const int32s = fc.array(ids, { maxLength: 5 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const int16 = fc.integer({ min: 0, max: 32_767 });

const endPoints = fc.array(
  fc.record({ name: text, host: text, port: fc.integer({ min: 0, max: 65_535 }), securityProtocol: int16 }),
  { maxLength: 3 },
);
const features = fc.array(fc.record({ name: text, minSupportedVersion: int16, maxSupportedVersion: int16 }), {
  maxLength: 3,
});
const tag = <T extends string>(type: T) => fc.constant(type);

/** Any record of any type, as Kafka could have written it. */
export const anyRecord: fc.Arbitrary<MetadataRecord> = fc.oneof(
  fc.record({
    type: tag('RegisterBrokerRecord'),
    brokerId: ids,
    isMigratingZkBroker: fc.boolean(),
    incarnationId: uuids,
    brokerEpoch: offsets,
    endPoints,
    features,
    rack: maybe(text),
    fenced: fc.boolean(),
    inControlledShutdown: fc.boolean(),
    logDirs: fc.array(uuids, { maxLength: 3 }),
    cordonedLogDirs: maybe(fc.array(uuids, { maxLength: 3 })),
  }),
  fc.record({ type: tag('UnregisterBrokerRecord'), brokerId: ids, brokerEpoch: offsets }),
  fc.record({
    type: tag('BrokerRegistrationChangeRecord'),
    brokerId: ids,
    brokerEpoch: offsets,
    fenced: fc.constantFrom(-1, 0, 1),
    inControlledShutdown: fc.constantFrom(0, 1),
    logDirs: fc.array(uuids, { maxLength: 3 }),
    cordonedLogDirs: maybe(fc.array(uuids, { maxLength: 3 })),
  }),
  fc.record({ type: tag('FenceBrokerRecord'), id: ids, epoch: offsets }),
  fc.record({ type: tag('UnfenceBrokerRecord'), id: ids, epoch: offsets }),
  fc.record({ type: tag('TopicRecord'), name: text, topicId: uuids }),
  fc.record({
    type: tag('PartitionRecord'),
    partitionId: ids,
    topicId: uuids,
    replicas: int32s,
    isr: int32s,
    removingReplicas: int32s,
    addingReplicas: int32s,
    leader: fc.integer({ min: -1, max: 9 }),
    leaderRecoveryState: fc.constantFrom(0, 1),
    leaderEpoch: ids,
    partitionEpoch: ids,
    directories: fc.array(uuids, { maxLength: 3 }),
    eligibleLeaderReplicas: maybe(int32s),
    lastKnownElr: maybe(int32s),
  }),
  fc.record({
    type: tag('PartitionChangeRecord'),
    partitionId: ids,
    topicId: uuids,
    isr: maybe(int32s),
    leader: fc.integer({ min: -2, max: 9 }),
    replicas: maybe(int32s),
    removingReplicas: maybe(int32s),
    addingReplicas: maybe(int32s),
    leaderRecoveryState: fc.constantFrom(-1, 0, 1),
    directories: maybe(fc.array(uuids, { maxLength: 3 })),
    eligibleLeaderReplicas: maybe(int32s),
    lastKnownElr: maybe(int32s),
  }),
  fc.record({ type: tag('RemoveTopicRecord'), topicId: uuids }),
  fc.record({
    type: tag('ConfigRecord'),
    resourceType: fc.constantFrom(2, 4, 8, 16, 32),
    resourceName: text,
    name: text,
    value: maybe(text),
  }),
  fc.record({ type: tag('FeatureLevelRecord'), name: text, featureLevel: int16 }),
  fc.record({
    type: tag('RegisterControllerRecord'),
    controllerId: ids,
    incarnationId: uuids,
    zkMigrationReady: fc.boolean(),
    endPoints,
    features,
  }),
  fc.record({ type: tag('UnregisterControllerRecord'), controllerId: ids }),
  fc.record({ type: tag('ClearElrRecord'), topicName: text }),
  fc.record({
    type: tag('ProducerIdsRecord'),
    brokerId: ids,
    brokerEpoch: offsets,
    nextProducerId: offsets,
  }),
  fc.record({ type: tag('NoOpRecord') }),
  fc.record({ type: tag('BeginTransactionRecord'), name: maybe(text) }),
  fc.record({ type: tag('EndTransactionRecord') }),
  fc.record({ type: tag('AbortTransactionRecord'), reason: maybe(text) }),
);
