/**
 * Coordinators: state that a broker keeps for others because it leads a partition of an internal topic.
 *
 * `runtime/` keeps one shard per led partition: it loads it by replaying the partition, lets a request decide, has the
 * decided records appended as one batch, replays them at once, and settles the request when they are replicated.
 * `group/` (groups and their offsets, `__consumer_offsets`) and `transaction/` (`__transaction_state`) live on it and
 * never meet: they import `runtime/` and not each other.
 *
 * Invariants: a shard's state is what its replicated records say, plus what is written and not yet replicated; a
 * failed append leaves the state as it was before the decision; reads answer from what is replicated; every request is
 * answered once, also when the broker loses the partition. No coordinator touches a log: it answers records.
 *
 * Kafka's counterparts: `coordinator-common`, `group-coordinator`, `transaction-coordinator`.
 */

export * from './group/index.ts';
export * from './runtime/index.ts';
export * from './transaction/index.ts';
