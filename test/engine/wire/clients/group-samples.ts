import * as wire from '../../../../engine/wire/index.ts';
import { ApiKey, make, type Schema } from '../../../../engine/wire/index.ts';
import { FAR, TOPIC_ID } from './sample-values.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const transaction = { transactionalId: 'tx', producerId: FAR, producerEpoch: 4 };
const committed = [
  {
    name: 't',
    partitions: [
      { partitionIndex: 2, committedOffset: FAR, committedLeaderEpoch: 6, committedMetadata: 'm' },
      { partitionIndex: 3, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: null },
    ],
  },
];
const verdicts = [{ name: 't', partitions: [{ partitionIndex: 2, errorCode: 27 }] }];

/** Requests about groups and transactions in which what a client can set differs from its default. */
export const groupRequests: readonly (readonly [number, object])[] = [
  [ApiKey.FindCoordinator, make(wire.findCoordinatorRequest, { keyType: 1, coordinatorKeys: ['a', 'ö'] })],
  [
    ApiKey.JoinGroup,
    make(wire.joinGroupRequest, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      memberId: 'm',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: bytes(1, 2, 3) }],
      reason: 'why',
    }),
  ],
  [
    ApiKey.SyncGroup,
    make(wire.syncGroupRequest, {
      groupId: 'g',
      generationId: 7,
      memberId: 'm',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId: 'm', assignment: bytes(9, 8) }],
    }),
  ],
  [
    ApiKey.Heartbeat,
    make(wire.heartbeatRequest, { groupId: 'g', generationId: 7, memberId: 'm', groupInstanceId: 'i' }),
  ],
  [
    ApiKey.LeaveGroup,
    make(wire.leaveGroupRequest, {
      groupId: 'g',
      memberId: 'm',
      members: [{ memberId: 'm', groupInstanceId: 'i', reason: 'why' }],
    }),
  ],
  [
    ApiKey.OffsetCommit,
    make(wire.offsetCommitRequest, {
      groupId: 'g',
      generationIdOrMemberEpoch: 7,
      memberId: 'm',
      groupInstanceId: 'i',
      topics: committed,
    }),
  ],
  [
    ApiKey.ConsumerGroupHeartbeat,
    make(wire.consumerGroupHeartbeatRequest, {
      groupId: 'g',
      memberId: 'm',
      memberEpoch: 3,
      instanceId: 'i',
      rackId: 'r',
      rebalanceTimeoutMs: 60_000,
      subscribedTopicNames: ['t'],
      subscribedTopicRegex: 't.*',
      serverAssignor: 'uniform',
      topicPartitions: [],
    }),
  ],
  [
    ApiKey.InitProducerId,
    make(wire.initProducerIdRequest, {
      transactionalId: 'tx',
      transactionTimeoutMs: 60_000,
      producerId: FAR,
      producerEpoch: 4,
    }),
  ],
  [ApiKey.AddOffsetsToTxn, make(wire.addOffsetsToTxnRequest, { ...transaction, groupId: 'g' })],
  [ApiKey.EndTxn, make(wire.endTxnRequest, { ...transaction, committed: true })],
  [
    ApiKey.TxnOffsetCommit,
    make(wire.txnOffsetCommitRequest, {
      ...transaction,
      groupId: 'g',
      generationIdOrMemberEpoch: 7,
      memberId: 'm',
      groupInstanceId: 'i',
      topics: committed,
    }),
  ],
  [ApiKey.ListGroups, make(wire.listGroupsRequest, { statesFilter: ['Stable'], typesFilter: ['classic'] })],
  [ApiKey.DeleteGroups, make(wire.deleteGroupsRequest, { groupsNames: ['g', 'h'] })],
  [
    ApiKey.DescribeProducers,
    make(wire.describeProducersRequest, { topics: [{ name: 't', partitionIndexes: [0, 2] }] }),
  ],
  [ApiKey.DescribeTransactions, make(wire.describeTransactionsRequest, { transactionalIds: ['tx'] })],
  [
    ApiKey.ListTransactions,
    make(wire.listTransactionsRequest, {
      stateFilters: ['Ongoing'],
      producerIdFilters: [FAR],
      durationFilter: 5_000,
      transactionalIdPattern: 't.*',
    }),
  ],
];

const throttled = { throttleTimeMs: 11 };

function answer<T extends object>(key: number, schema: Schema<T>, body: Parameters<typeof make<T>>[1]) {
  return [key, make(schema, body)] as const;
}

export const groupResponses: readonly (readonly [number, object])[] = [
  answer(ApiKey.FindCoordinator, wire.findCoordinatorResponse, {
    ...throttled,
    coordinators: [{ key: 'a', nodeId: 3, host: 'b3', port: 9092, errorCode: 0, errorMessage: null }],
  }),
  answer(ApiKey.JoinGroup, wire.joinGroupResponse, {
    ...throttled,
    generationId: 7,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: 'm',
    skipAssignment: true,
    memberId: 'm',
    members: [{ memberId: 'm', groupInstanceId: 'i', metadata: bytes(1, 2) }],
  }),
  answer(ApiKey.SyncGroup, wire.syncGroupResponse, {
    ...throttled,
    protocolType: 'consumer',
    protocolName: 'range',
    assignment: bytes(9, 8),
  }),
  answer(ApiKey.Heartbeat, wire.heartbeatResponse, { ...throttled, errorCode: 27 }),
  answer(ApiKey.LeaveGroup, wire.leaveGroupResponse, {
    ...throttled,
    members: [{ memberId: 'm', groupInstanceId: 'i', errorCode: 25 }],
  }),
  answer(ApiKey.OffsetCommit, wire.offsetCommitResponse, { ...throttled, topics: verdicts }),
  answer(ApiKey.ConsumerGroupHeartbeat, wire.consumerGroupHeartbeatResponse, {
    ...throttled,
    memberId: 'm',
    memberEpoch: 3,
    heartbeatIntervalMs: 5_000,
    assignment: { topicPartitions: [{ topicId: TOPIC_ID, partitions: [0, 5] }] },
  }),
  answer(ApiKey.InitProducerId, wire.initProducerIdResponse, {
    ...throttled,
    producerId: FAR,
    producerEpoch: 4,
  }),
  answer(ApiKey.AddOffsetsToTxn, wire.addOffsetsToTxnResponse, { ...throttled, errorCode: 51 }),
  answer(ApiKey.EndTxn, wire.endTxnResponse, { ...throttled, errorCode: 51 }),
  answer(ApiKey.TxnOffsetCommit, wire.txnOffsetCommitResponse, { ...throttled, topics: verdicts }),
  answer(ApiKey.ListGroups, wire.listGroupsResponse, {
    ...throttled,
    groups: [{ groupId: 'g', protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' }],
  }),
  answer(ApiKey.DeleteGroups, wire.deleteGroupsResponse, {
    ...throttled,
    results: [{ groupId: 'g', errorCode: 68 }],
  }),
  answer(ApiKey.DescribeProducers, wire.describeProducersResponse, {
    ...throttled,
    topics: [
      {
        name: 't',
        partitions: [
          {
            partitionIndex: 2,
            activeProducers: [
              {
                producerId: FAR,
                producerEpoch: 4,
                lastSequence: 9,
                lastTimestamp: FAR + 1,
                coordinatorEpoch: 6,
                currentTxnStartOffset: FAR + 2,
              },
            ],
          },
        ],
      },
    ],
  }),
  answer(ApiKey.DescribeTransactions, wire.describeTransactionsResponse, {
    ...throttled,
    transactionStates: [
      {
        transactionalId: 'tx',
        transactionState: 'Ongoing',
        transactionTimeoutMs: 60_000,
        transactionStartTimeMs: FAR,
        producerId: FAR + 1,
        producerEpoch: 4,
        topics: [{ topic: 't', partitions: [1, 2] }],
      },
    ],
  }),
  answer(ApiKey.ListTransactions, wire.listTransactionsResponse, {
    ...throttled,
    unknownStateFilters: ['Odd'],
    transactionStates: [{ transactionalId: 'tx', producerId: FAR, transactionState: 'Ongoing' }],
  }),
];
