/**
 * The metadata authority: what the active controller of a cluster decides (Kafka's `QuorumController` and its
 * `*ControlManager`s).
 *
 * Owns broker registration, heartbeats and fencing, placement, creation, growth and deletion of topics, leader
 * election, ISR approval, dynamic configuration, features, blocks of producer ids. Reaches the log only by returning
 * batches; its owner appends them and reports the high watermark.
 *
 * Invariants: a decision is computed from the latest state, uncommitted records included, and its records are
 * replayed at once; an answer leaves when everything it rests on is committed; losing the leadership drops whatever
 * was not; soft state about brokers begins anew with every activation. A broker that is fenced or shutting down is
 * in no ISR.
 *
 * One file a decision. Reassignment (KIP-455) is asked for in one and completed in `partition-change.ts`, by
 * whatever change finds it allowed; client quotas would be a decision of their own.
 *
 * KIP-339 (incremental changes), 460, 497, 584 (features), 631, 730 (producer ids), 841 (shutdown in the log),
 * 858 (directories), 903 (broker epochs), 919, 966 (ELR), 1066.
 */
export type { Activation } from './active-controller.ts';
export type { BrokerControlState } from './broker-heartbeats.ts';
export { removedFacts } from './commit-facts.ts';
export * from './controller.ts';
export * from './controller-config.ts';
export { type QuorumPort, UNKNOWN_QUORUM } from './quorum-port.ts';
export { type Placement, placeReplicas } from './replica-placement.ts';
export * from './timers.ts';
