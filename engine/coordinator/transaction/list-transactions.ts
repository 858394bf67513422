import { ErrorCode, type ListTransactionsRequest, type ListTransactionsResponse } from '../../wire/index.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';
import {
  describeTransactionState,
  type TransactionState,
  transactionStateByName,
} from './transaction-state.ts';

/** The transactional ids that pass the filters (`listTransactionStates`, KIP-664, KIP-994, KIP-1152). */
export function listTransactions(
  { durationFilter, producerIdFilters, stateFilters, transactionalIdPattern }: ListTransactionsRequest,
  all: Iterable<TransactionMetadata>,
  nowMs: number,
): ListTransactionsResponse {
  const pattern = compile(transactionalIdPattern);
  if (pattern === undefined) return listTransactionsError(ErrorCode.INVALID_REGULAR_EXPRESSION);
  const states = new Set<TransactionState>();
  const unknownStateFilters: string[] = [];
  for (const name of stateFilters) {
    const state = transactionStateByName(name);
    if (state === undefined) unknownStateFilters.push(name);
    else states.add(state);
  }
  const transactionStates: ListTransactionsResponse['transactionStates'][number][] = [];
  for (const { fields, transactionalId } of all) {
    const { producerId, state, txnStartTimestamp } = fields;
    if (producerIdFilters.length > 0 && !producerIdFilters.includes(producerId)) continue;
    // Filters of which none is known let nothing through.
    if (stateFilters.length > 0 && !states.has(state)) continue;
    if (durationFilter >= 0 && nowMs - txnStartTimestamp <= durationFilter) continue;
    if (pattern !== null && !pattern.test(transactionalId)) continue;
    transactionStates.push({
      transactionalId,
      producerId,
      transactionState: describeTransactionState(state),
    });
  }
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, unknownStateFilters, transactionStates };
}

export function listTransactionsError(errorCode: number): ListTransactionsResponse {
  return { throttleTimeMs: 0, errorCode, unknownStateFilters: [], transactionStates: [] };
}

/** Code points first; without them a needless backslash is allowed, as Java does. */
const FLAGS = ['u', ''] as const;

/** The whole id must match. null: all do; undefined: no expression. */
function compile(pattern: string | null): RegExp | null | undefined {
  if (pattern === null || pattern === '') return null;
  for (const flags of FLAGS) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags);
    } catch {
      // The next flags may do.
    }
  }
  return undefined;
}
