import {
  ApiKey,
  alterPartitionRequest,
  apiVersionsRequest,
  createTopicsRequest,
  deleteTopicsRequest,
  describeClusterRequest,
  describeQuorumRequest,
  describeTopicPartitionsRequest,
  envelopeRequest,
  fetchRequest,
  listOffsetsRequest,
  make,
  metadataRequest,
  offsetForLeaderEpochRequest,
} from '../../../../engine/wire/index.ts';
import { configurationRequests } from './configuration-samples.ts';
import { groupRequests } from './group-samples.ts';
import { FAR, TOPIC_ID } from './sample-values.ts';

/** Requests in which every field that a client can set differs from its default. */
export const sampleRequests: ReadonlyMap<number, object> = new Map<number, object>([
  ...configurationRequests,
  ...groupRequests,
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
