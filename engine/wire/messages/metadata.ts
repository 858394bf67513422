import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, list, string, struct, uuid } from '../schema.ts';

/** The value of an authorized-operations bit field that was not asked for. */
export const OPERATIONS_NOT_REQUESTED = -0x8000_0000;

export const metadataRequest = struct(
  'MetadataRequest',
  { versions: '0-13', flexible: '9+' },
  {
    topics: array(
      '0+',
      'Topics asked about; null (in v0: empty) asks for all.',
      {
        topicId: uuid('10+', 'By id (effective from v12), or zero.', { ignorable: true }),
        name: string('0+', 'By name, or null.', { nullable: '10+' }),
      },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool('4+', 'The broker may create what is missing.', { default: true }),
    includeClusterAuthorizedOperations: bool('8-10', "Also the caller's rights on the cluster."),
    includeTopicAuthorizedOperations: bool('8+', "Also the caller's rights on each topic."),
  },
);

export const metadataResponse = struct(
  'MetadataResponse',
  { versions: '0-13', flexible: '9+' },
  {
    throttleTimeMs: int32('3+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    brokers: array('0+', 'Live brokers.', {
      nodeId: int32('0+', 'Broker id.'),
      host: string('0+', 'Where it is reached.'),
      port: int32('0+', 'Its port there.'),
      rack: string('1+', 'Its rack, if any.', { nullable: '1+', default: null, ignorable: true }),
    }),
    clusterId: string('2+', 'The cluster.', { nullable: '2+', default: null, ignorable: true }),
    controllerId: int32('1+', 'A broker to send admin requests to, -1 when none is known.', {
      default: -1,
      ignorable: true,
    }),
    topics: array('0+', 'One entry a topic.', {
      errorCode: int16('0+', 'Verdict on the topic.'),
      name: string('0+', 'Its name; null for an unknown id.', { nullable: '12+' }),
      topicId: uuid('10+', 'Its id; zero for an unknown name.', { ignorable: true }),
      isInternal: bool('1+', 'One of the topics Kafka keeps for itself.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        errorCode: int16('0+', 'Verdict on the partition.'),
        partitionIndex: int32('0+', 'The partition.'),
        leaderId: int32('0+', 'Its leader, -1 when it has none.'),
        leaderEpoch: int32('7+', 'Epoch of that leadership.', { default: -1, ignorable: true }),
        replicaNodes: list('int32', '0+', 'All replicas, preferred leader first.'),
        isrNodes: list('int32', '0+', 'Replicas in sync.'),
        offlineReplicas: list('int32', '5+', 'Replicas on dead brokers or disks.', { ignorable: true }),
      }),
      topicAuthorizedOperations: int32('8+', "Bit field of the caller's rights.", {
        default: OPERATIONS_NOT_REQUESTED,
      }),
    }),
    clusterAuthorizedOperations: int32('8-10', "Bit field of the caller's rights.", {
      default: OPERATIONS_NOT_REQUESTED,
    }),
    errorCode: int16('13+', 'Verdict on the whole request (KIP-1102).', { ignorable: true }),
  },
);

export type MetadataRequest = Infer<typeof metadataRequest>;
export type MetadataResponse = Infer<typeof metadataResponse>;

export const metadataApi = api(ApiKey.Metadata, ['broker'], metadataRequest, metadataResponse);
