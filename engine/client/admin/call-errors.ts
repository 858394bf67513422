import { ErrorCode } from '../../wire/index.ts';

/** Lists in which responses tell verdicts, one an entry. */
const VERDICT_LISTS = ['topics', 'responses', 'results'] as const;

/**
 * The error of a response that speaks against the whole call: the one at its top, or a NOT_CONTROLLER of any
 * entry, which is all that a broker without a controller can say in the older shapes.
 */
export function callError(body: object): number {
  const fields = body as { readonly [field: string]: unknown };
  if (typeof fields.errorCode === 'number' && fields.errorCode !== ErrorCode.NONE) {
    return fields.errorCode;
  }
  for (const list of VERDICT_LISTS) {
    const entries = fields[list];
    if (!Array.isArray(entries)) continue;
    for (const entry of entries as readonly { readonly errorCode?: number }[]) {
      if (entry.errorCode === ErrorCode.NOT_CONTROLLER) return ErrorCode.NOT_CONTROLLER;
    }
  }
  return ErrorCode.NONE;
}

/** An error that a response tells of something in it. */
export interface CallVerdict {
  readonly code: number;
  /** The broker's own words, '' when it had none. */
  readonly message: string;
}

/** How deep responses nest: topics, their partitions, and one more. */
const MAX_DEPTH = 4;

/** The first error anywhere in a response, in the order of its fields; null when all went well. */
export function firstError(body: object): CallVerdict | null {
  return errorWithin(body, 0);
}

function errorWithin(value: object, depth: number): CallVerdict | null {
  const { errorCode, errorMessage } = value as {
    readonly errorCode?: number;
    readonly errorMessage?: string;
  };
  if (typeof errorCode === 'number' && errorCode !== ErrorCode.NONE) {
    return { code: errorCode, message: errorMessage ?? '' };
  }
  if (depth === MAX_DEPTH) return null;
  for (const field of Object.values(value)) {
    if (!Array.isArray(field)) continue;
    for (const entry of field as readonly unknown[]) {
      if (entry === null || typeof entry !== 'object') continue;
      const found = errorWithin(entry, depth + 1);
      if (found !== null) return found;
    }
  }
  return null;
}
