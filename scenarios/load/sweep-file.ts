import { resolve } from 'node:path';
import { z } from 'zod';
import type { Scenario } from '../../sim/scenario/index.ts';
import { readDocument } from './load.ts';
import { parseDocument, parseScenario } from './parse.ts';
import { ScenarioError } from './problem.ts';
import { type ScenarioInput, scenarioSchema } from './schema.ts';
import { setPath } from './set-path.ts';

const axis = z.strictObject({
  name: z.string().min(1),
  /** Where the values go: as `--set` takes it. Several paths get the same value. */
  paths: z.array(z.string()).min(1),
  values: z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .max(20),
});

const sweepSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9._-]{1,100}$/),
  title: z.string(),
  why: z.string().default(''),
  seed: z.string().default('1'),
  scenario: scenarioSchema,
  axes: z.array(axis).min(1).max(4),
});

export type SweepInput = Omit<z.input<typeof sweepSchema>, 'scenario'> & { scenario: ScenarioInput };

/** A grid: one scenario for every combination of values. */
export interface Sweep {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly seed: string;
  readonly axes: readonly string[];
  readonly cells: readonly {
    readonly configuration: Record<string, string | number>;
    readonly scenario: Scenario;
  }[];
}

/** The most combinations of one grid. */
const MAX_CELLS = 1_000;

export function sweepFile(input: SweepInput): SweepInput {
  return input;
}

/** Reads a sweep and every scenario in it; any mistake is a ScenarioError before anything runs. */
export async function loadSweep(file: string): Promise<Sweep> {
  const document = await readDocument(resolve(file), file);
  const { axes, scenario, ...rest } = parseDocument(sweepSchema, file, document);
  let cells: { configuration: Record<string, string | number>; input: unknown }[] = [
    { configuration: {}, input: scenario },
  ];
  for (const { name, paths, values } of axes) {
    cells = cells.flatMap(({ configuration, input }) =>
      values.map((value) => ({
        configuration: { ...configuration, [name]: value },
        input: paths.reduce(
          (changed, path) => setPath(file, changed, `${path}=${JSON.stringify(value)}`),
          input as unknown,
        ),
      })),
    );
  }
  if (cells.length > MAX_CELLS) {
    throw new ScenarioError(file, [
      { path: 'axes', message: `${cells.length} combinations; at most ${MAX_CELLS}` },
    ]);
  }
  return {
    ...rest,
    axes: axes.map(({ name }) => name),
    cells: cells.map(({ configuration, input }) => ({ configuration, scenario: parseScenario(file, input) })),
  };
}
