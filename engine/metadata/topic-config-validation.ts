import { type TopicConfigDefinition, topicConfigDefinitions } from './topic-config-definitions.ts';

const INT_MIN = -2_147_483_648;
const INT_MAX = 2_147_483_647;
/** Longest value that a record of the metadata log takes (`ConfigurationControlManager`). */
const MAX_VALUE_LENGTH = 32_767;

/**
 * What is wrong with a topic's own configuration, or null (`LogConfig.validate`): unknown names, values that do not
 * parse or are out of range, and combinations that contradict each other.
 */
export function rejectTopicConfigs(configs: ReadonlyMap<string, string>): string | null {
  for (const [, value] of configs) {
    if (value.length > MAX_VALUE_LENGTH) {
      return `The configuration value cannot be added because it exceeds the maximum value size of ${MAX_VALUE_LENGTH} bytes.`;
    }
  }
  for (const [name] of configs) {
    if (!topicConfigDefinitions.has(name)) return `Unknown topic config name: ${name}`;
  }
  for (const [name, value] of configs) {
    const definition = topicConfigDefinitions.get(name);
    const problem = definition === undefined ? null : rejectValue(definition, value);
    if (problem !== null) return problem;
  }
  return rejectCombination(configs);
}

function rejectValue(definition: TopicConfigDefinition, text: string): string | null {
  const value = text.trim();
  switch (definition.type) {
    case 'INT':
    case 'LONG':
    case 'DOUBLE':
      return rejectNumber(definition, value);
    case 'BOOLEAN':
      if (value.toLowerCase() === 'true' || value.toLowerCase() === 'false') return null;
      return invalid(definition, value, 'Expected value to be either true or false');
    case 'STRING':
      if (definition.values === null || definition.values.includes(value)) return null;
      return invalid(definition, value, `String must be one of: ${definition.values.join(', ')}`);
    case 'LIST':
      return rejectList(definition, value);
  }
}

function rejectNumber(definition: TopicConfigDefinition, value: string): string | null {
  const whole = definition.type !== 'DOUBLE';
  const pattern = whole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)$/;
  const number = Number(value);
  const outside = definition.type === 'INT' && (number < INT_MIN || number > INT_MAX);
  if (!pattern.test(value) || outside) {
    return invalid(definition, value, `Not a number of type ${definition.type}`);
  }
  if (definition.min !== null && number < definition.min) {
    return invalid(definition, value, `Value must be at least ${definition.min}`);
  }
  if (definition.max !== null && number > definition.max) {
    return invalid(definition, value, `Value must be no more than ${definition.max}`);
  }
  return null;
}

function rejectList(definition: TopicConfigDefinition, value: string): string | null {
  if (definition.values === null) return null;
  for (const item of value === '' ? [] : value.split(',')) {
    if (definition.values.includes(item.trim())) continue;
    return invalid(definition, item.trim(), `String must be one of: ${definition.values.join(', ')}`);
  }
  return null;
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

function invalid(definition: TopicConfigDefinition, value: string, why: string): string {
  return `Invalid value ${value} for configuration ${definition.name}: ${why}`;
}
