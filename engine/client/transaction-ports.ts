/**
 * The seam between a transactional producer, or a pipeline of consumer and producer, and the application that
 * it stands for; part of `ports.ts`.
 */
import type { Us } from '../machine/index.ts';
import type {
  ClientError,
  ConsumerAction,
  ConsumerGroupMetadata,
  FailureOutcome,
  OutgoingRecord,
  PolledBatch,
  ProducerListener,
} from './ports.ts';

/** A position that goes into a transaction, for a group (`OffsetAndMetadata`). */
export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  /** The next record to be read. */
  readonly offset: number;
  /** Of the last record read; -1: not known. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/**
 * What the application's thread does next. Each action is a call that ends before the next one is asked for;
 * `send` waits only for metadata and memory, not for its record.
 */
export type TransactionAction =
  /** `initTransactions`: fences older producers of the same transactional id and ends what they left open. */
  | { readonly do: 'init' }
  | { readonly do: 'begin' }
  | { readonly do: 'send'; readonly record: OutgoingRecord }
  /** `sendOffsetsToTransaction` (KIP-447). */
  | {
      readonly do: 'send offsets';
      readonly offsets: readonly GroupOffset[];
      readonly group: ConsumerGroupMetadata;
    }
  | { readonly do: 'flush' }
  /** Flushes, then ends the transaction. After a time-out the same call again goes on waiting. */
  | { readonly do: 'commit' }
  /** Drops what is not sent yet, then ends the transaction. */
  | { readonly do: 'abort' }
  | { readonly do: 'think'; readonly until: Us }
  /**
   * Throws the producer away, without waiting, and makes another one of the same configuration: what an
   * application does after an error that is not abortable. It starts with `init` again.
   */
  | { readonly do: 'reopen' }
  | { readonly do: 'close' };

/** The calls that can throw. */
export type TransactionCall = 'init' | 'begin' | 'send' | 'send offsets' | 'flush' | 'commit' | 'abort';

/** What an error asks of the application (KIP-1050). */
export type TransactionErrorClass =
  /** `TimeoutException` of the call: the same call may be made again, and is the only one that may. */
  | 'retriable'
  /** The transaction cannot be committed any more; after `abort` the producer goes on. */
  | 'abortable'
  /** This producer is of no use any more, another one is: it was fenced, or lost its place. */
  | 'application recoverable'
  /** Neither: not authorised, not supported, or a state that cannot be trusted. */
  | 'fatal'
  /** The application called what it may not call now (`IllegalStateException`). Nothing has changed. */
  | 'illegal state';

export interface TransactionError extends ClientError {
  readonly errorClass: TransactionErrorClass;
}

/** How a call ended. */
export type TransactionResult =
  | { readonly call: TransactionCall; readonly transaction: number; readonly outcome: 'ok' }
  | {
      readonly call: TransactionCall;
      /** Counted from 1 by this machine; 0: outside of any. */
      readonly transaction: number;
      /** Of a commit: 'fail' is certainly not committed by this call, 'unknown' may be, now or later. */
      readonly outcome: FailureOutcome;
      readonly error: TransactionError;
    };

/** One application thread around a transactional producer. */
export interface TransactionalDriver {
  /**
   * Asked when the last action has ended, the first time at boot. `ended` tells how it ended; null after
   * `think`, `reopen`, a `send` that was taken, and the first time. A record that fails later makes the next
   * call fail.
   */
  next(now: Us, ended: TransactionResult | null): TransactionAction;
}

export interface TransactionListener extends ProducerListener {
  /** A call was made; not told of `send` (there is `onSend`), `think`, `reopen` and `close`. */
  onCall(now: Us, transaction: number, action: TransactionAction): void;
  /** The same call returned or threw: one for every `onCall`, and for a `send` that threw. */
  onResult(now: Us, result: TransactionResult): void;
  /** A `begin` went well: every `onSend` until the transaction has ended belongs to it. */
  onBegin(now: Us, transaction: number, producerId: number, producerEpoch: number): void;
}

// ------------------------------------------------------------------ pipeline

/**
 * One application thread around a consumer and a transactional producer in one process: reads, transforms,
 * writes, and commits positions and records together.
 */
export type PipelineAction =
  | TransactionAction
  | Exclude<ConsumerAction, { readonly do: 'think' | 'close' }>
  /** `send offsets` with the positions of what was polled since the last commit, as the group's member. */
  | { readonly do: 'send positions' }
  /** After an abort, or a commit of which nobody knows: reads again from what the group has committed. */
  | { readonly do: 'rewind' };

export interface PipelineDriver {
  /** As of `TransactionalDriver`; `polled` is what the last action brought, if that was a poll, and empty otherwise. */
  next(now: Us, ended: TransactionResult | null, polled: readonly PolledBatch[]): PipelineAction;
}
