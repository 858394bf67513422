/**
 * The seam between a client machine and the application that it stands for. A driver is the application's
 * thread: the machine asks it what it does next, in simulated time, and never the other way round. A listener
 * hears what happened; histories are built from nothing else. Both are called within the machine's step, must
 * not keep state that the machine owns, and never call back into it.
 */
import type { Us } from '../machine/index.ts';
import type { GroupAction, GroupListener, RevocationCommit } from './group-ports.ts';

/** A time that never comes: a driver that has finished answers it. */
export const NEVER: Us = Number.MAX_SAFE_INTEGER;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** The error behind a failure: Kafka's code, and what it means for the application. */
export interface ClientError {
  /**
   * An `ErrorCode`. Time-outs of the client itself are REQUEST_TIMED_OUT, a lost connection is
   * NETWORK_EXCEPTION.
   */
  readonly code: number;
  readonly message: string;
}

// ------------------------------------------------------------------ groups and transactions

/** Who a consumer is within its group, as its commits say it (KIP-447). */
export interface ConsumerGroupMetadata {
  readonly groupId: string;
  /** The generation of a classic group, the member epoch of a consumer group; -1: not a member. */
  readonly generationId: number;
  /** '': not a member. */
  readonly memberId: string;
  /** Null: not a static member. */
  readonly groupInstanceId: string | null;
}

export type * from './group-ports.ts';
export type * from './transaction-ports.ts';

// ------------------------------------------------------------------ producer

/**
 * What an application hands to `send`. The producer has read it when `next` is called again: the object may
 * be reused.
 */
export interface OutgoingRecord {
  /** The application's own name for this record, unique within the history. */
  readonly id: number;
  readonly topic: string;
  /** -1: the partitioner chooses. */
  readonly partition: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Milliseconds; -1: the client's wall clock when it is sent. */
  readonly timestamp: number;
  readonly headers: readonly RecordHeader[];
}

/** One application thread that calls `send` in a loop. While a `send` blocks, nothing is asked of it. */
export interface ProducerDriver {
  /**
   * The next record if one is due at `now`, else null. Called until it answers null: many records may be due
   * at once.
   */
  next(now: Us): OutgoingRecord | null;
  /** When `next` has a record, given that it has none now. NEVER: the application is done. */
  nextAt(now: Us): Us;
}

/** Whether a failed operation certainly had no effect. */
export type FailureOutcome =
  /** It has not happened and will not. */
  | 'fail'
  /** It may have happened: a request with it may have been processed, or may yet be. */
  | 'unknown';

export interface ProducerListener {
  /** The application called `send`; exactly one `onAcked` or `onFailed` names this record later. */
  onSend(now: Us, record: OutgoingRecord): void;
  /**
   * A batch was acknowledged: record `ids[i]` has offset `baseOffset + i`. With acks=0 nobody knows the
   * offsets and `baseOffset` is -1: then the records were only sent. It is -1, too, when the leader has had the
   * batch for so long that it has forgotten where.
   */
  onAcked(now: Us, topic: string, partition: number, baseOffset: number, ids: readonly number[]): void;
  /** Records failed together; partition is -1 when none had been chosen. */
  onFailed(
    now: Us,
    topic: string,
    partition: number,
    ids: readonly number[],
    error: ClientError,
    outcome: FailureOutcome,
  ): void;
}

// ------------------------------------------------------------------ consumer

/** What the application's thread does next. `poll` and `think` take time, the others are done at once. */
export type ConsumerAction =
  /** Replaces the assignment. A new partition starts where auto.offset.reset says, unless a seek follows. */
  | { readonly do: 'assign'; readonly partitions: readonly TopicPartition[] }
  | { readonly do: 'seek'; readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly do: 'seek to beginning'; readonly partitions: readonly TopicPartition[] }
  | { readonly do: 'seek to end'; readonly partitions: readonly TopicPartition[] }
  /** Forgets positions: reads on from what the group has committed, else where auto.offset.reset says. */
  | { readonly do: 'seek to committed'; readonly partitions: readonly TopicPartition[] }
  | { readonly do: 'pause'; readonly partitions: readonly TopicPartition[] }
  | { readonly do: 'resume'; readonly partitions: readonly TopicPartition[] }
  /**
   * Ends with records (`onPolled`), empty at the time-out (`onPolled` with none) or with an error
   * (`onPollFailed`).
   */
  | { readonly do: 'poll'; readonly timeoutUs: Us }
  /** Works on what it has; fetches go on in the background, as Kafka's prefetch does between polls. */
  | { readonly do: 'think'; readonly until: Us }
  | GroupAction
  /** Commits (enable.auto.commit) and leaves the group, a static member only the former. */
  | { readonly do: 'close' };

/**
 * One application thread around a consumer. Asked when the last action has ended; the first time at boot. A
 * driver that polls again and again without a time-out spins without time passing: let it think. After a poll
 * that failed it is asked when retry.backoff.ms has passed.
 */
export interface ConsumerDriver {
  next(now: Us): ConsumerAction;
  /**
   * Called within a poll, `unsubscribe` or `close` when partitions are about to be given up, whose records have
   * all been handed out: what to commit before. Absent: nothing.
   */
  onRevoking?(now: Us, partitions: readonly TopicPartition[]): RevocationCommit;
}

export interface ConsumedRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/** Consecutive records of one partition from one batch. */
export interface PolledBatch {
  readonly topic: string;
  readonly partition: number;
  /** Of the batch, as the leader stored it. */
  readonly leaderEpoch: number;
  /** In offset order, never empty. Offsets may have gaps (compaction, control batches). */
  readonly records: readonly ConsumedRecord[];
  /** Where the consumer stands in this partition once these are consumed. */
  readonly nextPosition: number;
}

/** Why a position is not simply the one after the last record. */
export type PositionReason =
  /** Found by auto.offset.reset, or by a seek to the beginning or end. */
  | 'reset'
  | 'seek'
  /** The log was truncated under it (KIP-320) and the reset policy allows to go on from there. */
  | 'truncated';

export interface ConsumerListener {
  onPolled(now: Us, batches: readonly PolledBatch[]): void;
  /** `poll` would throw. The driver decides what to do; polling again goes on where it can. */
  onPollFailed(now: Us, failure: PollFailure): void;
  onPosition(
    now: Us,
    topic: string,
    partition: number,
    offset: number,
    leaderEpoch: number,
    reason: PositionReason,
  ): void;
  /** For a consumer with a group.id. */
  readonly group?: GroupListener;
}

export type PollFailure =
  /** The position is outside of the log and auto.offset.reset is none. */
  | {
      readonly kind: 'offset out of range' | 'no offset';
      readonly topic: string;
      readonly partition: number;
      readonly position: number;
    }
  /**
   * KIP-320: the position is beyond where the leader's log diverged. -1: the end of the epoch is not known.
   */
  | {
      readonly kind: 'log truncation';
      readonly topic: string;
      readonly partition: number;
      readonly position: number;
      readonly divergentOffset: number;
      readonly divergentEpoch: number;
    }
  /** A batch failed its check sum or cannot be parsed. Polling again meets it again. */
  | {
      readonly kind: 'corrupt record';
      readonly topic: string;
      readonly partition: number;
      readonly position: number;
    }
  | {
      readonly kind: 'error';
      readonly topic: string;
      /** -1: the topic as a whole. Of the group: the topic is empty. */
      readonly partition: number;
      readonly position: number;
      readonly error: ClientError;
    };

// ------------------------------------------------------------------ admin

/** Which node answers a call. */
export type AdminRoute =
  | { readonly to: 'any' }
  /** The broker that metadata names as controller: with KRaft any broker, which forwards. */
  | { readonly to: 'controller' }
  | { readonly to: 'node'; readonly node: number }
  | { readonly to: 'leader'; readonly topic: string; readonly partition: number }
  /** Whoever coordinates a group or a transactional id. */
  | { readonly to: 'coordinator'; readonly keyType: 'group' | 'transaction'; readonly key: string };

/** One request of the protocol, with Kafka's retries around it. Builders are in `engine/client/admin`. */
export interface AdminCall {
  readonly apiKey: number;
  /** Complete for the highest version of this API. */
  readonly body: object;
  readonly route: AdminRoute;
}

export type AdminAction =
  /** Calls run side by side: the next action is asked for at once. */
  | { readonly do: 'call'; readonly id: number; readonly call: AdminCall }
  | { readonly do: 'think'; readonly until: Us }
  /** Asked again when every call has ended. */
  | { readonly do: 'await calls' }
  | { readonly do: 'close' };

export interface AdminDriver {
  next(now: Us): AdminAction;
}

export type AdminResult =
  | {
      readonly kind: 'response';
      readonly apiVersion: number;
      readonly body: object;
      /**
       * False: an earlier attempt, whose answer was lost, may have done it already. "It exists" says little
       * then.
       */
      readonly isCertain: boolean;
    }
  | { readonly kind: 'failed'; readonly error: ClientError; readonly outcome: FailureOutcome };

export interface AdminListener {
  onCall(now: Us, id: number, call: AdminCall): void;
  onResult(now: Us, id: number, call: AdminCall, result: AdminResult): void;
}
