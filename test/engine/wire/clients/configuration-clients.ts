// biome-ignore-all lint/suspicious/noExplicitAny: what the clients take and give has no types to name
import { ApiKey } from '../../../../engine/wire/index.ts';
import { type KafkajsApi, throttled } from './kafkajs.ts';
import type { PlatformaticApi } from './platformatic.ts';

/** How @platformatic/kafka asks for configuration and for changes of the cluster. */
export const platformaticConfigurationApis: readonly PlatformaticApi[] = [
  {
    key: ApiKey.CreatePartitions,
    module: 'admin/create-partitions',
    from: 0,
    to: 3,
    request: (body) => [body.topics, body.timeoutMs, body.validateOnly],
  },
  {
    key: ApiKey.DescribeConfigs,
    module: 'admin/describe-configs',
    from: 1,
    to: 4,
    request: (body) => [body.resources, body.includeSynonyms, body.includeDocumentation],
  },
  {
    key: ApiKey.AlterConfigs,
    module: 'admin/alter-configs',
    from: 0,
    to: 2,
    request: (body) => [body.resources, body.validateOnly],
  },
  {
    key: ApiKey.IncrementalAlterConfigs,
    module: 'admin/incremental-alter-configs',
    from: 0,
    to: 1,
    request: (body) => [body.resources, body.validateOnly],
  },
  {
    key: ApiKey.UpdateFeatures,
    module: 'admin/update-features',
    from: 0,
    to: 1,
    request: (body, version) => [
      body.timeoutMs,
      version > 0
        ? body.featureUpdates
        : body.featureUpdates.map((each: any) => ({ ...each, upgradeType: each.allowDowngrade ? 2 : 1 })),
      body.validateOnly,
    ],
  },
  {
    key: ApiKey.UnregisterBroker,
    module: 'admin/unregister-broker',
    from: 0,
    to: 0,
    request: (body) => [body.brokerId],
  },
];

/** The same of kafkajs, which knows neither incremental changes nor features. */
export const kafkajsConfigurationApis: readonly KafkajsApi[] = [
  {
    key: ApiKey.CreatePartitions,
    folder: 'createPartitions',
    from: 0,
    to: 1,
    request: (body) => ({
      timeout: body.timeoutMs,
      validateOnly: body.validateOnly,
      topicPartitions: body.topics.map((topic: any) => ({
        topic: topic.name,
        count: topic.count,
        assignments: topic.assignments?.map((each: any) => each.brokerIds),
      })),
    }),
    response: (body, version) => ({
      ...throttled(body, version, 1),
      topicErrors: body.results.map((each: any) => ({
        topic: each.name,
        errorCode: each.errorCode,
        errorMessage: each.errorMessage,
      })),
    }),
  },
  {
    key: ApiKey.DescribeConfigs,
    folder: 'describeConfigs',
    from: 1,
    to: 2,
    request: (body) => ({
      includeSynonyms: body.includeSynonyms,
      resources: body.resources.map((each: any) => ({
        type: each.resourceType,
        name: each.resourceName,
        configNames: each.configurationKeys,
      })),
    }),
    response: (body, version) => ({
      ...throttled(body, version, 2),
      resources: body.results.map((result: any) => ({
        errorCode: result.errorCode,
        errorMessage: result.errorMessage,
        resourceType: result.resourceType,
        resourceName: result.resourceName,
        configEntries: result.configs.map((config: any) => ({
          configName: config.name,
          configValue: config.value,
          readOnly: config.readOnly,
          isDefault: config.configSource === 5,
          configSource: config.configSource,
          isSensitive: config.isSensitive,
          configSynonyms: config.synonyms.map((synonym: any) => ({
            configName: synonym.name,
            configValue: synonym.value,
            configSource: synonym.source,
          })),
        })),
      })),
    }),
  },
  {
    key: ApiKey.AlterConfigs,
    folder: 'alterConfigs',
    from: 0,
    to: 1,
    request: (body) => ({
      validateOnly: body.validateOnly,
      resources: body.resources.map((each: any) => ({
        type: each.resourceType,
        name: each.resourceName,
        configEntries: each.configs,
      })),
    }),
    response: (body, version) => ({ ...throttled(body, version, 1), resources: body.responses }),
  },
];
