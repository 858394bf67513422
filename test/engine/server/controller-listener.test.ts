import { beforeAll, describe, expect, test } from 'vitest';
import {
  ApiKey,
  type ApiVersionsResponse,
  apiOf,
  type DescribeClusterResponse,
  EndpointType,
  ErrorCode,
} from '../../../engine/wire/index.ts';
import { RecordingOutbox } from '../recording-outbox.ts';
import { TinyCluster } from './tiny-cluster.ts';

const apiVersions = { clientSoftwareName: 'x', clientSoftwareVersion: '1', clusterId: null, nodeId: -1 };
const describeCluster = {
  includeClusterAuthorizedOperations: false,
  endpointType: EndpointType.CONTROLLERS as number,
  includeFencedBrokers: false,
};
const createTopics = {
  topics: [{ name: 'direct', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 5_000,
  validateOnly: false,
};

describe('the listeners of a cluster', () => {
  const cluster = new TinyCluster();
  let active = -1;
  let passive = -1;

  beforeAll(() => {
    expect(cluster.started()).toBe(true);
    cluster.until(() => cluster.activeController()!.image.controllers.size === 3);
    active = cluster.activeController()!.nodeId;
    passive = active === 101 ? 102 : 101;
    for (const id of [101, 102, 103]) cluster.client.knows(id, `c${id}`, 9093);
  });

  test('each answers ApiVersions with what it serves, and only that', () => {
    const keysOf = (node: number): number[] => {
      const response = cluster.client.ask<ApiVersionsResponse>(node, ApiKey.ApiVersions, apiVersions);
      if (typeof response === 'string') throw new Error(response);
      for (const { apiKey, maxVersion } of response.apiKeys)
        expect(maxVersion).toBe(apiOf(apiKey)!.maxVersion);
      return response.apiKeys.map((range) => range.apiKey);
    };
    const [broker, controller] = [keysOf(1), keysOf(active)];
    expect(broker).toContain(ApiKey.Produce);
    expect(broker).not.toContain(ApiKey.Vote);
    expect(controller).toContain(ApiKey.Vote);
    expect(controller).not.toContain(ApiKey.Produce);
    for (const key of broker) expect(apiOf(key)!.listeners).toContain('broker');
    for (const key of controller) expect(apiOf(key)!.listeners).toContain('controller');
  });

  test('a controller describes the controllers, and a broker the brokers', () => {
    const asked = cluster.client.ask<DescribeClusterResponse>(
      active,
      ApiKey.DescribeCluster,
      describeCluster,
    );
    expect(asked).toMatchObject({
      errorCode: 0,
      controllerId: active,
      brokers: [{ brokerId: 101 }, { brokerId: 102 }, { brokerId: 103 }],
    });
    const wrong = cluster.client.ask(1, ApiKey.DescribeCluster, describeCluster);
    expect(wrong).toMatchObject({ errorCode: ErrorCode.MISMATCHED_ENDPOINT_TYPE });
  });

  test('only the active controller decides; another says that it is not', () => {
    expect(cluster.client.ask(passive, ApiKey.CreateTopics, createTopics)).toMatchObject({
      topics: [{ errorCode: ErrorCode.NOT_CONTROLLER }],
    });
    expect(cluster.client.ask(active, ApiKey.CreateTopics, createTopics)).toMatchObject({
      topics: [{ errorCode: ErrorCode.NONE }],
    });
  });

  test('an API of the other listener ends the connection', () => {
    // The client's own handshake knows better than to send it, so it is put on the wire by hand.
    const machine = cluster.broker(1).machine!;
    const out = new RecordingOutbox();
    const connection = 999_999;
    machine.step(cluster.world.now, { kind: 'accepted', connection, port: 9092 }, out);
    const header = { apiKey: ApiKey.Vote, apiVersion: 0, correlationId: 1, clientId: null };
    const frame = { kind: 'request', ...header, body: {} } as const;
    machine.step(cluster.world.now, { kind: 'frame', connection, frame }, out);
    expect(out.probes).toContain('broker: api not enabled');
    expect(out.closed).toEqual([connection]);
    expect(out.sent).toEqual([]);
  });
});
