/**
 * What a broker answers, and its life in the cluster.
 *
 * Owns the routing of a broker's listener (`BrokerApis`), one file per API in `handlers/` (pure decisions over the
 * cluster image), the first look at changes of configurations (`ConfigChanges`), the forwarding of what the controller
 * decides (`Forwarding`, KIP-590), the creation of topics that clients merely name (`AutoTopicCreation`), and the
 * registration, heartbeats and controlled shutdown of the process (`BrokerLifecycle`, KIP-631).
 *
 * Invariants: an API that is advertised is answered; a request is settled once; a broker serves only after the
 * controller unfenced it, and asks to be unfenced only after it read its own registration in the metadata log.
 *
 * Kafka's counterparts: `KafkaApis`, `KRaftMetadataCache`, `DefaultApiVersionManager`, `ForwardingManagerImpl`,
 * `DefaultAutoTopicCreationManager`, `BrokerLifecycleManager`, `ConfigAdminManager`, `ConfigHelper`.
 * KIPs: 35, 226, 339, 511, 584, 590, 631, 700, 919, 966, 1142, 1242.
 */
export { AutoTopicCreation } from './auto-topic-creation.ts';
export {
  BrokerApis,
  type BrokerApisOptions,
  type MetadataView,
  type VersionedResponder,
} from './broker-apis.ts';
export { BrokerLifecycle, type BrokerLifecycleOptions, type BrokerState } from './broker-lifecycle.ts';
export { type BrokerConfig, brokerConfigDefaults } from './config.ts';
export { COORDINATOR_APIS, CoordinatorApis, type CoordinatorApisOptions } from './coordinator-apis.ts';
export { errorResponse } from './error-response.ts';
export { FORWARDABLE } from './forwardable.ts';
export { Forwarding, type ForwardingOptions } from './forwarding.ts';
export {
  type ApiVersionsContext,
  type ApiVersionsDecision,
  advertisedApis,
  decideApiVersions,
} from './handlers/api-versions.ts';
export { type DescribeClusterContext, decideDescribeCluster } from './handlers/describe-cluster.ts';
export { decideDescribeConfigs } from './handlers/describe-configs.ts';
export { BrokerTimer, RpcOwner } from './timer.ts';
export {
  TransactionVerifier,
  type TransactionVerifierOptions,
  VerifierTimer,
} from './transaction-verifier.ts';
export { TransactionalWrites } from './transactional-writes.ts';
