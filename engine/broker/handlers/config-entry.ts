import {
  brokerConfig,
  brokerConfigDefinitions,
  brokerConfigSynonyms,
  type ClusterImage,
  type ConfigDefinition,
  type ConfigNode,
  dynamicBrokerConfig,
  printedValue,
  type TopicConfigDefinition,
  topicConfigOf,
} from '../../metadata/index.ts';
import { ConfigSource, ConfigType, type DescribeConfigsResponse } from '../../wire/index.ts';

export type ConfigEntry = DescribeConfigsResponse['results'][number]['configs'][number];
type Synonym = ConfigEntry['synonyms'][number];

/** Who describes, from what, and how much of it is asked for. */
export interface ConfigView {
  readonly image: ClusterImage;
  readonly node: ConfigNode;
  readonly withSynonyms: boolean;
  readonly withTypes: boolean;
}

/** One configuration of a topic (`ConfigHelper.createTopicConfigEntry`). */
export function topicEntry(
  view: ConfigView,
  own: ReadonlyMap<string, string>,
  definition: TopicConfigDefinition,
): ConfigEntry {
  const { name } = definition;
  const value = printed(definition, topicConfigOf(view.image, own, name, view.node).value);
  const first = definition.synonyms[0];
  const synonyms = first === undefined ? [] : synonymsOf(view, first.name);
  if (own.has(name)) synonyms.unshift({ name, value, source: ConfigSource.TOPIC_CONFIG });
  return entry(view, definition, value, synonyms, false);
}

/** One configuration of this node (`createBrokerConfigEntry`). A name that Kafka does not know may be a secret. */
export function brokerEntry(view: ConfigView, name: string): ConfigEntry {
  const definition = brokerConfigDefinitions.get(name);
  if (definition === undefined) return secretEntry(view, name, synonymsOf(view, name));
  const value = printed(definition, brokerConfig(view.image, name, view.node));
  return entry(view, definition, value, synonymsOf(view, name), definition.scope === 'static');
}

/** One dynamic configuration of the whole cluster: only its own layer counts. */
export function clusterEntry(view: ConfigView, name: string, text: string): ConfigEntry {
  const definition = brokerConfigDefinitions.get(name);
  const layer = synonymsOf(view, name).filter(
    ({ source }) => source === ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
  );
  if (definition === undefined) return secretEntry(view, name, layer);
  return entry(view, definition, text, layer, definition.scope === 'static');
}

/** What is stored for a resource that has no layers below it (client metrics, groups). */
export function storedEntry(view: ConfigView, name: string, value: string, source: number): ConfigEntry {
  const stored = { name, type: 'STRING', default: null, min: null, max: null, values: null } as const;
  return entry(view, stored, value, [{ name, value, source }], false);
}

function entry(
  view: ConfigView,
  definition: ConfigDefinition,
  value: string | null,
  synonyms: readonly Synonym[],
  readOnly: boolean,
): ConfigEntry {
  const isSensitive = definition.type === 'PASSWORD';
  return {
    name: definition.name,
    value: isSensitive ? null : value,
    readOnly,
    configSource: synonyms[0]?.source ?? ConfigSource.DEFAULT_CONFIG,
    isSensitive,
    synonyms: view.withSynonyms ? synonyms : [],
    configType: view.withTypes ? ConfigType[definition.type] : ConfigType.UNKNOWN,
    documentation: view.withTypes ? null : '',
  };
}

function secretEntry(view: ConfigView, name: string, synonyms: readonly Synonym[]): ConfigEntry {
  return {
    name,
    value: null,
    readOnly: true,
    configSource: synonyms[0]?.source ?? ConfigSource.DEFAULT_CONFIG,
    isSensitive: true,
    synonyms: view.withSynonyms ? synonyms.map((synonym) => ({ ...synonym, value: null })) : [],
    configType: ConfigType.UNKNOWN,
    documentation: view.withTypes ? null : '',
  };
}

/**
 * The layers that set a broker configuration, the one in effect first (`ConfigHelper.configSynonyms`). What is set under
 * another name ahead of this one is left out, so that `log.retention.hours` alone never shows as a `log.retention.ms`.
 */
function synonymsOf({ image, node }: ConfigView, name: string): Synonym[] {
  const own = dynamicBrokerConfig(image, String(node.nodeId));
  const cluster = dynamicBrokerConfig(image, '');
  const names = brokerConfigSynonyms(name);
  const all: Synonym[] = [];
  const add = (value: (synonym: string) => string | null | undefined, source: number) => {
    for (const synonym of names) {
      const text = value(synonym);
      if (text !== undefined && text !== null) all.push({ name: synonym, value: text, source });
    }
  };
  add((synonym) => own.get(synonym), ConfigSource.DYNAMIC_BROKER_CONFIG);
  add((synonym) => cluster.get(synonym), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
  add((synonym) => fileValue(node, synonym), ConfigSource.STATIC_BROKER_CONFIG);
  add((synonym) => defaultOf(synonym), ConfigSource.DEFAULT_CONFIG);
  const first = all.findIndex((synonym) => synonym.name === name);
  return first < 0 ? [] : all.slice(first);
}

/** What can only be set dynamically has no default that is told. */
function defaultOf(name: string): string | null {
  const definition = brokerConfigDefinitions.get(name);
  return definition === undefined || definition.isInternal ? null : definition.default;
}

function fileValue(node: ConfigNode, name: string): string | undefined {
  const value = node.static[name];
  return value === undefined ? undefined : String(value);
}

function printed(definition: ConfigDefinition, text: string | null): string | null {
  return text === null || text === definition.default ? text : printedValue(definition, text);
}
