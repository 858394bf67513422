/** One record of `__transaction_state`: a transactional id as its coordinator wrote it. */
export interface TransactionEntry {
  readonly transactionalId: string;
  /** Of `__transaction_state`. */
  readonly log: string;
  readonly leaderEpoch: number;
  readonly recordOffset: number;
  /** `DEAD`: it was forgotten. */
  readonly state: TransactionState;
  readonly producerId: number;
  /** Whose transaction it was, when the producer id changes with its end. */
  readonly previousProducerId: number;
  readonly producerEpoch: number;
  readonly partitions: readonly { readonly topic: string; readonly partitionIds: readonly number[] }[];
  /** By which its client ended it: from 2 on every transaction has an epoch of its own (KIP-890). */
  readonly transactionVersion: number;
  /** When the transaction began, ms: with the producer id it tells which one it is. */
  readonly startedMs: number;
  /** The coordinator told that it is replicated, or has loaded it. */
  isTold: boolean;
  /** What the coordinator went from, as far as it can have known; null: not known. */
  basis: TransactionEntry | null;
}

/** By the numbers that the log holds (`TransactionState`). */
const STATES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;

export type TransactionState = (typeof STATES)[number];

export function transactionStateOf(id: number): TransactionState | undefined {
  return STATES[id];
}

export function isDecision(state: TransactionState): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort';
}

export function isComplete(state: TransactionState): boolean {
  return state === 'CompleteCommit' || state === 'CompleteAbort';
}

export function hasPartition({ partitions }: TransactionEntry, topic: string, partition: number): boolean {
  return partitions.some((each) => each.topic === topic && each.partitionIds.includes(partition));
}

/** `t1: p1000 e3 PrepareCommit at 17 of __transaction_state-4` */
export function describeEntry(entry: TransactionEntry): string {
  const { log, producerEpoch, producerId, recordOffset, state, transactionalId } = entry;
  return `${transactionalId}: p${producerId} e${producerEpoch} ${state} at ${recordOffset} of ${log}`;
}
