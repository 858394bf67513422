import { readFileSync } from 'node:fs';
import type { Result } from '../sim/result/index.ts';
import { UsageError } from './usage-error.ts';

/** A saved result, or why the file is none. */
export function readResult(file: string): Result {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file}: cannot be read (${(error as Error).message})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${file}: is not whole JSON (${(error as Error).message}); it may be cut short: run the scenario again`,
    );
  }
  const result = value as Partial<Result> | null;
  if (result === null || typeof result !== 'object' || result.format !== 1) {
    throw new UsageError(`${file}: is not a result of format 1; name a result.json that "trial run" wrote`);
  }
  for (const field of [
    'scenario',
    'seed',
    'codec',
    'verdict',
    'traceHash',
    'metrics',
    'lanes',
    'marks',
    'host',
  ] as const) {
    if (result[field] === undefined)
      throw new UsageError(`${file}: has no "${field}"; it is not a whole result`);
  }
  return result as Result;
}
