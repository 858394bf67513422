import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int8, int16, int32, string, struct } from '../schema.ts';
import { OPERATIONS_NOT_REQUESTED } from './metadata.ts';

/** What `endpointType` says (KIP-919). */
export const EndpointType = { BROKERS: 1, CONTROLLERS: 2 } as const;

export const describeClusterRequest = struct(
  'DescribeClusterRequest',
  { versions: '0-2', flexible: '0+' },
  {
    includeClusterAuthorizedOperations: bool('0+', "Also the caller's rights on the cluster."),
    endpointType: int8('1+', 'Which kind of node: an EndpointType.', { default: EndpointType.BROKERS }),
    includeFencedBrokers: bool('2+', 'Also brokers that are fenced (KIP-1073).'),
  },
);

export const describeClusterResponse = struct(
  'DescribeClusterResponse',
  { versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'Verdict on the whole request.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+', default: null }),
    endpointType: int8('1+', 'Which kind of node was described.', { default: EndpointType.BROKERS }),
    clusterId: string('0+', 'The cluster.'),
    controllerId: int32('0+', 'From a controller its leader, from a broker any live broker.', {
      default: -1,
    }),
    brokers: array('0+', 'One entry a node.', {
      brokerId: int32('0+', 'The node.'),
      host: string('0+', 'Where it is reached.'),
      port: int32('0+', 'Its port there.'),
      rack: string('0+', 'Its rack, if any.', { nullable: '0+', default: null }),
      isFenced: bool('2+', 'It may not lead or serve.'),
    }),
    clusterAuthorizedOperations: int32('0+', "Bit field of the caller's rights.", {
      default: OPERATIONS_NOT_REQUESTED,
    }),
  },
);

export type DescribeClusterRequest = Infer<typeof describeClusterRequest>;
export type DescribeClusterResponse = Infer<typeof describeClusterResponse>;

export const describeClusterApi = api(
  ApiKey.DescribeCluster,
  ['broker', 'controller'],
  describeClusterRequest,
  describeClusterResponse,
);
