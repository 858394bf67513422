import type { z } from 'zod';
import type { Scenario } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { type Problem, ScenarioError } from './problem.ts';
import { scenarioSchema } from './schema.ts';
import { semanticProblems } from './semantic.ts';

/** A scenario from untrusted data: whole and meaningful, or a ScenarioError that names every mistake. */
export function parseScenario(source: string, input: unknown): Scenario {
  const scenario: Scenario = parseDocument(scenarioSchema, source, input);
  const problems = semanticProblems(scenario);
  if (problems.length > 0) throw new ScenarioError(source, problems);
  return scenario;
}

/** What a schema says of a document, as problems that a person can mend. */
export function parseDocument<T>(schema: z.ZodType<T>, source: string, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ScenarioError(
    source,
    parsed.error.issues.flatMap((issue) => problemsOf(schema, issue, input)),
  );
}

function problemsOf(schema: unknown, issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = issue.path.join('.');
  const found = valueAt(input, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...issue.path, key].join('.'),
        message: `unknown field${didYouMean(key, knownKeys(schema, issue.path, found))}`,
      }));
    case 'invalid_union': {
      const discriminator = String(issue.path.at(-1) ?? issue.discriminator ?? 'kind');
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
      const value = found !== null && typeof found === 'object' ? valueAt(found, [discriminator]) : found;
      return [{ path, message: `found ${show(value)}${didYouMean(String(value), options)}` }];
    }
    case 'invalid_value':
      return [
        { path, message: `found ${show(found)}${didYouMean(String(found), issue.values.map(String))}` },
      ];
    default:
      return [
        {
          path,
          message:
            found === undefined ? `is missing (${issue.message})` : `found ${show(found)}; ${issue.message}`,
        },
      ];
  }
}

/** The fields that the schema has at a path, found by walking it with the input's own discriminators. */
function knownKeys(root: unknown, path: readonly PropertyKey[], found: unknown): string[] {
  let schema = root;
  for (const key of path) {
    schema = unwrap(schema);
    const def = (schema as { _zod: { def: Record<string, unknown> } })._zod.def;
    if (def.type === 'array') schema = def.element;
    else schema = (def.shape as Record<string, unknown> | undefined)?.[String(key)];
    if (schema === undefined) return [];
  }
  schema = unwrap(schema);
  const def = (schema as { _zod: { def: Record<string, unknown> } })._zod.def;
  if (def.type === 'union') {
    const discriminator = String(def.discriminator);
    const kind = (found as Record<string, unknown>)[discriminator];
    for (const option of def.options as readonly { shape: Record<string, { value?: unknown }> }[]) {
      if (option.shape[discriminator]?.value === kind) return Object.keys(option.shape);
    }
    return [];
  }
  return Object.keys((def.shape as Record<string, unknown> | undefined) ?? {});
}

function unwrap(schema: unknown): unknown {
  for (let depth = 0; depth < 8; depth++) {
    const inner = (schema as { _zod: { def: { innerType?: unknown } } })._zod.def.innerType;
    if (inner === undefined) return schema;
    schema = inner;
  }
  return schema;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A value in few words; what JSON cannot hold (a function, a circle, a nest too deep) by its type. */
function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (value !== null && typeof value === 'object') return 'an object';
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(typeof value === 'bigint' ? Number(value) : value) ?? `a ${typeof value}`;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
