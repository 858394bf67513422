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
