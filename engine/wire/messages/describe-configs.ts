import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int8, int16, int32, list, string, struct } from '../schema.ts';

/** What may carry a configuration (ConfigResource.Type). */
export const ConfigResourceType = {
  UNKNOWN: 0,
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const;

/** Which layer a value comes from (DescribeConfigsResponse.ConfigSource). */
export const ConfigSource = {
  UNKNOWN: 0,
  TOPIC_CONFIG: 1,
  DYNAMIC_BROKER_CONFIG: 2,
  DYNAMIC_DEFAULT_BROKER_CONFIG: 3,
  STATIC_BROKER_CONFIG: 4,
  DEFAULT_CONFIG: 5,
  DYNAMIC_BROKER_LOGGER_CONFIG: 6,
  CLIENT_METRICS_CONFIG: 7,
  GROUP_CONFIG: 8,
} as const;

/** What a value is (DescribeConfigsResponse.ConfigType). */
export const ConfigType = {
  UNKNOWN: 0,
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
} as const;

export const describeConfigsRequest = struct(
  'DescribeConfigsRequest',
  { versions: '1-4', flexible: '4+' },
  {
    resources: array('0+', 'Whose configurations.', {
      resourceType: int8('0+', 'A ConfigResourceType.'),
      resourceName: string('0+', 'Its name.'),
      configurationKeys: list('string', '0+', 'Which keys; null for all.', { nullable: '0+' }),
    }),
    includeSynonyms: bool('1+', 'Tell every layer that could set a key.'),
    includeDocumentation: bool('3+', 'Tell what each key means.'),
  },
);

export const describeConfigsResponse = struct(
  'DescribeConfigsResponse',
  { versions: '1-4', flexible: '4+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    results: array('0+', 'One entry a resource.', {
      errorCode: int16('0+', 'Verdict on the resource.'),
      errorMessage: string('0+', 'What is wrong with it.', { nullable: '0+' }),
      resourceType: int8('0+', 'A ConfigResourceType.'),
      resourceName: string('0+', 'Its name.'),
      configs: array('0+', 'One entry a key.', {
        name: string('0+', 'The key.'),
        value: string('0+', 'The value in effect; null when it is withheld or not set.', { nullable: '0+' }),
        readOnly: bool('0+', 'It cannot be changed while the node runs.'),
        configSource: int8('1+', 'The layer that set it.', { default: -1, ignorable: true }),
        isSensitive: bool('0+', 'Its value is withheld.'),
        synonyms: array(
          '1+',
          'All layers that set it, the winner first.',
          {
            name: string('1+', 'The key in that layer.'),
            value: string('1+', 'Its value there.', { nullable: '0+' }),
            source: int8('1+', 'The layer.'),
          },
          { ignorable: true },
        ),
        configType: int8('3+', 'A ConfigType.', { ignorable: true }),
        documentation: string('3+', 'What the key means.', { nullable: '0+', ignorable: true }),
      }),
    }),
  },
);

export type DescribeConfigsRequest = Infer<typeof describeConfigsRequest>;
export type DescribeConfigsResponse = Infer<typeof describeConfigsResponse>;

export const describeConfigsApi = api(
  ApiKey.DescribeConfigs,
  ['broker', 'controller'],
  describeConfigsRequest,
  describeConfigsResponse,
);
