import {
  ApiKey,
  alterPartitionResponse,
  apiVersionsResponse,
  createTopicsResponse,
  deleteTopicsResponse,
  describeClusterResponse,
  describeQuorumResponse,
  describeTopicPartitionsResponse,
  envelopeResponse,
  fetchResponse,
  listOffsetsResponse,
  make,
  metadataResponse,
  offsetForLeaderEpochResponse,
  produceResponse,
} from '../../../../engine/wire/index.ts';
import { configurationResponses } from './configuration-samples.ts';
import { groupResponses } from './group-samples.ts';
import { FAR, TOPIC_ID } from './sample-values.ts';

/** Responses in which every field differs from its default; `records` fills those of Fetch. */
export function sampleResponses(records: Uint8Array): ReadonlyMap<number, object> {
  return new Map<number, object>([
    ...configurationResponses,
    ...groupResponses,
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
