import type { Outbox, Random, Us, WallClock } from '../../machine/index.ts';
import type { ClusterImage, MetadataDelta } from '../../metadata/index.ts';
import type { SnapshotRegistry } from '../../timeline/index.ts';

/**
 * Called exactly once, never within the decision. NONE: all records are replicated. Otherwise: not written (the state
 * is as before the decision), or unknown (REQUEST_TIMED_OUT, and NOT_COORDINATOR of a shard that is unloaded). The code
 * is the log's own: `coordinatorError` makes one of it that a client of a coordinator understands.
 */
export type Settle = (now: Us, errorCode: number, out: Outbox) => void;

/**
 * What was decided: the records are appended as one batch and replayed at once; settled when the high watermark has
 * passed them (no records: when everything decided earlier is replicated).
 */
export interface Decision<R> {
  readonly records: readonly R[];
  readonly settle: Settle;
  /** false: the shard has applied them itself (`CoordinatorResult.replayRecords`). */
  readonly replay?: boolean;
  /** false: the records may be spread over several batches when they exceed the largest one (expiry, deletions). */
  readonly isAtomic?: boolean;
}

/** What a shard is built with. */
export interface ShardContext<R> {
  readonly partition: number;
  readonly timeline: SnapshotRegistry;
  readonly timers: ShardTimers<R>;
  readonly wall: WallClock;
  readonly random: Random;
  /** The metadata as this broker has applied it. */
  image(): ClusterImage;
}

/**
 * In-shard timers (`CoordinatorTimer`): their operations run like requests. Dropped when the shard unloads. An operation
 * that answers null has nothing to write. With `retry` one whose write fails runs again half a second later.
 */
export interface ShardTimers<R> {
  /** Replaces one of the same key. */
  schedule(
    now: Us,
    key: string,
    delayUs: Us,
    decide: (now: Us, out: Outbox) => Decision<R> | null,
    out: Outbox,
    retry?: boolean,
  ): void;
  cancel(key: string): void;
  has(key: string): boolean;
}

/** The state of one partition of a coordinators' topic (`CoordinatorShard`). */
export interface CoordinatorShard<R> {
  /** Applies one record. Producer -1 in epoch -1: not transactional, or already committed. */
  replay(offset: number, producerId: number, producerEpoch: number, record: R): void;
  replayEndTransactionMarker(producerId: number, producerEpoch: number, isCommit: boolean): void;
  /** The partition is replayed whole: start timers. */
  onLoaded(now: Us, out: Outbox): void;
  /** Answer with NOT_COORDINATOR what is parked in the shard. Its timers are gone already. */
  onUnloaded(now: Us, out: Outbox): void;
  onMetadata(now: Us, image: ClusterImage, delta: MetadataDelta, out: Outbox): void;
}

/** A record as it lies in the log. A null value is a tombstone. */
export interface CoordinatorRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** How a room's records become bytes and are read again. */
export interface RecordCodec<R> {
  encode(record: R): CoordinatorRecord;
  /** null: a type that this version does not know, which is skipped (KIP-915); a string: bytes that make no sense. */
  decode(key: Uint8Array, value: Uint8Array | null): R | null | string;
}

/** Who writes, when a write belongs to a transaction. */
export interface TransactionalOrigin {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the request, TxnOffsetCommit: from 5 on the partition is added implicitly (KIP-890). */
  readonly apiVersion: number;
}
