/**
 * One process of a cluster: roles wired together, connections, routing, boot and recovery order, shutdown.
 *
 * `BrokerServer` and `ControllerServer` are the machines that a world runs. Each step hands its input to the component
 * that it is for and then drains: replies to their owners, requests to handlers, committed metadata to whoever follows
 * it, records of the active controller to the quorum, until nothing moves any more.
 *
 * Invariants: components meet only here and through messages; the order within a step is fixed; a process that ends
 * does so with `exit`, after its logs are closed when it was asked to stop.
 *
 * Kafka's counterparts: `BrokerServer`, `ControllerServer`, `SharedServer`, `ControllerApis`,
 * `BrokerMetadataPublisher`, the publishing half of `MetadataLoader`, `SnapshotGenerator`,
 * `ControllerRegistrationManager`. KIPs: 500, 590 (envelopes), 631, 919 (controllers register).
 */
export { BrokerServer } from './broker-server.ts';
export { ControllerServer } from './controller-server.ts';
export type {
  BrokerServerOptions,
  ControllerServerOptions,
  FormatOptions,
  InitialController,
  ServerOptions,
  Voter,
} from './server-options.ts';
export { snapshotConfigDefaults } from './snapshot-generator.ts';
export type { BrokerView, ControllerView, QuorumView, ServerView } from './view.ts';
