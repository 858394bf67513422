import { didYouMean } from './advice.ts';
import { ScenarioError } from './problem.ts';

/**
 * `--set PATH=VALUE`: one change to a scenario. The path must lead to something that is there, or to a configuration.
 */
export function setPath(source: string, scenario: unknown, assignment: string): unknown {
  const equals = assignment.indexOf('=');
  if (equals < 1) {
    throw new ScenarioError(source, [
      { path: `--set ${assignment}`, message: 'is not PATH=VALUE, such as --set duration=10s' },
    ]);
  }
  const path = pathOf(assignment.slice(0, equals));
  return replaced(source, scenario, path, 0, literal(assignment.slice(equals + 1)));
}

/** Fields that hold configurations: any key may be set in them. */
const OPEN: readonly string[] = ['config', 'brokerConfig', 'controllerConfig', 'set'];

/** Dots separate; a configuration's own dots stay whole because its name is taken as the rest of the path. */
function pathOf(text: string): string[] {
  const keys = text.split('.');
  const config = keys.findIndex((key) => OPEN.includes(key));
  return config === -1
    ? keys
    : [...keys.slice(0, config + 1), ...(keys.length > config + 1 ? [keys.slice(config + 1).join('.')] : [])];
}

function replaced(
  source: string,
  value: unknown,
  path: readonly string[],
  depth: number,
  to: unknown,
): unknown {
  if (depth === path.length) return to;
  const key = path[depth]!;
  const at = path.slice(0, depth + 1).join('.');
  if (value === null || typeof value !== 'object') {
    throw new ScenarioError(source, [
      { path: `--set ${at}`, message: `"${path.slice(0, depth).join('.')}" has no fields` },
    ]);
  }
  const open = OPEN.includes(path[depth - 1] ?? '');
  if (!open && !hasField(value, key)) {
    throw new ScenarioError(source, [
      { path: `--set ${at}`, message: `no such field${didYouMean(key, Object.keys(value))}` },
    ]);
  }
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === key ? replaced(source, item, path, depth + 1, to) : item));
  const record = value as Record<string, unknown>;
  return { ...record, [key]: replaced(source, record[key], path, depth + 1, to) };
}

/** An array's fields are its indexes. */
function hasField(value: object, key: string): boolean {
  return Array.isArray(value) ? Object.keys(value).includes(key) : Object.hasOwn(value, key);
}

/** JSON where it is JSON, text otherwise: `--set duration=10s` needs no quotes. */
function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
