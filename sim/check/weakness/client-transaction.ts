/** A transaction as its producer went through it. Times of the run. */
export interface ClientTransaction {
  /** Of all transactions of the run, in the order in which they began: as histories have it. */
  readonly number: number;
  readonly client: string;
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly beganAt: number;
  /** When it was first asked to commit or to abort; -1: not yet. */
  endAskedAt: number;
  /** The last that it was asked. */
  isCommitAsked: boolean;
  /** -1: it is open. */
  endedAt: number;
  outcome: 'open' | 'ok' | 'fail' | 'unknown';
}
