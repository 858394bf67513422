import type { TransactionEntry } from './transaction-entry.ts';

/** A coordinator's word on how a transaction ends, and where it has been carried out. */
export interface TransactionDecision {
  readonly entry: TransactionEntry;
  readonly isCommit: boolean;
  /** It stood at the end of a log that was cut: another coordinator does not know of it. */
  isLost: boolean;
  /** Who loaded it has carried it out, not who wrote it. */
  isLoaded: boolean;
  /** All markers are written, or another transaction has begun. */
  isOver: boolean;
  /** Logs that have the marker. */
  readonly marked: Set<string>;
  /** What was decided of the same transaction before. */
  readonly before: TransactionDecision | null;
}

export function decisionOf(
  entry: TransactionEntry,
  last: TransactionDecision | undefined,
): TransactionDecision {
  const isAgain =
    last !== undefined &&
    !last.isOver &&
    last.entry.startedMs === entry.startedMs &&
    last.entry.transactionalId === entry.transactionalId;
  return {
    entry,
    isCommit: entry.state === 'PrepareCommit',
    isLost: false,
    isLoaded: false,
    isOver: false,
    marked: new Set(),
    before: isAgain ? last : null,
  };
}

/** What was decided otherwise of the same transaction, and carried out somewhere. */
export function contradictionOf({ before, isCommit }: TransactionDecision): TransactionDecision | null {
  for (let other = before; other !== null; other = other.before)
    if (other.isCommit !== isCommit && other.marked.size > 0) return other;
  return null;
}
