/** One value that a send put, or tried to put, into a partition. */
export interface Write {
  readonly log: string;
  /** The value's own name, unique within the history. */
  readonly id: number;
  /** Where it was acknowledged; -1 when nobody said. */
  readonly recordOffset: number;
}

/** Values that one client sent and that ended together. */
export interface SendOperation {
  readonly client: string;
  readonly invokedAt: number;
  readonly endedAt: number;
  /** `fail`: certainly not written. `unknown`: maybe, maybe later. */
  readonly outcome: 'ok' | 'fail' | 'unknown';
  /** The outcome is that of a transaction: its values were in the log before, and may be there after an abort. */
  readonly isTransactional: boolean;
  /** All that one transaction sent, and what was polled for it, have one number; none: it stands by itself. */
  readonly transaction?: number | undefined;
  readonly writes: readonly Write[];
}

/** Consecutive records of one partition that a poll returned. */
export interface Read {
  readonly log: string;
  readonly offsets: readonly number[];
  readonly ids: readonly number[];
}

export interface PollOperation {
  readonly client: string;
  readonly at: number;
  /** The transaction that this was polled for: it commits the positions, or sends what it makes of the records. */
  readonly transaction?: number | undefined;
  readonly reads: readonly Read[];
}

/** A client's position was set by something else than reading on: what follows is compared to nothing before. */
export interface Reposition {
  readonly client: string;
  readonly at: number;
  readonly log: string;
}

/**
 * What clients saw, and nothing else: the same history can come from a simulated cluster and from a real one. Each
 * is in the order in which it happened (sends: in which they were invoked) and can be gone through again and again.
 */
export interface History {
  readonly sends: Iterable<SendOperation>;
  readonly polls: Iterable<PollOperation>;
  readonly repositions: readonly Reposition[];
  /** Readers that are shown what may yet be aborted; nobody when absent. */
  readonly readsUncommitted?: ((client: string) => boolean) | undefined;
}
