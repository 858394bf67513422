import { covers, type Fields } from '../../../../engine/wire/field.ts';
import {
  ApiKey,
  alterPartitionRequest,
  alterPartitionResponse,
  apiVersionsRequest,
  apiVersionsResponse,
  createTopicsRequest,
  createTopicsResponse,
  deleteTopicsRequest,
  deleteTopicsResponse,
  describeClusterRequest,
  describeClusterResponse,
  describeQuorumRequest,
  describeQuorumResponse,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  envelopeRequest,
  envelopeResponse,
  fetchRequest,
  fetchResponse,
  listOffsetsRequest,
  listOffsetsResponse,
  make,
  metadataRequest,
  metadataResponse,
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
  produceResponse,
  type Schema,
  uuidFromWords,
} from '../../../../engine/wire/index.ts';

export const TOPIC_ID = uuidFromWords(0x00112233, 0x44556677, 0x8899aabb, 0xccddeeff);
const FAR = 0x1234_5678_9abc;

/** Requests in which every field that a client can set differs from its default. */
export const sampleRequests: ReadonlyMap<number, object> = new Map<number, object>([
  [
    ApiKey.Fetch,
    make(fetchRequest, {
      maxWaitMs: 500,
      minBytes: 2,
      maxBytes: 0x100000,
      isolationLevel: 1,
      sessionId: 77,
      sessionEpoch: 3,
      topics: [
        {
          topic: 'größe',
          topicId: TOPIC_ID,
          partitions: [
            {
              partition: 1,
              currentLeaderEpoch: 5,
              fetchOffset: FAR,
              lastFetchedEpoch: 4,
              partitionMaxBytes: 0x8000,
              replicaDirectoryId: TOPIC_ID,
            },
            {
              partition: 2,
              currentLeaderEpoch: 6,
              fetchOffset: 0,
              lastFetchedEpoch: 5,
              partitionMaxBytes: 9,
            },
          ],
        },
      ],
      forgottenTopicsData: [{ topic: 'gone', topicId: TOPIC_ID, partitions: [3, 4] }],
      rackId: 'rack',
    }),
  ],
  [
    ApiKey.ListOffsets,
    make(listOffsetsRequest, {
      replicaId: -1,
      isolationLevel: 1,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 1, currentLeaderEpoch: 5, timestamp: -2 },
            { partitionIndex: 2, currentLeaderEpoch: 6, timestamp: FAR },
          ],
        },
      ],
    }),
  ],
  [
    ApiKey.Metadata,
    make(metadataRequest, {
      topics: [{ name: 'a' }, { name: 'b' }],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: true,
      includeTopicAuthorizedOperations: true,
    }),
  ],
  [
    ApiKey.ApiVersions,
    make(apiVersionsRequest, { clientSoftwareName: 'client', clientSoftwareVersion: '1.2' }),
  ],
  [
    ApiKey.CreateTopics,
    make(createTopicsRequest, {
      topics: [
        { name: 'a', numPartitions: 3, replicationFactor: 2, configs: [{ name: 'k', value: 'v' }] },
        {
          name: 'b',
          numPartitions: -1,
          replicationFactor: -1,
          assignments: [{ partitionIndex: 1, brokerIds: [2, 3] }],
          configs: [{ name: 'n', value: null }],
        },
      ],
      timeoutMs: 1234,
      validateOnly: true,
    }),
  ],
  [
    ApiKey.DeleteTopics,
    make(deleteTopicsRequest, {
      topics: [{ name: 'a' }, { topicId: TOPIC_ID }],
      topicNames: ['a', 'b'],
      timeoutMs: 1234,
    }),
  ],
  [
    ApiKey.OffsetForLeaderEpoch,
    make(offsetForLeaderEpochRequest, {
      replicaId: 4,
      topics: [{ topic: 't', partitions: [{ partition: 1, currentLeaderEpoch: 5, leaderEpoch: 4 }] }],
    }),
  ],
  [
    ApiKey.DescribeCluster,
    make(describeClusterRequest, { includeClusterAuthorizedOperations: true, endpointType: 2 }),
  ],
  [
    ApiKey.DescribeTopicPartitions,
    make(describeTopicPartitionsRequest, {
      topics: [{ name: 'a' }],
      responsePartitionLimit: 9,
      cursor: { topicName: 'a', partitionIndex: 3 },
    }),
  ],
  [
    ApiKey.DescribeQuorum,
    make(describeQuorumRequest, { topics: [{ topicName: 'm', partitions: [{ partitionIndex: 3 }] }] }),
  ],
  [
    ApiKey.AlterPartition,
    make(alterPartitionRequest, {
      brokerId: 3,
      brokerEpoch: FAR,
      topics: [
        {
          topicId: TOPIC_ID,
          partitions: [
            {
              partitionIndex: 1,
              leaderEpoch: 5,
              newIsr: [2, 3],
              newIsrWithEpochs: [
                { brokerId: 2, brokerEpoch: FAR },
                { brokerId: 3, brokerEpoch: -1 },
              ],
              leaderRecoveryState: 1,
              partitionEpoch: 8,
            },
          ],
        },
      ],
    }),
  ],
  [
    ApiKey.Envelope,
    make(envelopeRequest, {
      requestData: Uint8Array.of(1, 2),
      requestPrincipal: Uint8Array.of(3),
      clientHostAddress: Uint8Array.of(10, 0, 0, 1),
    }),
  ],
]);

/** Responses in which every field differs from its default; `records` fills those of Fetch. */
export function sampleResponses(records: Uint8Array): ReadonlyMap<number, object> {
  return new Map<number, object>([
    [
      ApiKey.Produce,
      make(produceResponse, {
        responses: [
          {
            name: 't',
            topicId: TOPIC_ID,
            partitionResponses: [
              {
                index: 1,
                errorCode: 87,
                baseOffset: FAR,
                logAppendTimeMs: 1700000000000,
                logStartOffset: 12,
                recordErrors: [{ batchIndex: 2, batchIndexErrorMessage: 'no' }],
                errorMessage: 'bad',
                currentLeader: { leaderId: 3, leaderEpoch: 9 },
              },
            ],
          },
        ],
        throttleTimeMs: 11,
        nodeEndpoints: [{ nodeId: 3, host: 'b3', port: 9092, rack: 'r' }],
      }),
    ],
    [ApiKey.Fetch, sampleFetchResponse(records)],
    [
      ApiKey.ListOffsets,
      make(listOffsetsResponse, {
        throttleTimeMs: 11,
        topics: [
          {
            name: 't',
            partitions: [{ partitionIndex: 1, errorCode: 3, timestamp: 17, offset: FAR, leaderEpoch: 5 }],
          },
        ],
      }),
    ],
    [ApiKey.Metadata, sampleMetadataResponse()],
    [
      ApiKey.ApiVersions,
      make(apiVersionsResponse, {
        apiKeys: [
          { apiKey: 0, minVersion: 0, maxVersion: 13 },
          { apiKey: 18, minVersion: 0, maxVersion: 5 },
        ],
        throttleTimeMs: 11,
        supportedFeatures: [{ name: 'kraft.version', minVersion: 0, maxVersion: 1 }],
        finalizedFeaturesEpoch: FAR,
        finalizedFeatures: [{ name: 'metadata.version', maxVersionLevel: 29, minVersionLevel: 7 }],
        zkMigrationReady: true,
      }),
    ],
    [
      ApiKey.CreateTopics,
      make(createTopicsResponse, {
        throttleTimeMs: 11,
        topics: [
          {
            name: 't',
            topicId: TOPIC_ID,
            errorCode: 36,
            errorMessage: 'there',
            topicConfigErrorCode: 29,
            numPartitions: 3,
            replicationFactor: 2,
            configs: [{ name: 'k', value: 'v', readOnly: true, configSource: 5, isSensitive: true }],
          },
          { name: 'u', errorMessage: null, configs: null },
        ],
      }),
    ],
    [
      ApiKey.DeleteTopics,
      make(deleteTopicsResponse, {
        throttleTimeMs: 11,
        responses: [{ name: 't', topicId: TOPIC_ID, errorCode: 3, errorMessage: 'not there' }],
      }),
    ],
    [
      ApiKey.OffsetForLeaderEpoch,
      make(offsetForLeaderEpochResponse, {
        throttleTimeMs: 11,
        topics: [
          { topic: 't', partitions: [{ errorCode: 74, partition: 1, leaderEpoch: 5, endOffset: FAR }] },
        ],
      }),
    ],
    [
      ApiKey.DescribeCluster,
      make(describeClusterResponse, {
        throttleTimeMs: 11,
        errorCode: 31,
        errorMessage: 'no',
        endpointType: 2,
        clusterId: 'c',
        controllerId: 101,
        brokers: [{ brokerId: 1, host: 'b1', port: 9092, rack: 'r', isFenced: true }],
        clusterAuthorizedOperations: 3,
      }),
    ],
    [ApiKey.DescribeTopicPartitions, sampleTopicPartitions()],
    [ApiKey.DescribeQuorum, sampleQuorum()],
    [
      ApiKey.AlterPartition,
      make(alterPartitionResponse, {
        throttleTimeMs: 11,
        errorCode: 77,
        topics: [
          {
            topicId: TOPIC_ID,
            partitions: [
              {
                partitionIndex: 1,
                errorCode: 95,
                leaderId: 3,
                leaderEpoch: 5,
                isr: [1, 2],
                leaderRecoveryState: 1,
                partitionEpoch: 8,
              },
            ],
          },
        ],
      }),
    ],
    [ApiKey.Envelope, make(envelopeResponse, { responseData: Uint8Array.of(9, 8), errorCode: 31 })],
  ]);
}

function sampleFetchResponse(records: Uint8Array): object {
  return make(fetchResponse, {
    throttleTimeMs: 11,
    errorCode: 70,
    sessionId: 77,
    responses: [
      {
        topic: 'größe',
        topicId: TOPIC_ID,
        partitions: [
          {
            partitionIndex: 1,
            errorCode: 1,
            highWatermark: FAR,
            lastStableOffset: FAR - 1,
            logStartOffset: 12,
            divergingEpoch: { epoch: 3, endOffset: FAR },
            currentLeader: { leaderId: 3, leaderEpoch: 9 },
            snapshotId: { endOffset: FAR, epoch: 2 },
            abortedTransactions: [{ producerId: FAR, firstOffset: 3 }],
            preferredReadReplica: 2,
            records: [records],
          },
          { partitionIndex: 2, highWatermark: 4, lastStableOffset: 4, logStartOffset: 0, records: [] },
        ],
      },
    ],
    nodeEndpoints: [{ nodeId: 3, host: 'b3', port: 9092, rack: 'r' }],
  });
}

function sampleMetadataResponse(): object {
  return make(metadataResponse, {
    throttleTimeMs: 11,
    brokers: [
      { nodeId: 1, host: 'b1', port: 9092, rack: 'r' },
      { nodeId: 2, host: 'b2', port: 9093, rack: null },
    ],
    clusterId: 'c',
    controllerId: 2,
    topics: [
      {
        errorCode: 5,
        name: 'größe',
        topicId: TOPIC_ID,
        isInternal: true,
        partitions: [
          {
            errorCode: 5,
            partitionIndex: 1,
            leaderId: 2,
            leaderEpoch: 5,
            replicaNodes: [1, 2],
            isrNodes: [2],
            offlineReplicas: [1],
          },
        ],
        topicAuthorizedOperations: 3,
      },
    ],
    clusterAuthorizedOperations: 5,
  });
}

function sampleTopicPartitions(): object {
  return make(describeTopicPartitionsResponse, {
    throttleTimeMs: 11,
    topics: [
      {
        errorCode: 3,
        name: 't',
        topicId: TOPIC_ID,
        isInternal: true,
        partitions: [
          {
            errorCode: 5,
            partitionIndex: 1,
            leaderId: 2,
            leaderEpoch: 5,
            replicaNodes: [1, 2],
            isrNodes: [2],
            eligibleLeaderReplicas: [1],
            lastKnownElr: [2],
            offlineReplicas: [1],
          },
        ],
        topicAuthorizedOperations: 3,
      },
    ],
    nextCursor: { topicName: 't', partitionIndex: 4 },
  });
}

function sampleQuorum(): object {
  const replica = {
    replicaId: 101,
    replicaDirectoryId: TOPIC_ID,
    logEndOffset: FAR,
    lastFetchTimestamp: 17,
    lastCaughtUpTimestamp: 18,
  };
  return make(describeQuorumResponse, {
    errorCode: 31,
    errorMessage: 'no',
    topics: [
      {
        topicName: 'm',
        partitions: [
          {
            partitionIndex: 1,
            errorCode: 5,
            errorMessage: 'none',
            leaderId: 101,
            leaderEpoch: 5,
            highWatermark: FAR,
            currentVoters: [replica],
            observers: [{ ...replica, replicaId: 1 }],
          },
        ],
      },
    ],
    nodes: [{ nodeId: 101, listeners: [{ name: 'C', host: 'c101', port: 9093 }] }],
  });
}

/** What is left of a body in a version that does not carry all of it, ignorable or not. */
export function carried(schema: Schema<object>, version: number, body: object): object {
  return carriedFields(schema.fields, version, body);
}

function carriedFields(fields: Fields, version: number, value: object): object {
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const held = (value as Record<string, unknown>)[name];
    if (!covers(field.versions, version)) kept[name] = field.default;
    else if (field.fields === null || held === null) kept[name] = held;
    else if (field.type === 'struct') kept[name] = carriedFields(field.fields, version, held as object);
    else kept[name] = (held as object[]).map((each) => carriedFields(field.fields!, version, each));
  }
  return kept;
}
