import {
  ApiKey,
  alterConfigsRequest,
  alterConfigsResponse,
  createPartitionsRequest,
  createPartitionsResponse,
  describeConfigsRequest,
  describeConfigsResponse,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  make,
  unregisterBrokerRequest,
  unregisterBrokerResponse,
  updateFeaturesRequest,
  updateFeaturesResponse,
} from '../../../../engine/wire/index.ts';

const verdict = { errorCode: 40, errorMessage: 'no', resourceType: 2, resourceName: 'größe' };

/** Requests of the configuration and cluster APIs in which what a client can set differs from its default. */
export const configurationRequests: readonly (readonly [number, object])[] = [
  [
    ApiKey.CreatePartitions,
    make(createPartitionsRequest, {
      topics: [
        { name: 'a', count: 4, assignments: [{ brokerIds: [2, 3] }, { brokerIds: [1] }] },
        { name: 'b', count: 5, assignments: null },
      ],
      timeoutMs: 1234,
      validateOnly: true,
    }),
  ],
  [
    ApiKey.DescribeConfigs,
    make(describeConfigsRequest, {
      resources: [{ resourceType: 2, resourceName: 't', configurationKeys: ['retention.ms', 'segment.ms'] }],
      includeSynonyms: true,
      includeDocumentation: true,
    }),
  ],
  [
    ApiKey.AlterConfigs,
    make(alterConfigsRequest, {
      resources: [{ resourceType: 2, resourceName: 't', configs: [{ name: 'retention.ms', value: '7' }] }],
      validateOnly: true,
    }),
  ],
  [
    ApiKey.IncrementalAlterConfigs,
    make(incrementalAlterConfigsRequest, {
      resources: [
        {
          resourceType: 4,
          resourceName: '1',
          configs: [
            { name: 'k', configOperation: 2, value: 'v' },
            { name: 'l', configOperation: 1, value: null },
          ],
        },
      ],
      validateOnly: true,
    }),
  ],
  [
    ApiKey.UpdateFeatures,
    make(updateFeaturesRequest, {
      timeoutMs: 1234,
      featureUpdates: [
        { feature: 'metadata.version', maxVersionLevel: 27, allowDowngrade: true, upgradeType: 3 },
      ],
      validateOnly: true,
    }),
  ],
  [ApiKey.UnregisterBroker, make(unregisterBrokerRequest, { brokerId: 4 })],
];

/** Their responses, every field off its default. */
export const configurationResponses: readonly (readonly [number, object])[] = [
  [
    ApiKey.CreatePartitions,
    make(createPartitionsResponse, {
      throttleTimeMs: 11,
      results: [{ name: 'größe', errorCode: 37, errorMessage: 'fewer' }],
    }),
  ],
  [
    ApiKey.DescribeConfigs,
    make(describeConfigsResponse, {
      throttleTimeMs: 11,
      results: [
        {
          ...verdict,
          configs: [
            {
              name: 'k',
              value: 'v',
              readOnly: true,
              configSource: 3,
              isSensitive: true,
              synonyms: [{ name: 'log.k', value: 'w', source: 4 }],
              configType: 5,
              documentation: 'what it means',
            },
          ],
        },
      ],
    }),
  ],
  [ApiKey.AlterConfigs, make(alterConfigsResponse, { throttleTimeMs: 11, responses: [verdict] })],
  [
    ApiKey.IncrementalAlterConfigs,
    make(incrementalAlterConfigsResponse, { throttleTimeMs: 11, responses: [verdict] }),
  ],
  [
    ApiKey.UpdateFeatures,
    make(updateFeaturesResponse, {
      throttleTimeMs: 11,
      errorCode: 42,
      errorMessage: 'no',
      results: [{ feature: 'kraft.version', errorCode: 42, errorMessage: 'none' }],
    }),
  ],
  [
    ApiKey.UnregisterBroker,
    make(unregisterBrokerResponse, { throttleTimeMs: 11, errorCode: 102, errorMessage: 'no' }),
  ],
];
