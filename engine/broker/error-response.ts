import { AssertionFailure } from '../machine/index.ts';
import {
  type AlterConfigsRequest,
  type AlterConfigsResponse,
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionReassignmentsResponse,
  ApiKey,
  type CreatePartitionsRequest,
  type CreatePartitionsResponse,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  type DeleteTopicsRequest,
  type DeleteTopicsResponse,
  type DescribeQuorumResponse,
  type ElectLeadersRequest,
  type ElectLeadersResponse,
  type UnregisterBrokerResponse,
  type UpdateFeaturesResponse,
  ZERO_UUID,
} from '../wire/index.ts';

/**
 * The response that carries nothing but an error, for the APIs that are forwarded
 * (`AbstractRequest.getErrorResponse`): on every element that was asked about, or at the top where the version has
 * room for it.
 */
export function errorResponse(apiKey: number, apiVersion: number, request: object, error: number): object {
  switch (apiKey) {
    case ApiKey.CreateTopics:
      return createTopics(request as CreateTopicsRequest, error);
    case ApiKey.DeleteTopics:
      return deleteTopics(apiVersion, request as DeleteTopicsRequest, error);
    case ApiKey.ElectLeaders:
      return electLeaders(apiVersion, request as ElectLeadersRequest, error);
    case ApiKey.DescribeQuorum:
      return describeQuorum(error);
    case ApiKey.CreatePartitions:
      return createPartitions(request as CreatePartitionsRequest, error);
    case ApiKey.AlterPartitionReassignments:
      return alterReassignments(request as AlterPartitionReassignmentsRequest, error);
    case ApiKey.ListPartitionReassignments:
      return { throttleTimeMs: 0, errorCode: error, errorMessage: null, topics: [] };
    case ApiKey.AlterConfigs:
    case ApiKey.IncrementalAlterConfigs:
      return alterConfigs(request as AlterConfigsRequest, error);
    case ApiKey.UpdateFeatures:
      return updateFeatures(error);
    case ApiKey.UnregisterBroker:
    case ApiKey.AddRaftVoter:
    case ApiKey.RemoveRaftVoter:
      return verdictOnly(error);
    default:
      throw new AssertionFailure(`API ${apiKey} has no error response`);
  }
}

function createTopics(request: CreateTopicsRequest, errorCode: number): CreateTopicsResponse {
  const topics = request.topics.map((topic) => ({
    name: topic.name,
    topicId: ZERO_UUID,
    errorCode,
    errorMessage: null,
    topicConfigErrorCode: 0,
    numPartitions: -1,
    replicationFactor: -1,
    configs: [],
  }));
  return { throttleTimeMs: 0, topics };
}

function deleteTopics(
  apiVersion: number,
  request: DeleteTopicsRequest,
  errorCode: number,
): DeleteTopicsResponse {
  const topics =
    apiVersion >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
  const responses = topics.map(({ name, topicId }) => ({ name, topicId, errorCode, errorMessage: null }));
  return { throttleTimeMs: 0, responses };
}

function electLeaders(
  apiVersion: number,
  request: ElectLeadersRequest,
  errorCode: number,
): ElectLeadersResponse {
  const replicaElectionResults = (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode, errorMessage: null })),
  }));
  return { throttleTimeMs: 0, errorCode: apiVersion >= 1 ? errorCode : 0, replicaElectionResults };
}

function describeQuorum(errorCode: number): DescribeQuorumResponse {
  return { errorCode, errorMessage: null, topics: [], nodes: [] };
}

function alterReassignments(
  request: AlterPartitionReassignmentsRequest,
  errorCode: number,
): AlterPartitionReassignmentsResponse {
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, errorMessage: null })),
  }));
  const { allowReplicationFactorChange } = request;
  return { throttleTimeMs: 0, allowReplicationFactorChange, errorCode, errorMessage: null, responses };
}

function createPartitions(request: CreatePartitionsRequest, errorCode: number): CreatePartitionsResponse {
  const results = request.topics.map(({ name }) => ({ name, errorCode, errorMessage: null }));
  return { throttleTimeMs: 0, results };
}

/** Both ways to alter configurations answer in one shape. */
function alterConfigs(request: AlterConfigsRequest, errorCode: number): AlterConfigsResponse {
  const responses = request.resources.map(({ resourceType, resourceName }) => ({
    errorCode,
    errorMessage: null,
    resourceType,
    resourceName,
  }));
  return { throttleTimeMs: 0, responses };
}

function updateFeatures(errorCode: number): UpdateFeaturesResponse {
  return { throttleTimeMs: 0, errorCode, errorMessage: null, results: [] };
}

/** The removal of a broker and changes of voters answer in one shape. */
function verdictOnly(errorCode: number): UnregisterBrokerResponse {
  return { throttleTimeMs: 0, errorCode, errorMessage: null };
}
