/** States of a transactional id, by the numbers that the log holds (`TransactionState`). */
export const TransactionState = {
  /** No transaction yet. */
  EMPTY: 0,
  ONGOING: 1,
  /** Decided. From here on there is one way only: markers to every partition, then COMPLETE_*. */
  PREPARE_COMMIT: 2,
  PREPARE_ABORT: 3,
  COMPLETE_COMMIT: 4,
  COMPLETE_ABORT: 5,
  /** It expires. Never a current state: only what is pending. */
  DEAD: 6,
  /** Its epoch is bumped, to keep the older producer out. Never a current state either. */
  PREPARE_EPOCH_FENCE: 7,
} as const;

export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState];

const { COMPLETE_ABORT, COMPLETE_COMMIT, DEAD, EMPTY, ONGOING } = TransactionState;
const { PREPARE_ABORT, PREPARE_COMMIT, PREPARE_EPOCH_FENCE } = TransactionState;

/** From which states a state may be entered (`TransactionState.VALID_PREVIOUS_STATES`). */
const LEGAL_PREVIOUS: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  [EMPTY]: [EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT],
  [ONGOING]: [ONGOING, EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT],
  [PREPARE_COMMIT]: [ONGOING],
  // From EMPTY and COMPLETE_* in TV2: a client that does not know where it stands aborts (KIP-890).
  [PREPARE_ABORT]: [ONGOING, PREPARE_EPOCH_FENCE, EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT],
  [COMPLETE_COMMIT]: [PREPARE_COMMIT],
  [COMPLETE_ABORT]: [PREPARE_ABORT],
  [DEAD]: [EMPTY, COMPLETE_ABORT, COMPLETE_COMMIT],
  [PREPARE_EPOCH_FENCE]: [ONGOING],
};

const NAMES: Readonly<Record<TransactionState, string>> = {
  [EMPTY]: 'Empty',
  [ONGOING]: 'Ongoing',
  [PREPARE_COMMIT]: 'PrepareCommit',
  [PREPARE_ABORT]: 'PrepareAbort',
  [COMPLETE_COMMIT]: 'CompleteCommit',
  [COMPLETE_ABORT]: 'CompleteAbort',
  [DEAD]: 'Dead',
  [PREPARE_EPOCH_FENCE]: 'PrepareEpochFence',
};

export function mayFollow(from: TransactionState, to: TransactionState): boolean {
  return LEGAL_PREVIOUS[to].includes(from);
}

/** As `DescribeTransactions` and `ListTransactions` spell it. */
export function describeTransactionState(state: TransactionState): string {
  return NAMES[state];
}

export function transactionStateByName(name: string): TransactionState | undefined {
  return Object.values(TransactionState).find((state) => NAMES[state] === name);
}

export function transactionStateById(id: number): TransactionState | undefined {
  return Object.values(TransactionState).find((state) => state === id);
}

/** Nothing is open: what was decided is done. */
export function isSettled(state: TransactionState): boolean {
  return state === EMPTY || state === COMPLETE_COMMIT || state === COMPLETE_ABORT;
}
