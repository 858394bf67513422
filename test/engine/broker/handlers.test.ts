import { describe, expect, test } from 'vitest';
import { decideDescribeTopicPartitions } from '../../../engine/broker/handlers/describe-topic-partitions.ts';
import { decideMetadata } from '../../../engine/broker/handlers/metadata.ts';
import { advertisedApis, decideApiVersions, decideDescribeCluster } from '../../../engine/broker/index.ts';
import { partitionChangeRecord } from '../../../engine/metadata/index.ts';
import {
  ApiKey,
  type ApiVersionsRequest,
  EndpointType,
  ErrorCode,
  type MetadataRequest,
  ZERO_UUID,
} from '../../../engine/wire/index.ts';
import { addTopic, fence, imageWithBrokers, TOPIC_ID } from './images.ts';

const CLUSTER = 'ClusterClusterClusterQ';

function metadataOf(version: number, request: Partial<MetadataRequest>, image = withTopic(), auto = true) {
  const body: MetadataRequest = {
    topics: null,
    allowAutoTopicCreation: true,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
    ...request,
  };
  return decideMetadata(
    { image, clusterId: CLUSTER, autoCreateTopics: auto, controllerId: 2 },
    version,
    body,
  );
}

function withTopic() {
  const image = imageWithBrokers(3);
  addTopic(image, 't', TOPIC_ID, 2);
  return image;
}

const named = (...names: string[]) => names.map((name) => ({ name, topicId: ZERO_UUID }));

describe('Metadata', () => {
  test('tells brokers, leaders, replicas and epochs of all topics', () => {
    const { response, create } = metadataOf(13, {});
    expect(create).toEqual([]);
    expect(response.brokers.map((broker) => broker.nodeId)).toEqual([1, 2, 3]);
    expect(response.controllerId).toBe(2);
    expect(response.topics).toHaveLength(1);
    expect(response.topics[0]).toMatchObject({ name: 't', topicId: TOPIC_ID, errorCode: 0 });
    expect(response.topics[0]!.partitions[1]).toEqual({
      errorCode: 0,
      partitionIndex: 1,
      leaderId: 1,
      leaderEpoch: 4,
      replicaNodes: [1, 2, 3],
      isrNodes: [1, 2],
      offlineReplicas: [],
    });
  });

  test('null asks for all from version 1 on, an empty list only in version 0', () => {
    expect(metadataOf(0, { topics: [] }).response.topics).toHaveLength(1);
    expect(metadataOf(1, { topics: [] }).response.topics).toHaveLength(0);
    expect(metadataOf(1, { topics: null }).response.topics).toHaveLength(1);
  });

  test('leaves out what the version cannot carry', () => {
    const { response } = metadataOf(0, { topics: [] });
    expect(response).toMatchObject({ clusterId: null, controllerId: -1 });
    expect(response.brokers[0]!.rack).toBeNull();
    expect(response.topics[0]!.topicId).toBe(ZERO_UUID);
    expect(response.topics[0]!.partitions[0]).toMatchObject({ leaderEpoch: -1, offlineReplicas: [] });
  });

  test('a fenced broker is no longer listed and its replica is offline', () => {
    const image = withTopic();
    fence(image, 2);
    const { response } = metadataOf(13, {}, image);
    expect(response.brokers.map((broker) => broker.nodeId)).toEqual([1, 3]);
    expect(response.topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, offlineReplicas: [2] });
  });

  test('version 0 hides replicas that are down and says REPLICA_NOT_AVAILABLE', () => {
    const image = withTopic();
    fence(image, 2);
    const partition = metadataOf(0, { topics: [] }, image).response.topics[0]!.partitions[0];
    expect(partition).toMatchObject({
      errorCode: ErrorCode.REPLICA_NOT_AVAILABLE,
      replicaNodes: [1, 3],
      isrNodes: [1],
    });
  });

  test('a partition without a leader is LEADER_NOT_AVAILABLE', () => {
    const image = withTopic();
    image.replay(partitionChangeRecord(TOPIC_ID, 0, { leader: -1 }), 300);
    const partition = metadataOf(13, {}, image).response.topics[0]!.partitions[0];
    expect(partition).toMatchObject({
      errorCode: ErrorCode.LEADER_NOT_AVAILABLE,
      leaderId: -1,
      leaderEpoch: 5,
    });
  });

  test('an unknown name is answered as unknown and created when both sides want that', () => {
    const asked = { topics: named('t', 'new', 'new') };
    const { response, create } = metadataOf(13, asked);
    expect(response.topics.map((topic) => topic.errorCode)).toEqual([
      ErrorCode.NONE,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    expect(create).toEqual(['new']);
    expect(metadataOf(13, { ...asked, allowAutoTopicCreation: false }).create).toEqual([]);
    expect(metadataOf(13, asked, withTopic(), false).create).toEqual([]);
  });

  test('a name that cannot be a topic is invalid and never created', () => {
    for (const name of ['', '.', '..', 'a b', 'x'.repeat(250)]) {
      const { response, create } = metadataOf(13, { topics: named(name) });
      expect(response.topics[0]!.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
      expect(create).toEqual([]);
    }
  });

  test('a request with topic ids is answered by the ids alone', () => {
    const topics = [
      { name: null, topicId: TOPIC_ID },
      { name: null, topicId: 'UnknownUnknownUnknown1' },
      { name: 'ignored', topicId: ZERO_UUID },
    ];
    const { response, create } = metadataOf(13, { topics });
    expect(response.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      [null, ErrorCode.UNKNOWN_TOPIC_ID],
      ['t', ErrorCode.NONE],
    ]);
    expect(create).toEqual([]);
  });

  test('before version 12 a topic is asked for by name only', () => {
    const { response } = metadataOf(11, { topics: [{ name: null, topicId: TOPIC_ID }] });
    expect(response.topics).toMatchObject([{ name: '', errorCode: ErrorCode.INVALID_REQUEST }]);
    expect(response.errorCode).toBe(ErrorCode.NONE);
  });
});

describe('ApiVersions', () => {
  const image = imageWithBrokers(1);
  const context = {
    nodeId: 1,
    clusterId: CLUSTER,
    apis: advertisedApis([ApiKey.Fetch, ApiKey.Produce, ApiKey.ApiVersions]),
    image,
    kraftVersion: 0,
    metadataOffset: 17,
    checksNode: true,
  };
  const request: ApiVersionsRequest = {
    clientSoftwareName: 'apache-kafka-java',
    clientSoftwareVersion: '4.4.0',
    clusterId: null,
    nodeId: -1,
  };

  test('advertises Produce from version 0, though nobody may use it (KAFKA-18659)', () => {
    const { body } = decideApiVersions(context, 4, request);
    expect(body.apiKeys).toEqual([
      { apiKey: 0, minVersion: 0, maxVersion: 13 },
      { apiKey: 1, minVersion: 4, maxVersion: 18 },
      { apiKey: 18, minVersion: 0, maxVersion: 5 },
    ]);
  });

  test('an unknown version is answered in version 0 with the range that is known', () => {
    const { body, version } = decideApiVersions(context, 99, request);
    expect(version).toBe(0);
    expect(body.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect(body.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 5 }]);
  });

  test('version 3 hides features whose minimum is 0, version 4 shows them', () => {
    const names = (version: number) =>
      decideApiVersions(context, version, request).body.supportedFeatures.map((feature) => feature.name);
    expect(names(2)).toEqual([]);
    expect(names(3)).toEqual(['metadata.version']);
    expect(names(4)).toContain('transaction.version');
  });

  test('tells the finalized features and the metadata offset that they are of', () => {
    const { body } = decideApiVersions(context, 4, request);
    expect(body.finalizedFeaturesEpoch).toBe(17);
    expect(body.finalizedFeatures).toEqual([
      { name: 'metadata.version', maxVersionLevel: 33, minVersionLevel: 33 },
      { name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 2 },
    ]);
    const dynamic = decideApiVersions({ ...context, kraftVersion: 1 }, 4, request).body.finalizedFeatures;
    expect(dynamic[0]).toEqual({ name: 'kraft.version', maxVersionLevel: 1, minVersionLevel: 1 });
  });

  test('a malformed software name is an invalid request from version 3 on', () => {
    const bad = { ...request, clientSoftwareName: '-x' };
    expect(decideApiVersions(context, 3, bad).body.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect(decideApiVersions(context, 2, bad).body.errorCode).toBe(ErrorCode.NONE);
  });

  test('a client that expected another node must bootstrap again (KIP-1242)', () => {
    const codeOf = (clusterId: string | null, nodeId: number, version = 5) =>
      decideApiVersions(context, version, { ...request, clusterId, nodeId }).body.errorCode;
    expect(codeOf(CLUSTER, 1)).toBe(ErrorCode.NONE);
    expect(codeOf(CLUSTER, 2)).toBe(ErrorCode.REBOOTSTRAP_REQUIRED);
    expect(codeOf('another', 1)).toBe(ErrorCode.REBOOTSTRAP_REQUIRED);
    expect(codeOf(CLUSTER, -1)).toBe(ErrorCode.INVALID_REQUEST);
    expect(codeOf(CLUSTER, 2, 4)).toBe(ErrorCode.NONE);
  });
});

describe('DescribeCluster', () => {
  const node = (brokerId: number, isFenced: boolean) => ({
    brokerId,
    host: `b${brokerId}`,
    port: 9092,
    rack: null,
    isFenced,
  });
  const context = {
    clusterId: CLUSTER,
    endpointType: EndpointType.BROKERS,
    nodes: [node(1, false), node(2, true)],
    controllerId: 1,
  };
  const request = {
    includeClusterAuthorizedOperations: false,
    endpointType: EndpointType.BROKERS as number,
    includeFencedBrokers: false,
  };

  test('lists fenced brokers only when asked', () => {
    const ids = (includeFencedBrokers: boolean) =>
      decideDescribeCluster(context, 2, { ...request, includeFencedBrokers }).brokers.map((n) => n.brokerId);
    expect(ids(false)).toEqual([1]);
    expect(ids(true)).toEqual([1, 2]);
  });

  test('never names a controller that it does not list', () => {
    expect(decideDescribeCluster({ ...context, controllerId: 2 }, 2, request).controllerId).toBe(-1);
  });

  test('refuses a request for the other kind of node', () => {
    const wrong = { ...request, endpointType: EndpointType.CONTROLLERS };
    expect(decideDescribeCluster(context, 2, wrong).errorCode).toBe(ErrorCode.MISMATCHED_ENDPOINT_TYPE);
    const unknown = { ...request, endpointType: 9 };
    expect(decideDescribeCluster(context, 2, unknown).errorCode).toBe(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE);
  });
});

describe('DescribeTopicPartitions', () => {
  const image = imageWithBrokers(3);
  addTopic(image, 'a', 'AaaaaaaaaaaaaaaaaaaaaQ', 3);
  addTopic(image, 'b', 'BbbbbbbbbbbbbbbbbbbbbQ', 2);
  const all = { topics: [], responsePartitionLimit: 2000, cursor: null };

  /** `a:0,1 b:0` and where the next page begins. */
  function page(request: Parameters<typeof decideDescribeTopicPartitions>[1], limit = 2000): string {
    const { topics, nextCursor } = decideDescribeTopicPartitions(image, request, limit);
    const told = topics.map((topic) => `${topic.name}:${topic.partitions.map((p) => p.partitionIndex)}`);
    const next = nextCursor === null ? 'end' : `${nextCursor.topicName}-${nextCursor.partitionIndex}`;
    return `${told.join(' ')} -> ${next}`;
  }

  test('tells eligible leader replicas', () => {
    const { topics } = decideDescribeTopicPartitions(image, all, 2000);
    expect(topics[0]!.partitions[0]).toMatchObject({ eligibleLeaderReplicas: [3], lastKnownElr: [] });
  });

  test('goes page by page, and the last page says so', () => {
    expect(page(all)).toBe('a:0,1,2 b:0,1 -> end');
    expect(page({ ...all, responsePartitionLimit: 2 })).toBe('a:0,1 -> a-2');
    const second = { ...all, responsePartitionLimit: 2, cursor: { topicName: 'a', partitionIndex: 2 } };
    expect(page(second)).toBe('a:2 b:0 -> b-1');
    expect(page({ ...second, cursor: { topicName: 'b', partitionIndex: 1 } })).toBe('b:1 -> end');
  });

  test('a page that ends with a topic points at the start of the next', () => {
    expect(page({ ...all, responsePartitionLimit: 3 })).toBe('a:0,1,2 -> b-0');
  });

  test("the broker's own limit counts, and a page holds at least one partition", () => {
    expect(page(all, 1)).toBe('a:0 -> a-1');
    expect(page({ ...all, responsePartitionLimit: 0 })).toBe('a:0 -> a-1');
  });

  test('a topic that was asked for and does not exist is told, and takes no room', () => {
    const asked = { ...all, topics: [{ name: 'b' }, { name: 'aa' }], responsePartitionLimit: 2 };
    const { topics, nextCursor } = decideDescribeTopicPartitions(image, asked, 2000);
    expect(topics.map((topic) => [topic.name, topic.errorCode])).toEqual([
      ['aa', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ['b', ErrorCode.NONE],
    ]);
    expect(nextCursor).toBeNull();
  });

  test('a cursor outside the topics that were asked for is an invalid request', () => {
    const asked = { ...all, topics: [{ name: 'b' }], cursor: { topicName: 'a', partitionIndex: 0 } };
    const { topics } = decideDescribeTopicPartitions(image, asked, 2000);
    expect(topics).toMatchObject([{ name: 'b', errorCode: ErrorCode.INVALID_REQUEST }]);
  });
});
