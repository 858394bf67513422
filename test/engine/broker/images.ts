import { ClusterImage, type PartitionRecord } from '../../../engine/metadata/index.ts';
import { DirectoryId } from '../../../engine/wire/index.ts';

export const TOPIC_ID = 'TopicTopicTopicTopic1Q';
const DIRECTORY = 'DirectoryDirectoryDirQ';

/** An image made of records, with as many brokers as asked for, all unfenced. */
export function imageWithBrokers(count: number): ClusterImage {
  const image = new ClusterImage();
  image.replay({ type: 'FeatureLevelRecord', name: 'metadata.version', featureLevel: 33 }, 0);
  image.replay({ type: 'FeatureLevelRecord', name: 'transaction.version', featureLevel: 2 }, 0);
  for (let id = 1; id <= count; id++) {
    image.replay(
      {
        type: 'RegisterBrokerRecord',
        brokerId: id,
        isMigratingZkBroker: false,
        incarnationId: 'IncarnationIncarnation',
        brokerEpoch: 10 + id,
        endPoints: [{ name: 'PLAINTEXT', host: `b${id}`, port: 9092, securityProtocol: 0 }],
        features: [],
        rack: `r${id}`,
        fenced: false,
        inControlledShutdown: false,
        logDirs: [DIRECTORY],
        cordonedLogDirs: null,
      },
      10 + id,
    );
  }
  return image;
}

export function fence(image: ClusterImage, brokerId: number): void {
  image.replay(
    {
      type: 'BrokerRegistrationChangeRecord',
      brokerId,
      brokerEpoch: 10 + brokerId,
      fenced: 1,
      inControlledShutdown: 0,
      logDirs: [],
      cordonedLogDirs: null,
    },
    100,
  );
}

export function addTopic(image: ClusterImage, name: string, topicId: string, partitions: number): void {
  image.replay({ type: 'TopicRecord', name, topicId }, 200);
  for (let partitionId = 0; partitionId < partitions; partitionId++) {
    image.replay(partition(topicId, partitionId), 201 + partitionId);
  }
}

function partition(topicId: string, partitionId: number): PartitionRecord {
  return {
    type: 'PartitionRecord',
    partitionId,
    topicId,
    replicas: [1, 2, 3],
    isr: [1, 2],
    removingReplicas: [],
    addingReplicas: [],
    leader: 1,
    leaderRecoveryState: 0,
    leaderEpoch: 4,
    partitionEpoch: 0,
    directories: [DIRECTORY, DIRECTORY, DirectoryId.UNASSIGNED],
    eligibleLeaderReplicas: [3],
    lastKnownElr: null,
  };
}
