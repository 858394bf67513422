import { itemsOf, rejectValue } from './config-definition.ts';
import { topicConfigDefinitions } from './topic-config-definitions.ts';

const THROTTLED: readonly string[] = [
  'follower.replication.throttled.replicas',
  'leader.replication.throttled.replicas',
];
/** Longest value that a record of the metadata log takes (`ConfigurationControlManager`). */
export const MAX_CONFIG_VALUE_LENGTH = 32_767;

/**
 * What is wrong with a topic's own configuration, or null (`LogConfig.validate`): unknown names, values that do not
 * parse or are out of range, and combinations that contradict each other.
 */
export function rejectTopicConfigs(configs: ReadonlyMap<string, string>): string | null {
  for (const [, value] of configs) {
    if (value.length > MAX_CONFIG_VALUE_LENGTH) {
      return `The configuration value cannot be added because it exceeds the maximum value size of ${MAX_CONFIG_VALUE_LENGTH} bytes.`;
    }
  }
  for (const [name] of configs) {
    if (!topicConfigDefinitions.has(name)) return `Unknown topic config name: ${name}`;
  }
  for (const [name, value] of configs) {
    const definition = topicConfigDefinitions.get(name);
    const problem = definition === undefined ? null : rejectValue(definition, value);
    if (problem !== null) return problem;
    if (THROTTLED.includes(name) && !isListOfReplicas(value)) return notReplicas(name, value);
  }
  return rejectCombination(configs);
}

/** Every replica, or some as `partition:broker` (`ThrottledReplicaListValidator`, KIP-73). */
function isListOfReplicas(value: string): boolean {
  const items = itemsOf(value);
  return items.join('') === '*' || items.every((item) => /^(\d+:\d+)?$/.test(item));
}

function notReplicas(name: string, value: string): string {
  const format = '[partitionId]:[brokerId],[partitionId]:[brokerId],...';
  return (
    `Invalid value ${value} for configuration ${name}: ${name} must be the literal '*' or a list of replicas ` +
    `in the following format: ${format}`
  );
}

function rejectCombination(configs: ReadonlyMap<string, string>): string | null {
  const min = Number(configs.get('min.compaction.lag.ms') ?? 0);
  const max = Number(configs.get('max.compaction.lag.ms') ?? Number.MAX_SAFE_INTEGER);
  if (min > max) {
    return `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`;
  }
  if (configs.get('remote.storage.enable')?.trim().toLowerCase() === 'true') {
    return (
      'Tiered Storage functionality is disabled in the broker. ' +
      'Topic cannot be configured with remote log storage.'
    );
  }
  return null;
}
