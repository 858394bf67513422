import type { Outbox, Us } from '../../machine/index.ts';
import type { Records } from '../../wire/index.ts';
import type { TransactionalOrigin } from './contract.ts';

/** What an append did: with NONE, where the log ends now. */
export interface AppendResult {
  readonly errorCode: number;
  readonly endOffset: number;
}

export interface LogBounds {
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly logEndOffset: number;
}

/**
 * The partitions of a coordinators' topic as this broker leads them (`PartitionWriter`, and what `CoordinatorLoaderImpl`
 * reads). Implemented by whoever has the logs.
 */
export interface CoordinatorLog {
  /**
   * Appends one batch. `guard` is what the verification of a transactional write gave; `transactionVersion` is that of
   * an end marker, -1 of anything else.
   */
  append(
    now: Us,
    partition: number,
    batch: Uint8Array,
    guard: unknown,
    transactionVersion: number,
    out: Outbox,
  ): AppendResult;
  /** Null when this broker does not lead the partition, or its log is not there. */
  bounds(partition: number): LogBounds | null;
  /** Whole batches from an offset on, at least one if there is any; null when they cannot be read. */
  read(partition: number, fromOffset: number, maxBytes: number, out: Outbox): Records | null;
  /** `max.message.bytes` of the topic. */
  maxBatchBytes(partition: number): number;
}

/** Asks a transaction's coordinator whether the transaction is open, before its first write (KIP-890). */
export interface WriteVerifier {
  /** `done` is called once, at once or later; with NONE its guard goes to the append. */
  verify(
    now: Us,
    partition: number,
    origin: TransactionalOrigin,
    done: (now: Us, errorCode: number, guard: unknown, out: Outbox) => void,
    out: Outbox,
  ): void;
}
