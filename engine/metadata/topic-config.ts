import { assert } from '../machine/index.ts';
import { ConfigSource } from '../wire/index.ts';
import { dynamicBrokerConfig } from './broker-config.ts';
import type { ClusterImage } from './cluster-image.ts';
import { ConfigResource } from './record.ts';
import { type TopicConfigDefinition, topicConfigDefinitions } from './topic-config-definitions.ts';

/** A node's own configuration file, with Kafka's names. Only what is set. */
export type StaticConfig = Readonly<Record<string, string | number | boolean>>;

/** Who asks for a topic's configuration: a node's dynamic and static configuration give the defaults. */
export interface ConfigNode {
  readonly nodeId: number;
  readonly static: StaticConfig;
}

export interface EffectiveConfig {
  readonly name: string;
  readonly value: string | null;
  /** A `ConfigSource`. */
  readonly source: number;
}

const ANY_NODE: ConfigNode = { nodeId: -1, static: {} };
const LARGEST = Number.MAX_SAFE_INTEGER;

/**
 * A topic's effective configuration: its own, else the node's dynamic, else the cluster's dynamic, else the node's
 * static configuration under the broker's name for it, else Kafka's default
 * (`KafkaConfigSchema.resolveEffectiveTopicConfig`). It costs a few lookups: whoever needs it per request keeps it
 * and asks again when `MetadataDelta.configs` says so.
 */
export function topicConfig(image: ClusterImage, topic: string, name: string, node = ANY_NODE): string {
  return topicConfigOf(image, image.configs(ConfigResource.TOPIC, topic), name, node).value ?? '';
}

/** Likewise as a number. Java's largest long, and whatever else is too large, is the largest safe integer. */
export function topicConfigNumber(image: ClusterImage, topic: string, name: string, node = ANY_NODE): number {
  const value = Number(topicConfig(image, topic, name, node));
  assert(!Number.isNaN(value), () => `${name} of topic ${topic} is not a number`);
  return Math.max(-LARGEST, Math.min(LARGEST, value));
}

export function topicConfigBoolean(
  image: ClusterImage,
  topic: string,
  name: string,
  node = ANY_NODE,
): boolean {
  return topicConfig(image, topic, name, node).toLowerCase() === 'true';
}

/** min.insync.replicas, but never more than there are replicas (`getTopicEffectiveMinIsr`). */
export function topicMinIsr(image: ClusterImage, topic: string, node: ConfigNode): number {
  const first = image.topicsByName.get(topic)?.partitions[0];
  const configured = topicConfigNumber(image, topic, 'min.insync.replicas', node);
  return Math.min(configured, first?.replicas.length ?? configured);
}

/** The effective configuration of a topic that has, or would have, these configurations of its own. */
export function topicConfigOf(
  image: ClusterImage,
  own: ReadonlyMap<string, string>,
  name: string,
  node: ConfigNode,
): EffectiveConfig {
  const definition = topicConfigDefinitions.get(name);
  assert(definition !== undefined, () => `no topic configuration is named ${name}`);
  const value = own.get(name);
  if (value !== undefined) return { name, value, source: ConfigSource.TOPIC_CONFIG };
  const dynamicNode = dynamicBrokerConfig(image, String(node.nodeId));
  const ofNode = bySynonym(definition, (synonym) => dynamicNode.get(synonym));
  if (ofNode !== null) return { name, value: ofNode, source: ConfigSource.DYNAMIC_BROKER_CONFIG };
  const dynamicCluster = dynamicBrokerConfig(image, '');
  const ofCluster = bySynonym(definition, (synonym) => dynamicCluster.get(synonym));
  if (ofCluster !== null) {
    return { name, value: ofCluster, source: ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG };
  }
  return staticConfigOf(definition, node);
}

/** What a topic has of the node's configuration file, or of Kafka's defaults, when nothing dynamic is set. */
export function staticTopicConfig(name: string, node: ConfigNode): string {
  const definition = topicConfigDefinitions.get(name);
  assert(definition !== undefined, () => `no topic configuration is named ${name}`);
  return staticConfigOf(definition, node).value ?? '';
}

function staticConfigOf(definition: TopicConfigDefinition, node: ConfigNode): EffectiveConfig {
  const { name } = definition;
  const ofFile = bySynonym(definition, (synonym) => node.static[synonym]);
  if (ofFile !== null) return { name, value: ofFile, source: ConfigSource.STATIC_BROKER_CONFIG };
  return { name, value: definition.default, source: ConfigSource.DEFAULT_CONFIG };
}

/** Every configuration of a topic, sorted by name; internal ones only when set (KIP-525). */
export function effectiveTopicConfigs(
  image: ClusterImage,
  own: ReadonlyMap<string, string>,
  node: ConfigNode,
): EffectiveConfig[] {
  const all: EffectiveConfig[] = [];
  for (const definition of topicConfigDefinitions.values()) {
    if (definition.default === null && !own.has(definition.name)) continue;
    all.push(topicConfigOf(image, own, definition.name, node));
  }
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function bySynonym(
  definition: TopicConfigDefinition,
  lookup: (name: string) => string | number | boolean | undefined,
): string | null {
  for (const synonym of definition.synonyms) {
    const value = lookup(synonym.name);
    if (value === undefined) continue;
    return synonym.times === 1 ? String(value) : String(Number(value) * synonym.times);
  }
  return null;
}
