import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  admitConfigChanges,
  admitConfigReplacements,
} from '../../../engine/broker/handlers/admit-config-changes.ts';
import { decideDescribeConfigs } from '../../../engine/broker/handlers/describe-configs.ts';
import { decideListConfigResources } from '../../../engine/broker/handlers/list-config-resources.ts';
import {
  brokerConfigDefinitions,
  type ClusterImage,
  ConfigResource,
  type StaticConfig,
  topicConfigDefinitions,
} from '../../../engine/metadata/index.ts';
import {
  AlterConfigOperation,
  ConfigSource,
  ConfigType,
  checkBody,
  describeConfigsRequest,
  describeConfigsResponse,
  ErrorCode,
  make,
} from '../../../engine/wire/index.ts';
import { addTopic, fence, imageWithBrokers, TOPIC_ID } from './images.ts';

const { TOPIC, BROKER, CLIENT_METRICS, GROUP, BROKER_LOGGER } = ConfigResource;
const { SET, DELETE, APPEND, SUBTRACT } = AlterConfigOperation;

function withTopic(): ClusterImage {
  const image = imageWithBrokers(3);
  addTopic(image, 't', TOPIC_ID, 1);
  return image;
}

function set(
  image: ClusterImage,
  resourceType: number,
  resourceName: string,
  name: string,
  value: string | null,
) {
  image.replay({ type: 'ConfigRecord', resourceType, resourceName, name, value }, 100);
}

function describeAll(
  image: ClusterImage,
  resourceType: number,
  resourceName: string,
  options: {
    readonly file?: StaticConfig;
    readonly version?: number;
    readonly keys?: readonly string[];
  } = {},
) {
  const request = make(describeConfigsRequest, {
    resources: [{ resourceType, resourceName, configurationKeys: options.keys ?? null }],
    includeSynonyms: true,
  });
  const version = options.version ?? 4;
  const body = decideDescribeConfigs(image, { nodeId: 1, static: options.file ?? {} }, version, request);
  expect(checkBody(describeConfigsResponse, version, body)).toBeNull();
  return body.results[0]!;
}

function entry(image: ClusterImage, type: number, resource: string, key: string, file: StaticConfig = {}) {
  return describeAll(image, type, resource, { keys: [key], file }).configs[0];
}

describe('DescribeConfigs of a topic', () => {
  test('names every configuration with its default, its type and the broker’s word for it', () => {
    const { configs, errorCode } = describeAll(withTopic(), TOPIC, 't');
    expect(errorCode).toBe(0);
    const shown = [...topicConfigDefinitions.values()].filter((each) => each.default !== null);
    expect(configs.map(({ name }) => name)).toEqual(shown.map(({ name }) => name).sort());
    expect(configs.find(({ name }) => name === 'max.message.bytes')).toEqual({
      name: 'max.message.bytes',
      value: '1048588',
      readOnly: false,
      configSource: ConfigSource.DEFAULT_CONFIG,
      isSensitive: false,
      synonyms: [{ name: 'message.max.bytes', value: '1048588', source: ConfigSource.DEFAULT_CONFIG }],
      configType: ConfigType.INT,
      documentation: null,
    });
  });

  test('shows no hours where milliseconds are asked for, as Kafka does not', () => {
    const image = withTopic();
    expect(entry(image, TOPIC, 't', 'retention.ms', { 'log.retention.hours': 1 })).toMatchObject({
      value: '3600000',
      configSource: ConfigSource.DEFAULT_CONFIG,
      synonyms: [],
    });
  });

  test('prints a value as Kafka reads it', () => {
    const image = withTopic();
    set(image, TOPIC, 't', 'cleanup.policy', ' compact , delete');
    set(image, TOPIC, 't', 'preallocate', 'TRUE');
    set(image, TOPIC, 't', 'segment.ms', '+0042');
    set(image, TOPIC, 't', 'min.cleanable.dirty.ratio', '1');
    const value = (key: string) => entry(image, TOPIC, 't', key)!.value;
    expect(value('cleanup.policy')).toBe('compact,delete');
    expect(value('preallocate')).toBe('true');
    expect(value('segment.ms')).toBe('42');
    expect(value('min.cleanable.dirty.ratio')).toBe('1.0');
  });

  test('is refused for what is no topic', () => {
    expect(describeAll(withTopic(), TOPIC, 'u')).toMatchObject({
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      configs: [],
    });
    expect(describeAll(withTopic(), TOPIC, 'a/b').errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
  });
});

describe('DescribeConfigs of a broker', () => {
  test('shows the whole file, what is dynamic and what is not', () => {
    const image = withTopic();
    set(image, BROKER, '', 'num.io.threads', '9');
    set(image, BROKER, '1', 'num.io.threads', '10');
    const file = { 'replica.lag.time.max.ms': 500, 'num.io.threads': 4 };
    expect(entry(image, BROKER, '1', 'num.io.threads', file)).toMatchObject({
      value: '10',
      readOnly: false,
      synonyms: [
        { value: '10', source: ConfigSource.DYNAMIC_BROKER_CONFIG },
        { value: '9', source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG },
        { value: '4', source: ConfigSource.STATIC_BROKER_CONFIG },
        { value: '8', source: ConfigSource.DEFAULT_CONFIG },
      ],
    });
    expect(entry(image, BROKER, '1', 'replica.lag.time.max.ms', file)).toMatchObject({
      value: '500',
      readOnly: true,
      configSource: ConfigSource.STATIC_BROKER_CONFIG,
      configType: ConfigType.LONG,
    });
    const all = describeAll(image, BROKER, '1').configs.map(({ name }) => name);
    const known = [...brokerConfigDefinitions.values()].filter(({ isInternal }) => !isInternal);
    expect(all).toEqual(known.map(({ name }) => name));
  });

  test('of the cluster shows its own layer only', () => {
    const image = withTopic();
    set(image, BROKER, '', 'log.retention.ms', '7');
    set(image, BROKER, '1', 'log.retention.ms', '8');
    expect(describeAll(image, BROKER, '').configs).toEqual([
      expect.objectContaining({
        name: 'log.retention.ms',
        value: '7',
        configSource: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
        synonyms: [
          { name: 'log.retention.ms', value: '7', source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG },
        ],
      }),
    ]);
  });

  test('shows a rate of replication only when it is set', () => {
    const image = withTopic();
    const key = 'leader.replication.throttled.rate';
    expect(entry(image, BROKER, '1', key)).toBeUndefined();
    set(image, BROKER, '', key, '1000');
    expect(entry(image, BROKER, '1', key)).toMatchObject({
      value: '1000',
      readOnly: false,
      configType: ConfigType.LONG,
    });
  });

  test('withholds what it does not know: it may be a secret', () => {
    const image = withTopic();
    set(image, BROKER, '1', 'plugin.password', 'hush');
    const found = entry(image, BROKER, '1', 'plugin.password');
    expect(found).toMatchObject({ value: null, isSensitive: true, readOnly: true });
    expect(JSON.stringify(found)).not.toContain('hush');
  });

  test('is each broker’s own to tell', () => {
    expect(describeAll(withTopic(), BROKER, '2')).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'Unexpected broker id, expected 1 or empty string, but received 2',
    });
    expect(describeAll(withTopic(), BROKER, 'b').errorMessage).toBe(
      'Broker id must be an integer, but it is: b',
    );
    expect(describeAll(withTopic(), 77, 'x').errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  test('leaves out types where the version has no room for them', () => {
    const found = describeAll(withTopic(), TOPIC, 't', { version: 1, keys: ['segment.ms'] }).configs[0];
    expect(found).toMatchObject({ value: '604800000', configType: 0, documentation: '' });
  });
});

describe('a change and a description', () => {
  test('agree: what is set is described, with its source, until it is deleted (property)', () => {
    const dynamic = [...brokerConfigDefinitions.values()].filter(
      (each) =>
        each.scope === 'cluster-wide' && (each.type === 'LONG' || each.type === 'INT') && each.max === null,
    );
    const step = fc.record({
      name: fc.constantFrom(...dynamic.map(({ name }) => name)),
      layer: fc.constantFrom('', '1', '2'),
      value: fc.option(fc.integer({ min: 2_000_000, max: 9_000_000 }).map(String), { nil: null }),
    });
    const property = fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const image = withTopic();
      const layers = new Map<string, Map<string, string>>([
        ['', new Map()],
        ['1', new Map()],
        ['2', new Map()],
      ]);
      for (const { name, layer, value } of steps) {
        const change = { name, configOperation: value === null ? DELETE : SET, value };
        const resource = { resourceType: BROKER, resourceName: layer, configs: [change] };
        const nodeId = layer === '' ? 1 : Number(layer);
        expect(admitConfigChanges({ nodeId, image, logDirs: [] }, [resource])).toEqual([null]);
        set(image, BROKER, layer, name, value);
        if (value === null) layers.get(layer)!.delete(name);
        else layers.get(layer)!.set(name, value);
      }
      for (const { name } of steps) {
        const own = layers.get('1')!.get(name);
        const cluster = layers.get('')!.get(name);
        const expected = own ?? cluster ?? brokerConfigDefinitions.get(name)!.default;
        const source =
          own !== undefined
            ? ConfigSource.DYNAMIC_BROKER_CONFIG
            : cluster !== undefined
              ? ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
              : ConfigSource.DEFAULT_CONFIG;
        const found = entry(image, BROKER, '1', name);
        if (found === undefined) expect([own, cluster]).toEqual([undefined, undefined]);
        else expect([found.value, found.configSource]).toEqual([expected, source]);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });
});

describe('changes that a broker looks at first', () => {
  type Change = readonly [name: string, operation: number, value: string | null];

  const admit = (type: number, resourceName: string, changes: readonly Change[], image = withTopic()) =>
    admitConfigChanges({ nodeId: 1, image, logDirs: ['/a'] }, [
      {
        resourceType: type,
        resourceName,
        configs: changes.map(([name, configOperation, value]) => ({ name, configOperation, value })),
      },
    ])[0];

  test('go on when they are the controller’s to judge', () => {
    expect(admit(TOPIC, 't', [['nonsense', SET, 'x']])).toBeNull();
    expect(admit(BROKER, '1', [['log.retention.ms', SET, '5']])).toBeNull();
    expect(admit(BROKER, '', [['num.io.threads', SET, '5']])).toBeNull();
    expect(admit(GROUP, 'g', [['x', SET, '5']])).toBeNull();
    expect(admit(CLIENT_METRICS, 'm', [['x', SET, '5']])).toBeNull();
  });

  test.each<[string, number, string, Change, number, string]>([
    ['another broker', BROKER, '2', ['log.retention.ms', SET, '5'], 42, 'Unexpected broker id, expected 1'],
    ['no broker', BROKER, 'b', ['log.retention.ms', SET, '5'], 42, 'Node id must be an integer'],
    [
      'what is fixed',
      BROKER,
      '1',
      ['node.id', SET, '5'],
      42,
      'Cannot update these configs dynamically: [node.id]',
    ],
    ['a wrong value', BROKER, '1', ['num.io.threads', SET, '0'], 42, 'Value must be at least 1'],
    ['what is one broker’s', BROKER, '', ['cordoned.log.dirs', SET, '/a'], 42, 'broker id must be specified'],
    ['no value', TOPIC, 't', ['retention.ms', SET, null], 42, 'Null value not supported for : retention.ms'],
    [
      'appending to a number',
      BROKER,
      '1',
      ['num.io.threads', APPEND, '1'],
      40,
      'Config value append is not allowed',
    ],
    ['appending to nothing', BROKER, '1', ['what', SUBTRACT, '1'], 40, 'Unknown config name: what'],
    ['an unknown operation', BROKER, '1', ['num.io.threads', 9, '1'], 42, 'Unknown operations type 9'],
    ['an unknown type', 77, 'x', ['a', SET, 'b'], 42, 'Unknown resource type 77'],
    ['a logger', BROKER_LOGGER, '1', ['kafka', SET, 'DEBUG'], 40, 'Logger kafka does not exist!'],
  ])('are refused for %s', (_, type, name, wrong, errorCode, message) => {
    const error = admit(type, name, [wrong]);
    expect(error?.errorCode).toBe(errorCode);
    expect(error?.errorMessage).toContain(message);
  });

  test('are refused when a resource or a key comes twice', () => {
    const twice: Change[] = [
      ['retention.ms', SET, '1'],
      ['retention.ms', DELETE, null],
    ];
    expect(admit(TOPIC, 't', twice)?.errorMessage).toBe('Error due to duplicate config keys');
    const resource = { resourceType: TOPIC, resourceName: 't', configs: [] };
    const errors = admitConfigReplacements({ nodeId: 1, image: withTopic(), logDirs: [] }, [
      resource,
      resource,
    ]);
    expect(errors.map((error) => error?.errorMessage)).toEqual([
      'Each resource must appear at most once.',
      'Each resource must appear at most once.',
    ]);
  });

  test('count with what is there already, a replacement without', () => {
    const image = withTopic();
    // A controller was told directly what no broker takes: it does not stand in the way of other changes.
    set(image, BROKER, '1', 'node.id', '7');
    expect(admit(BROKER, '1', [['log.retention.ms', SET, '5']], image)).toBeNull();
    const configs = [{ name: 'node.id', value: '7' }];
    const [error] = admitConfigReplacements({ nodeId: 1, image, logDirs: [] }, [
      { resourceType: BROKER, resourceName: '1', configs },
    ]);
    expect(error?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});

describe('ListConfigResources', () => {
  test('lists topics and live brokers, and of groups and subscriptions those that have a configuration', () => {
    const image = withTopic();
    set(image, CLIENT_METRICS, 'm', 'interval.ms', '5');
    set(image, GROUP, 'g', 'consumer.session.timeout.ms', '5');
    fence(image, 2);
    const list = (version: number, resourceTypes: readonly number[]) =>
      decideListConfigResources(image, version, { resourceTypes });
    const names = (type: number) => list(1, [type]).configResources.map(({ resourceName }) => resourceName);
    expect(names(BROKER)).toEqual(['1', '3']);
    expect(names(TOPIC)).toEqual(['t']);
    expect(names(GROUP)).toEqual(['g']);
    expect(list(1, []).configResources).toHaveLength(7);
    expect(list(0, []).configResources).toEqual([{ resourceName: 'm', resourceType: CLIENT_METRICS }]);
    expect(list(1, [1]).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });
});
