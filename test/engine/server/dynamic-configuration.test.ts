import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import {
  AlterConfigOperation,
  type AlterConfigsResponse,
  ApiKey,
  ConfigResourceType,
  ConfigSource,
  type CreatePartitionsResponse,
  createPartitionsRequest,
  type DescribeConfigsResponse,
  describeConfigsRequest,
  ErrorCode,
  incrementalAlterConfigsRequest,
  type ListConfigResourcesResponse,
  make,
  type UnregisterBrokerResponse,
  type UpdateFeaturesResponse,
  UpgradeType,
  updateFeaturesRequest,
} from '../../../engine/wire/index.ts';
import { TinyCluster, type TinyClusterOptions } from './tiny-cluster.ts';

const { TOPIC, BROKER } = ConfigResourceType;
const { SET, DELETE } = AlterConfigOperation;

function withTopic(options: TinyClusterOptions = {}): TinyCluster {
  const cluster = new TinyCluster(options);
  expect(cluster.started()).toBe(true);
  expect(cluster.createTopic('t', 1, 3)).toMatchObject({ errorCode: 0 });
  expect(cluster.until(() => cluster.registration('t', 0)?.isr.length === 3)).toBe(true);
  return cluster;
}

/** Sets a configuration, or deletes it when the value is null, and waits until every broker has applied it. */
function alter(
  cluster: TinyCluster,
  resourceType: number,
  resourceName: string,
  name: string,
  value: string | null,
  via = 1,
) {
  const configOperation = value === null ? DELETE : SET;
  const resource = { resourceType, resourceName, configs: [{ name, configOperation, value }] };
  const body = make(incrementalAlterConfigsRequest, { resources: [resource] });
  const answer = cluster.client.ask<AlterConfigsResponse>(via, ApiKey.IncrementalAlterConfigs, body);
  if (typeof answer === 'string') throw new Error(answer);
  cluster.world.runFor(2 * SECOND);
  return answer.responses[0]!;
}

function describeOne(cluster: TinyCluster, resourceType: number, resourceName: string, key: string, via = 1) {
  const body = make(describeConfigsRequest, {
    resources: [{ resourceType, resourceName, configurationKeys: [key] }],
    includeSynonyms: true,
  });
  const answer = cluster.client.ask<DescribeConfigsResponse>(via, ApiKey.DescribeConfigs, body);
  if (typeof answer === 'string') throw new Error(answer);
  return answer.results[0]!.configs[0];
}

const replicaOf = (cluster: TinyCluster, broker: number) => [...cluster.brokerView(broker)!.replicas()][0]!;
const divergences = (cluster: TinyCluster) =>
  [1, 2, 3].map((id) => cluster.brokerView(id)!.configDivergence(cluster.activeController()!.image));

describe('the configuration of a topic that is open', () => {
  for (const codec of ['objects', 'bytes'] as const) {
    test(`changes on every broker without a restart, through any of them (${codec})`, () => {
      const cluster = withTopic({ codec });
      expect(alter(cluster, TOPIC, 't', 'retention.ms', '60000', 2)).toEqual({
        errorCode: 0,
        errorMessage: null,
        resourceType: TOPIC,
        resourceName: 't',
      });
      for (const id of [1, 2, 3]) expect(replicaOf(cluster, id).log!.config['retention.ms']).toBe(60_000);
      expect(divergences(cluster)).toEqual([null, null, null]);
    });
  }

  test('a smaller max.message.bytes refuses the next produce', () => {
    const cluster = withTopic();
    const leader = cluster.leaderOf('t', 0);
    expect(cluster.produce(leader, 't', 0, ['x'.repeat(500)])).toMatchObject({ errorCode: 0 });
    alter(cluster, TOPIC, 't', 'max.message.bytes', '200');
    expect(cluster.produce(leader, 't', 0, ['x'.repeat(500)])).toMatchObject({
      errorCode: ErrorCode.MESSAGE_TOO_LARGE,
    });
    alter(cluster, TOPIC, 't', 'max.message.bytes', null);
    expect(cluster.produce(leader, 't', 0, ['x'.repeat(500)])).toMatchObject({ errorCode: 0 });
  });

  test('a larger min.insync.replicas refuses acks=all, a smaller one takes it again', () => {
    const cluster = withTopic();
    const leader = cluster.leaderOf('t', 0);
    const other = leader === 1 ? 2 : 1;
    cluster.broker(other).kill();
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 2)).toBe(true);
    cluster.world.runFor(SECOND);
    expect(alter(cluster, TOPIC, 't', 'min.insync.replicas', '3', leader)).toMatchObject({ errorCode: 0 });
    expect(cluster.produce(leader, 't', 0, ['a'])).toMatchObject({
      errorCode: ErrorCode.NOT_ENOUGH_REPLICAS,
    });
    expect(alter(cluster, TOPIC, 't', 'min.insync.replicas', '2', leader)).toMatchObject({ errorCode: 0 });
    expect(cluster.produce(leader, 't', 0, ['a'])).toMatchObject({ errorCode: 0 });
  });

  test('message.timestamp.type stamps what comes from then on', () => {
    const cluster = withTopic();
    const leader = cluster.leaderOf('t', 0);
    expect(cluster.produce(leader, 't', 0, ['a'])).toMatchObject({ logAppendTimeMs: -1 });
    alter(cluster, TOPIC, 't', 'message.timestamp.type', 'LogAppendTime');
    const { logAppendTimeMs } = cluster.produce(leader, 't', 0, ['a']) as { logAppendTimeMs: number };
    expect(logAppendTimeMs).toBeGreaterThan(1_700_000_000_000);
  });

  test('is there again after a restart, and in a broker that comes with an empty image', () => {
    const cluster = withTopic();
    alter(cluster, TOPIC, 't', 'segment.ms', '12345');
    cluster.broker(3).kill();
    cluster.startBroker(3);
    expect(cluster.until(() => cluster.running().length === 3)).toBe(true);
    expect(replicaOf(cluster, 3).log!.config['segment.ms']).toBe(12_345);
  });
});

describe('the layers of a configuration', () => {
  test('are topic, broker, cluster, file, default, as they are described and as they act', () => {
    const cluster = withTopic({ config: { 'log.retention.ms': 5000 } });
    const acts = () => [1, 2].map((id) => replicaOf(cluster, id).log!.config['retention.ms']);
    const described = (via: number) => {
      const entry = describeOne(cluster, TOPIC, 't', 'retention.ms', via)!;
      return [entry.value, entry.configSource];
    };
    expect([acts(), described(1)]).toEqual([
      [5000, 5000],
      ['5000', ConfigSource.STATIC_BROKER_CONFIG],
    ]);
    expect(alter(cluster, BROKER, '', 'log.retention.ms', '4000')).toMatchObject({ errorCode: 0 });
    expect(acts()).toEqual([4000, 4000]);
    expect(described(2)).toEqual(['4000', ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG]);
    expect(alter(cluster, BROKER, '1', 'log.retention.ms', '3000', 1)).toMatchObject({ errorCode: 0 });
    expect(acts()).toEqual([3000, 4000]);
    expect(described(1)).toEqual(['3000', ConfigSource.DYNAMIC_BROKER_CONFIG]);
    alter(cluster, TOPIC, 't', 'retention.ms', '2000');
    expect(acts()).toEqual([2000, 2000]);
    expect(describeOne(cluster, TOPIC, 't', 'retention.ms', 1)).toMatchObject({
      value: '2000',
      configSource: ConfigSource.TOPIC_CONFIG,
      synonyms: [
        { name: 'retention.ms', value: '2000', source: ConfigSource.TOPIC_CONFIG },
        { name: 'log.retention.ms', value: '3000', source: ConfigSource.DYNAMIC_BROKER_CONFIG },
        { name: 'log.retention.ms', value: '4000', source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG },
        { name: 'log.retention.ms', value: '5000', source: ConfigSource.STATIC_BROKER_CONFIG },
        { name: 'log.retention.hours', value: '168', source: ConfigSource.DEFAULT_CONFIG },
      ],
    });
    alter(cluster, TOPIC, 't', 'retention.ms', null);
    alter(cluster, BROKER, '1', 'log.retention.ms', null, 1);
    alter(cluster, BROKER, '', 'log.retention.ms', null);
    expect([acts(), described(1)]).toEqual([
      [5000, 5000],
      ['5000', ConfigSource.STATIC_BROKER_CONFIG],
    ]);
    expect(divergences(cluster)).toEqual([null, null, null]);
  });

  test('a broker refuses what it cannot change while it runs, and what is another broker’s', () => {
    const cluster = withTopic();
    expect(alter(cluster, BROKER, '1', 'replica.lag.time.max.ms', '1')).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'Cannot update these configs dynamically: [replica.lag.time.max.ms]',
    });
    expect(alter(cluster, BROKER, '2', 'log.retention.ms', '1')).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'Unexpected broker id, expected 1, but received 2',
    });
    expect(alter(cluster, BROKER, '', 'log.segment.bytes', 'many')).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
    });
  });

  test('what a controller was told directly and a broker cannot use is ignored', () => {
    const cluster = withTopic();
    for (const id of [101, 102, 103]) cluster.client.knows(id, `c${id}`, 9093);
    const via = cluster.activeController()!.nodeId;
    expect(alter(cluster, BROKER, '', 'log.retention.ms', 'nonsense', via)).toMatchObject({ errorCode: 0 });
    expect(replicaOf(cluster, 1).log!.config['retention.ms']).toBe(604_800_000);
    expect(cluster.running()).toEqual([1, 2, 3]);
    expect(
      describeOne(cluster, BROKER, String(via), 'controller.quorum.fetch.timeout.ms', via),
    ).toMatchObject({
      value: '2000',
      configSource: ConfigSource.DEFAULT_CONFIG,
      readOnly: true,
    });
  });
});

describe('cordoned.log.dirs', () => {
  test('keeps new replicas off a broker while it holds, and is one of the broker’s own directories (KIP-1066)', () => {
    const cluster = withTopic();
    expect(alter(cluster, BROKER, '3', 'cordoned.log.dirs', '/elsewhere', 3)).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage:
        'All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : /elsewhere',
    });
    expect(alter(cluster, BROKER, '3', 'cordoned.log.dirs', '*', 3)).toMatchObject({ errorCode: 0 });
    const registration = cluster.activeController()!.image.broker(3)!;
    expect(registration.cordonedDirectories).toEqual(registration.directories);
    expect(cluster.createTopic('u', 6, 2)).toMatchObject({ errorCode: 0 });
    for (let index = 0; index < 6; index += 1) {
      expect(cluster.registration('u', index)!.replicas).not.toContain(3);
    }
    expect(cluster.createTopic('v', 1, 3)).toMatchObject({ errorCode: ErrorCode.INVALID_REPLICATION_FACTOR });
    expect(cluster.registration('t', 0)!.isr).toEqual([1, 2, 3]);
    expect(alter(cluster, BROKER, '3', 'cordoned.log.dirs', null, 3)).toMatchObject({ errorCode: 0 });
    expect(cluster.createTopic('v', 1, 3)).toMatchObject({ errorCode: 0 });
  });
});

describe('administration through a broker', () => {
  test('new partitions are led, replicated and known', () => {
    const cluster = withTopic();
    const body = make(createPartitionsRequest, {
      topics: [{ name: 't', count: 3, assignments: null }],
      timeoutMs: 1000,
    });
    const answer = cluster.client.ask<CreatePartitionsResponse>(2, ApiKey.CreatePartitions, body);
    expect(answer).toMatchObject({ results: [{ name: 't', errorCode: 0 }] });
    expect(cluster.until(() => cluster.registration('t', 2)?.isr.length === 3)).toBe(true);
    cluster.world.runFor(SECOND);
    expect(cluster.produce(cluster.leaderOf('t', 2), 't', 2, ['a'])).toMatchObject({ errorCode: 0 });
  });

  test('a dead broker is unregistered and its id can be used anew', () => {
    const cluster = withTopic();
    cluster.broker(3).kill();
    cluster.world.runFor(12 * SECOND);
    const answer = cluster.client.ask<UnregisterBrokerResponse>(1, ApiKey.UnregisterBroker, { brokerId: 3 });
    expect(answer).toMatchObject({ errorCode: 0 });
    expect(cluster.until(() => !cluster.brokerView(1)!.image.brokers.has(3), 5 * SECOND)).toBe(true);
    cluster.startBroker(3);
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 3, 60 * SECOND)).toBe(true);
  });

  test('features are finalized for all, and ApiVersions tells it', () => {
    const cluster = withTopic({ config: { 'metadata.version': 31 } });
    const featureUpdates = [
      { feature: 'metadata.version', maxVersionLevel: 33, upgradeType: UpgradeType.UPGRADE },
    ];
    const body = make(updateFeaturesRequest, { featureUpdates });
    const answer = cluster.client.ask<UpdateFeaturesResponse>(1, ApiKey.UpdateFeatures, body);
    expect(answer).toMatchObject({ errorCode: 0 });
    expect(
      cluster.until(() => cluster.brokerView(3)!.image.featureLevel('metadata.version') === 33, 5 * SECOND),
    ).toBe(true);
  });

  test('kraft.version rises with the quorum’s own records, and the controller counts on behind them', () => {
    const cluster = withTopic();
    const ask = (maxVersionLevel: number, validateOnly = false) => {
      const update = { feature: 'kraft.version', maxVersionLevel, upgradeType: UpgradeType.UPGRADE };
      const body = make(updateFeaturesRequest, { featureUpdates: [update], validateOnly });
      return cluster.client.ask<UpdateFeaturesResponse>(1, ApiKey.UpdateFeatures, body);
    };
    expect(cluster.until(() => (ask(1, true) as UpdateFeaturesResponse).errorCode === 0, 60 * SECOND)).toBe(
      true,
    );
    const end = () => cluster.activeController()!.quorum.logEndOffset;
    expect(ask(1)).toMatchObject({ errorCode: 0 });
    const after = end();
    expect(ask(1)).toMatchObject({ errorCode: 0 });
    expect(ask(0)).toMatchObject({ errorCode: ErrorCode.INVALID_UPDATE_VERSION });
    expect(end()).toBeGreaterThan(after);
    expect(cluster.createTopic('u', 2, 3)).toMatchObject({ errorCode: 0 });
    cluster.broker(3).kill();
    cluster.world.runFor(12 * SECOND);
    cluster.startBroker(3);
    expect(cluster.until(() => cluster.registration('u', 0)!.isr.length === 3, 60 * SECOND)).toBe(true);
    // A broker's epoch is the offset of its registration: the controller's count is the log's.
    const { image } = cluster.activeController()!;
    expect(image.registrationOffset(3)).toBe(image.broker(3)!.epoch);
  });

  test('what can be configured is listed', () => {
    const cluster = withTopic();
    cluster.world.runFor(500 * MS);
    const ask = (resourceTypes: readonly number[]) =>
      cluster.client.ask<ListConfigResourcesResponse>(1, ApiKey.ListConfigResources, { resourceTypes });
    expect(ask([BROKER, TOPIC])).toMatchObject({
      errorCode: 0,
      configResources: [
        { resourceName: '1', resourceType: BROKER },
        { resourceName: '2', resourceType: BROKER },
        { resourceName: '3', resourceType: BROKER },
        { resourceName: 't', resourceType: TOPIC },
      ],
    });
    expect(ask([1])).toMatchObject({ errorCode: ErrorCode.UNSUPPORTED_VERSION });
  });
});
