/**
 * The seam between a consumer that is member of a group and the application that it stands for; part of
 * `ports.ts`.
 */
import type { Us } from '../machine/index.ts';
import type { ClientError, ConsumerGroupMetadata, FailureOutcome, TopicPartition } from './ports.ts';
import type { GroupOffset } from './transaction-ports.ts';

/** What an application in a group does besides polling. */
export type GroupAction =
  | { readonly do: 'subscribe'; readonly topics: readonly string[] }
  /**
   * `client`: a regular expression over the names of all topics, looked at whenever metadata changes.
   * `broker`: RE2J, resolved by the coordinator (`SubscriptionPattern`, group.protocol=consumer only).
   */
  | { readonly do: 'subscribe pattern'; readonly pattern: string; readonly matchedBy: 'client' | 'broker' }
  /** Leaves the group; what was assigned is revoked first. Also ends what `assign` has given. */
  | { readonly do: 'unsubscribe' }
  /** `commitSync`: ends when it is committed, has failed, or default.api.timeout.ms has passed. */
  | { readonly do: 'commit sync'; readonly offsets: readonly GroupOffset[] | null }
  /** `commitAsync`: ends at once, never retried; its outcome is told when a later call finds it. */
  | { readonly do: 'commit async'; readonly offsets: readonly GroupOffset[] | null }
  | { readonly do: 'enforce rebalance' };

/** What a `ConsumerRebalanceListener` commits synchronously in `onPartitionsRevoked`. */
export type RevocationCommit = 'nothing' | 'all positions' | readonly GroupOffset[];

export type CommitOrigin =
  | 'sync'
  | 'async'
  /** By auto.commit.interval.ms, before a revocation, or when closing. */
  | 'auto';

/** One call that commits positions; ids count from 1 within a consumer. */
export interface CommitCall {
  readonly id: number;
  readonly origin: CommitOrigin;
  readonly offsets: readonly GroupOffset[];
  /** As whom; the generation that the member believed in. Of a call outside of a group: not a member. */
  readonly member: ConsumerGroupMetadata;
}

/** Why a commit did not succeed. */
export type CommitErrorClass =
  /** `RetriableCommitFailedException`, or a `TimeoutException` of a sync commit. */
  | 'retriable'
  /** `CommitFailedException`: no member any more. */
  | 'commit failed'
  /** `RebalanceInProgressException`: poll on, then commit what is still owned. */
  | 'rebalance in progress'
  /** `FencedInstanceIdException`: fatal. */
  | 'fenced instance id'
  /** Any other. */
  | 'fatal';

export interface CommitError extends ClientError {
  readonly errorClass: CommitErrorClass;
}

/**
 * Hears of a consumer's group. Partitions are in the order of topics and numbers. Calls come within the
 * consumer's poll, as those of a `ConsumerRebalanceListener` do, but for `onMembership`.
 */
export interface GroupListener {
  /** New ones only; may be empty: a rebalance that brought nothing new. */
  onAssigned(now: Us, partitions: readonly TopicPartition[]): void;
  /** Still its own until this returns; whatever `onRevoking` of the driver committed is told before. */
  onRevoked(now: Us, partitions: readonly TopicPartition[]): void;
  /** Not its own any more: somebody else may have them already. */
  onLost(now: Us, partitions: readonly TopicPartition[]): void;
  /** Who it is has changed. */
  onMembership(now: Us, member: ConsumerGroupMetadata): void;
  /** A call was made; one `onCommitted` follows. */
  onCommit(now: Us, commit: CommitCall): void;
  /** Null: committed. 'fail': certainly not by this call. */
  onCommitted(now: Us, commit: CommitCall, error: CommitError | null, outcome: 'ok' | FailureOutcome): void;
  /** Where a partition starts that had a committed offset, and the words that were committed with it. */
  onCommittedPosition(
    now: Us,
    topic: string,
    partition: number,
    offset: number,
    leaderEpoch: number,
    metadata: string,
  ): void;
}
