import {
  type DescribeClusterRequest,
  type DescribeClusterResponse,
  EndpointType,
  ErrorCode,
  OPERATIONS_NOT_REQUESTED,
} from '../../wire/index.ts';
import { ALL_CLUSTER_OPERATIONS } from '../authorized-operations.ts';

type ClusterNode = DescribeClusterResponse['brokers'][number];

export interface DescribeClusterContext {
  readonly clusterId: string;
  readonly endpointType: number;
  /** Brokers or controllers, by id; a broker answers fenced ones only when asked. */
  readonly nodes: readonly ClusterNode[];
  readonly controllerId: number;
}

/** DescribeCluster on either listener (`AuthHelper.computeDescribeClusterResponse`, KIP-700, KIP-919). */
export function decideDescribeCluster(
  context: DescribeClusterContext,
  version: number,
  request: DescribeClusterRequest,
): DescribeClusterResponse {
  const { endpointType } = request;
  if (endpointType !== EndpointType.BROKERS && endpointType !== EndpointType.CONTROLLERS) {
    return reject(
      version === 0 ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
      `Unsupported endpoint type ${endpointType}`,
    );
  }
  if (endpointType !== context.endpointType) {
    return reject(
      version === 0 ? ErrorCode.INVALID_REQUEST : ErrorCode.MISMATCHED_ENDPOINT_TYPE,
      `The request was sent to an endpoint of type ${typeName(context.endpointType)}, ` +
        `but we wanted an endpoint of type ${typeName(endpointType)}`,
    );
  }
  const brokers = context.nodes.filter((node) => !node.isFenced || request.includeFencedBrokers);
  // An id without its node would only confuse: the leader may be known before its registration is (KIP-919).
  const known = brokers.some((node) => node.brokerId === context.controllerId);
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    endpointType: version >= 1 ? endpointType : EndpointType.BROKERS,
    clusterId: context.clusterId,
    controllerId: known ? context.controllerId : -1,
    brokers,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
      ? ALL_CLUSTER_OPERATIONS
      : OPERATIONS_NOT_REQUESTED,
  };
}

function typeName(type: number): string {
  return type === EndpointType.BROKERS ? 'BROKER' : 'CONTROLLER';
}

function reject(errorCode: number, errorMessage: string): DescribeClusterResponse {
  return {
    throttleTimeMs: 0,
    errorCode,
    errorMessage,
    endpointType: EndpointType.BROKERS,
    clusterId: '',
    controllerId: -1,
    brokers: [],
    clusterAuthorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}
