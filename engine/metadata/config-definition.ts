/** How a value is written (`ConfigDef.Type`). */
export type ConfigType =
  | 'INT'
  | 'SHORT'
  | 'LONG'
  | 'DOUBLE'
  | 'BOOLEAN'
  | 'STRING'
  | 'LIST'
  | 'CLASS'
  | 'PASSWORD';

/** One configuration that Kafka knows: its name, what it may hold, and what it holds unless set. */
export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  /** Null: none. */
  readonly default: string | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Of a STRING or LIST: what it may hold; null for anything. */
  readonly values: readonly string[] | null;
}

const LIMITS: Readonly<Record<'INT' | 'SHORT', number>> = { INT: 2_147_483_647, SHORT: 32_767 };

/** What is wrong with a value, in Kafka's words, or null (`ConfigDef.parseValue`). */
export function rejectValue(definition: ConfigDefinition, text: string): string | null {
  const value = text.trim();
  switch (definition.type) {
    case 'INT':
    case 'SHORT':
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
    case 'CLASS':
    case 'PASSWORD':
      return null;
  }
}

/** A valid value as Kafka would print it after parsing it (`ConfigDef.convertToString`). */
export function printedValue(definition: ConfigDefinition, text: string): string {
  const value = text.trim();
  switch (definition.type) {
    case 'INT':
    case 'SHORT':
    case 'LONG':
      return value.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
    case 'DOUBLE':
      return Number.isInteger(Number(value)) ? `${Number(value)}.0` : String(Number(value));
    case 'BOOLEAN':
      return value.toLowerCase();
    case 'LIST':
      return itemsOf(value).join(',');
    default:
      return value;
  }
}

/** The items of a LIST. */
export function itemsOf(value: string): readonly string[] {
  return value.trim() === '' ? [] : value.split(',').map((item) => item.trim());
}

function rejectNumber(definition: ConfigDefinition, value: string): string | null {
  const { type, min, max } = definition;
  const pattern = type === 'DOUBLE' ? /^[+-]?(\d+\.?\d*|\.\d+)$/ : /^[+-]?\d+$/;
  const number = Number(value);
  const limit = type === 'INT' || type === 'SHORT' ? LIMITS[type] : Number.POSITIVE_INFINITY;
  if (!pattern.test(value) || number > limit || number < -limit - 1) {
    return invalid(definition, value, `Not a number of type ${type}`);
  }
  if (min !== null && number < min) return invalid(definition, value, `Value must be at least ${min}`);
  if (max !== null && number > max) return invalid(definition, value, `Value must be no more than ${max}`);
  return null;
}

function rejectList(definition: ConfigDefinition, value: string): string | null {
  if (definition.values === null) return null;
  for (const item of itemsOf(value)) {
    if (definition.values.includes(item)) continue;
    return invalid(definition, item, `String must be one of: ${definition.values.join(', ')}`);
  }
  return null;
}

function invalid(definition: ConfigDefinition, value: string, why: string): string {
  return `Invalid value ${value} for configuration ${definition.name}: ${why}`;
}
