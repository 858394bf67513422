/**
 * What must hold. Invariants look at facts as they happen (`invariant/`, over one shared `shadow/`); validations
 * look at the disks and logs at the end (`validation/`); liveness says in words what has not converged
 * (`liveness/`); history checks see only what clients saw (`history/`); what Kafka's own design explains of all that is
 * given its name (`weakness/`).
 * `docs/invariants.md` maps the published properties to them, and `test/mutation` shows each bug that they catch.
 *
 * Sources: the published specifications named in each file; Jepsen's `jepsen.tests.kafka` for histories.
 */

export * from './cluster-views.ts';
export { OriginalLog } from './compaction/original-log.ts';
export { RemovedRecords } from './compaction/removed-records.ts';
export * from './contract.ts';
export * from './history/allowed-anomalies.ts';
export * from './history/anomaly.ts';
export * from './history/detectors.ts';
export * from './history/history.ts';
export * from './history/judge.ts';
export { PollLog } from './history/poll-log.ts';
export { SendLog } from './history/send-log.ts';
export * from './invariants.ts';
export { pending } from './liveness/convergence.ts';
export { ClusterShadow, METADATA_LOG } from './shadow/cluster-shadow.ts';
export {
  type Cleaners,
  COMPACTION_KEEPS_LAST,
  type CompactedReplica,
  flawsOf,
} from './validation/compaction-keeps-last.ts';
export {
  COORDINATOR_RELOAD,
  differenceFromModel,
  validateReload,
} from './validation/coordinator-reload.ts';
export { EXACT_TOTALS, type Totals, validateExactTotals } from './validation/exact-totals.ts';
export { EXACTLY_ONCE, type Flow, validateExactlyOnce } from './validation/exactly-once.ts';
export { whereValuesAre } from './validation/final-logs.ts';
export { NO_HANGING_TRANSACTION, validateHangingTransactions } from './validation/hanging-transactions.ts';
export { OFFSETS_FOR_TIMES, validateTimes } from './validation/offsets-for-times.ts';
export { PRODUCERS_MATCH_LOG, validateProducers } from './validation/producers-match-log.ts';
export {
  RECOVERED_LOGS_IDENTICAL,
  type RecoveryPorts,
  validateRecovery,
} from './validation/recovered-logs.ts';
export { REPLICAS_IDENTICAL } from './validation/replicas-identical.ts';
export { SAME_METADATA } from './validation/same-metadata.ts';
export { SNAPSHOT_AT_LOG_START } from './validation/snapshot-at-log-start.ts';
export { TOPIC_IDS_MATCH } from './validation/topic-ids-match.ts';
export { VALID_PARTITION_EPOCH, VALID_STABLE_GROUP_STATE } from './validation/valid-consumer-groups.ts';
export { VALID_FETCHER_STATE } from './validation/valid-fetcher-state.ts';
export { validateViews } from './validation/validate-views.ts';
export type { ClientTransaction } from './weakness/client-transaction.ts';
export { type ClientSide, RunWitness } from './weakness/run-witness.ts';
export type { Weakness } from './weakness/weakness.ts';
export { type Classified, classify, WEAKNESSES } from './weakness/weaknesses.ts';
