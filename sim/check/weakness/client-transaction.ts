/** A transaction as its producer went through it. Times of the run. */
export interface ClientTransaction {
  /** Of all transactions of the run, in the order in which they began: as histories have it. */
  readonly number: number;
  readonly client: string;
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly beganAt: number;
  /** When its application first asked for it; -1: it did not. After a commit that came to nothing it may abort. */
  commitAskedAt: number;
  abortAskedAt: number;
  /** -1: it is open. */
  endedAt: number;
  outcome: 'open' | 'ok' | 'fail' | 'unknown';
}
