import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Scenario } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { parseScenario } from './parse.ts';
import { ScenarioError } from './problem.ts';
import { setPath } from './set-path.ts';

const HOME = dirname(dirname(fileURLToPath(import.meta.url)));

export interface CatalogueEntry {
  /** `us-flights-rack-outage`. */
  readonly name: string;
  /** The folder it stands in: what it shows. */
  readonly group: string;
  readonly file: string;
}

/** The shipped scenarios, sorted by group and name. */
export function catalogue(): CatalogueEntry[] {
  const entries: CatalogueEntry[] = [];
  for (const group of readdirSync(HOME, { withFileTypes: true })) {
    if (!group.isDirectory() || group.name === 'load' || group.name === 'sweep') continue;
    for (const file of readdirSync(join(HOME, group.name))) {
      if (!file.endsWith('.ts') && !file.endsWith('.json')) continue;
      entries.push({
        name: file.replace(/\.(ts|json)$/, ''),
        group: group.name,
        file: join(HOME, group.name, file),
      });
    }
  }
  return entries.sort((a, b) => (`${a.group}/${a.name}` < `${b.group}/${b.name}` ? -1 : 1));
}

/** A scenario by its catalogue name or its file, with `--set` applied; every mistake is a ScenarioError. */
export async function loadScenario(nameOrFile: string, sets: readonly string[] = []): Promise<Scenario> {
  let input = parseScenario(nameOrFile, await readDocument(fileOf(nameOrFile), nameOrFile)) as unknown;
  for (const assignment of sets) input = setPath(nameOrFile, input, assignment);
  return sets.length === 0 ? (input as Scenario) : parseScenario(nameOrFile, input);
}

/** The document in a `.json` or `.ts` file (its default export), not yet judged. */
export async function readDocument(file: string, source: string): Promise<unknown> {
  if (file.endsWith('.ts') || file.endsWith('.js') || file.endsWith('.mjs')) {
    return defaultExportOf(file, source);
  }
  return readJson(file, source);
}

/** The document in a file of JSON, or a ScenarioError that says why there is none. */
export function readJson(file: string, source: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ScenarioError(source, [{ path: '', message: `cannot be read: ${(error as Error).message}` }]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ScenarioError(source, [
      { path: '', message: `is not whole JSON (${(error as Error).message}): it may be cut short` },
    ]);
  }
}

/** A module is code: whatever it throws, and whatever keeps it from loading, is its author's mistake. */
async function defaultExportOf(file: string, source: string): Promise<unknown> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'threw', message: String(error) };
    // A syntax error has its place on the second line; of a missing module the second line says nothing.
    const reason = message
      .replace(/\nRequire stack:[\s\S]*/, '')
      .split('\n')
      .slice(0, 2)
      .join(' ');
    throw new ScenarioError(source, [{ path: '', message: `cannot be loaded: ${name}: ${reason}` }]);
  }
  if (module.default !== undefined) return module.default;
  throw new ScenarioError(source, [
    { path: '', message: 'has no default export: write "export default scenario({ … })"' },
  ]);
}

function fileOf(nameOrFile: string): string {
  const entry = catalogue().find((known) => known.name === nameOrFile);
  if (entry !== undefined) return entry.file;
  const file = resolve(nameOrFile);
  if (existsSync(file)) return file;
  const names = catalogue().map((known) => known.name);
  throw new ScenarioError(nameOrFile, [
    { path: '', message: `no scenario and no file of this name${didYouMean(nameOrFile, names)}` },
  ]);
}
