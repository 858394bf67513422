// biome-ignore-all lint/suspicious/noExplicitAny: what the clients take and give has no types to name
import { ApiKey } from '../../../../engine/wire/index.ts';
import type { PlatformaticApi } from './platformatic.ts';

/** How @platformatic/kafka asks for what concerns groups and transactions. */
export const platformaticGroupApis: readonly PlatformaticApi[] = [
  {
    key: ApiKey.FindCoordinator,
    module: 'metadata/find-coordinator',
    from: 4,
    to: 6,
    request: (body) => [body.keyType, body.coordinatorKeys],
  },
  {
    key: ApiKey.JoinGroup,
    module: 'consumer/join-group',
    from: 0,
    to: 9,
    request: (body) => [
      body.groupId,
      body.sessionTimeoutMs,
      body.rebalanceTimeoutMs,
      body.memberId,
      body.groupInstanceId,
      body.protocolType,
      body.protocols.map((each: any) => ({ ...each, metadata: Buffer.from(each.metadata) })),
      body.reason,
    ],
  },
  {
    key: ApiKey.SyncGroup,
    module: 'consumer/sync-group',
    from: 0,
    to: 5,
    request: (body) => [
      body.groupId,
      body.generationId,
      body.memberId,
      body.groupInstanceId,
      body.protocolType,
      body.protocolName,
      body.assignments.map((each: any) => ({ ...each, assignment: Buffer.from(each.assignment) })),
    ],
  },
  {
    key: ApiKey.Heartbeat,
    module: 'consumer/heartbeat',
    from: 0,
    to: 4,
    request: (body) => [body.groupId, body.generationId, body.memberId, body.groupInstanceId],
  },
  {
    key: ApiKey.LeaveGroup,
    module: 'consumer/leave-group',
    from: 0,
    to: 5,
    request: (body, version) => [body.groupId, version < 3 ? [{ memberId: body.memberId }] : body.members],
  },
  {
    key: ApiKey.OffsetCommit,
    module: 'consumer/offset-commit',
    from: 2,
    to: 9,
    request: (body) => [
      body.groupId,
      body.generationIdOrMemberEpoch,
      body.memberId,
      body.groupInstanceId,
      bigOffsets(body.topics),
    ],
  },
  {
    key: ApiKey.ConsumerGroupHeartbeat,
    module: 'consumer/consumer-group-heartbeat',
    from: 0,
    to: 1,
    request: (body) => [
      body.groupId,
      body.memberId,
      body.memberEpoch,
      body.instanceId,
      body.rackId,
      body.rebalanceTimeoutMs,
      body.subscribedTopicNames,
      body.subscribedTopicRegex,
      body.serverAssignor,
      body.topicPartitions,
    ],
  },
  {
    key: ApiKey.InitProducerId,
    module: 'producer/init-producer-id',
    from: 2,
    to: 5,
    request: (body) => [
      body.transactionalId,
      body.transactionTimeoutMs,
      BigInt(body.producerId),
      body.producerEpoch,
    ],
  },
  {
    key: ApiKey.AddOffsetsToTxn,
    module: 'producer/add-offsets-to-txn',
    from: 0,
    to: 4,
    request: (body) => [body.transactionalId, BigInt(body.producerId), body.producerEpoch, body.groupId],
  },
  {
    key: ApiKey.EndTxn,
    module: 'producer/end-txn',
    from: 3,
    to: 4,
    request: (body) => [body.transactionalId, BigInt(body.producerId), body.producerEpoch, body.committed],
  },
  {
    key: ApiKey.TxnOffsetCommit,
    module: 'producer/txn-offset-commit',
    from: 0,
    to: 4,
    request: (body) => [
      body.transactionalId,
      body.groupId,
      BigInt(body.producerId),
      body.producerEpoch,
      body.generationIdOrMemberEpoch,
      body.memberId,
      body.groupInstanceId,
      bigOffsets(body.topics),
    ],
  },
  {
    key: ApiKey.ListGroups,
    module: 'admin/list-groups',
    from: 0,
    to: 5,
    request: (body) => [body.statesFilter, body.typesFilter],
  },
  {
    key: ApiKey.DeleteGroups,
    module: 'admin/delete-groups',
    from: 0,
    to: 2,
    request: (body) => [body.groupsNames],
  },
  {
    key: ApiKey.DescribeProducers,
    module: 'admin/describe-producers',
    from: 0,
    to: 0,
    request: (body) => [body.topics],
  },
  {
    key: ApiKey.DescribeTransactions,
    module: 'admin/describe-transactions',
    from: 0,
    to: 0,
    request: (body) => [body.transactionalIds],
  },
  {
    key: ApiKey.ListTransactions,
    module: 'admin/list-transactions',
    from: 0,
    to: 2,
    request: (body) => [
      body.stateFilters,
      body.producerIdFilters.map(BigInt),
      BigInt(body.durationFilter),
      body.transactionalIdPattern,
    ],
  },
];

function bigOffsets(topics: readonly any[]): readonly any[] {
  return topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((partition: any) => ({
      ...partition,
      committedOffset: BigInt(partition.committedOffset),
    })),
  }));
}
