import { parseDocument, parseScenario, readJson } from '../scenarios/load/index.ts';
import type { Result } from '../sim/result/index.ts';
import { resultSchema } from './result-schema.ts';
import { UsageError } from './usage-error.ts';

/** A saved result, or why the file is none. */
export function readResult(file: string): Result {
  const document = readJson(file, file);
  if (document === null || typeof document !== 'object' || (document as { format?: unknown }).format !== 1)
    throw new UsageError(`${file}: is not a result of format 1; name a result.json that "trial run" wrote`);
  const { groups, transactions, weaknesses } = parseDocument(resultSchema, file, document);
  const result = document as Result;
  // Values that a later version added get their defaults here.
  const whole = { ...result, groups, transactions };
  // Told apart since: of the older ones only what was saved is known.
  return {
    ...whole,
    weaknesses: result.weaknesses ?? weaknesses,
    scenario: parseScenario(file, result.scenario),
  };
}
