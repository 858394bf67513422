import { brokerConfigDefinitions, brokerConfigSynonyms } from './broker-config-definitions.ts';
import type { ClusterImage } from './cluster-image.ts';
import { itemsOf, rejectValue } from './config-definition.ts';
import { ConfigResource } from './record.ts';
import type { ConfigNode } from './topic-config.ts';

const CORDONED = 'cordoned.log.dirs';
const ALL_DIRECTORIES = '*';
const NONE: ReadonlyMap<string, string> = new Map();

/**
 * What is wrong with a broker's dynamic configuration, in Kafka's words, or null (`DynamicBrokerConfig.validateConfigs`).
 * Names that Kafka does not know are let through: they may be a plugin's.
 */
export function rejectBrokerConfigs(
  configs: ReadonlyMap<string, string>,
  isPerBroker: boolean,
): string | null {
  const names = [...configs.keys()];
  const fixed = names.filter((name) => brokerConfigDefinitions.get(name)?.scope === 'static');
  if (fixed.length > 0) return `Cannot update these configs dynamically: [${fixed.join(', ')}]`;
  for (const [name, value] of configs) {
    const definition = brokerConfigDefinitions.get(name);
    const problem = definition === undefined ? null : rejectValue(definition, value);
    if (problem !== null) return problem;
  }
  if (isPerBroker) return null;
  const own = names.filter((name) => brokerConfigDefinitions.get(name)?.scope === 'per-broker');
  if (own.length === 0) return null;
  return (
    'Cannot update these configs at default cluster level, broker id must be specified: ' +
    `[${own.join(', ')}]`
  );
}

/** Which entries of cordoned.log.dirs are wrong, in words, or null (`KafkaConfig.validateCordonedLogDirs`). */
export function rejectCordoned(value: string | undefined, paths: readonly string[]): string | null {
  const named = itemsOf(value ?? '');
  if (named.includes(ALL_DIRECTORIES)) {
    if (named.length === 1) return null;
    return `When ${CORDONED} is set to ${ALL_DIRECTORIES}, it must not contain other values`;
  }
  const missing = named.filter((path) => !paths.includes(path));
  if (missing.length === 0) return null;
  return `All entries in ${CORDONED} must be present in log.dirs or log.dir. Missing entries : ${missing.join(', ')}`;
}

/**
 * One dynamic layer as a broker takes it: a controller stores what it is given, and what a broker cannot use it
 * ignores (`DynamicBrokerConfig.fromPersistentProps`). The name '' is the layer of the whole cluster.
 */
export function dynamicBrokerConfig(image: ClusterImage, resourceName: string): ReadonlyMap<string, string> {
  const stored = image.configs(ConfigResource.BROKER, resourceName);
  if (stored.size === 0) return NONE;
  const isPerBroker = resourceName !== '';
  let usable: Map<string, string> | null = null;
  for (const [name, value] of stored) {
    const definition = brokerConfigDefinitions.get(name);
    if (definition === undefined) continue;
    const isForOther = definition.scope === 'per-broker' && !isPerBroker;
    if (definition.scope !== 'static' && !isForOther && rejectValue(definition, value) === null) continue;
    usable ??= new Map(stored);
    usable.delete(name);
  }
  return usable ?? stored;
}

/**
 * A broker configuration in effect: the broker's own dynamic value, else the cluster's dynamic one, else the file's,
 * else Kafka's default; null when there is none. A dynamic value under one name hides the file's under another.
 */
export function brokerConfig(image: ClusterImage, name: string, node: ConfigNode): string | null {
  const own = dynamicBrokerConfig(image, String(node.nodeId));
  const cluster = dynamicBrokerConfig(image, '');
  const value = own.get(name) ?? cluster.get(name);
  if (value !== undefined) return value;
  const hidden = brokerConfigSynonyms(name).some((synonym) => own.has(synonym) || cluster.has(synonym));
  const file = hidden ? undefined : node.static[name];
  if (file !== undefined) return String(file);
  return brokerConfigDefinitions.get(name)?.default ?? null;
}

/** Which of a broker's log directories take no new replicas: those named, or all of them by `*` (KIP-1066). */
export function cordonedDirectories(
  image: ClusterImage,
  node: ConfigNode,
  paths: readonly string[],
): readonly string[] {
  const named = itemsOf(brokerConfig(image, CORDONED, node) ?? '');
  return named.includes(ALL_DIRECTORIES) ? paths : paths.filter((path) => named.includes(path));
}

/** Likewise as a number; what is too large, as Java's largest long, is the largest safe integer. */
export function brokerConfigNumber(image: ClusterImage, name: string, node: ConfigNode): number {
  const value = Number(brokerConfig(image, name, node) ?? Number.NaN);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
}
