import {
  brokerConfigDefinitions,
  type ClusterImage,
  type ConfigNode,
  ConfigResource,
  dynamicBrokerConfig,
  topicConfigDefinitions,
} from '../../metadata/index.ts';
import {
  ConfigSource,
  type DescribeConfigsRequest,
  type DescribeConfigsResponse,
  ErrorCode,
} from '../../wire/index.ts';
import { isValidTopicName } from '../topic-name.ts';
import {
  brokerEntry,
  type ConfigEntry,
  type ConfigView,
  clusterEntry,
  storedEntry,
  topicEntry,
} from './config-entry.ts';

/** From here on an entry tells its type, and has room for what it means. */
const FIRST_VERSION_WITH_TYPES = 3;

type Resource = DescribeConfigsRequest['resources'][number];
type Result = DescribeConfigsResponse['results'][number];

interface Problem {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** Either listener's answer to DescribeConfigs (`ConfigHelper`): configurations by name, with where they come from. */
export function decideDescribeConfigs(
  image: ClusterImage,
  node: ConfigNode,
  version: number,
  request: DescribeConfigsRequest,
): DescribeConfigsResponse {
  const withTypes = version >= FIRST_VERSION_WITH_TYPES;
  const view: ConfigView = { image, node, withSynonyms: request.includeSynonyms, withTypes };
  const known = Object.values(ConfigResource) as readonly number[];
  const stranger = request.resources.find(({ resourceType }) => !known.includes(resourceType));
  const all =
    stranger === undefined
      ? null
      : invalidRequest(`Unexpected resource type UNKNOWN for resource ${stranger.resourceName}`);
  const results = request.resources.map((resource) => answer(resource, all ?? describe(view, resource)));
  return { throttleTimeMs: 0, results };
}

function answer(resource: Resource, found: readonly ConfigEntry[] | Problem): Result {
  const { resourceType, resourceName, configurationKeys: keys } = resource;
  if ('errorCode' in found) return { ...found, resourceType, resourceName, configs: [] };
  const asked = keys === null || keys.length === 0 ? found : found.filter(({ name }) => keys.includes(name));
  return { errorCode: ErrorCode.NONE, errorMessage: '', resourceType, resourceName, configs: asked };
}

function describe(
  view: ConfigView,
  { resourceType, resourceName }: Resource,
): readonly ConfigEntry[] | Problem {
  switch (resourceType) {
    case ConfigResource.TOPIC:
      return describeTopic(view, resourceName);
    case ConfigResource.BROKER:
      return resourceName === '' ? describeCluster(view) : describeNode(view, resourceName);
    case ConfigResource.BROKER_LOGGER:
      if (resourceName === '') return invalidRequest('Broker id must not be empty');
      return rejectOtherNode(view.node.nodeId, resourceName, '') ?? [];
    case ConfigResource.CLIENT_METRICS:
      if (resourceName === '') return invalidRequest('Client metrics subscription name must not be empty');
      return describeStored(view, resourceType, resourceName, ConfigSource.CLIENT_METRICS_CONFIG);
    default:
      if (resourceName === '') return invalidRequest('Group name must not be empty');
      return describeStored(view, resourceType, resourceName, ConfigSource.GROUP_CONFIG);
  }
}

function describeTopic(view: ConfigView, topic: string): readonly ConfigEntry[] | Problem {
  if (!isValidTopicName(topic)) {
    return {
      errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION,
      errorMessage: `Topic name is invalid: '${topic}'`,
    };
  }
  if (!view.image.topicsByName.has(topic)) {
    return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: '' };
  }
  const own = view.image.configs(ConfigResource.TOPIC, topic);
  const entries: ConfigEntry[] = [];
  for (const definition of topicConfigDefinitions.values()) {
    const isShown = definition.default !== null || own.has(definition.name);
    if (isShown) entries.push(topicEntry(view, own, definition));
  }
  return byName(entries);
}

function describeCluster(view: ConfigView): readonly ConfigEntry[] {
  const layer = dynamicBrokerConfig(view.image, '');
  return byName([...layer].map(([name, value]) => clusterEntry(view, name, value)));
}

function describeNode(view: ConfigView, id: string): readonly ConfigEntry[] | Problem {
  const { image, node } = view;
  const problem = rejectOtherNode(node.nodeId, id, ' or empty string,');
  if (problem !== null) return problem;
  const names = new Set<string>();
  for (const { name, isInternal } of brokerConfigDefinitions.values()) {
    if (!isInternal || node.static[name] !== undefined) names.add(name);
  }
  for (const name of dynamicBrokerConfig(image, '').keys()) names.add(name);
  for (const name of dynamicBrokerConfig(image, String(node.nodeId)).keys()) names.add(name);
  return byName([...names].map((name) => brokerEntry(view, name)));
}

function describeStored(
  view: ConfigView,
  resourceType: number,
  resourceName: string,
  source: number,
): readonly ConfigEntry[] {
  const stored = view.image.configs(resourceType, resourceName);
  return byName([...stored].map(([name, value]) => storedEntry(view, name, value, source)));
}

function rejectOtherNode(nodeId: number, name: string, orWhat: string): Problem | null {
  if (!/^[+-]?\d+$/.test(name)) return invalidRequest(`Broker id must be an integer, but it is: ${name}`);
  if (Number(name) === nodeId) return null;
  return invalidRequest(`Unexpected broker id, expected ${nodeId}${orWhat} but received ${name}`);
}

function invalidRequest(errorMessage: string): Problem {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}

function byName(entries: readonly ConfigEntry[]): readonly ConfigEntry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
