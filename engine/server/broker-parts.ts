import {
  AutoTopicCreation,
  BrokerApis,
  type BrokerConfig,
  BrokerLifecycle,
  brokerConfigDefaults,
  CoordinatorApis,
  Forwarding,
  TransactionalWrites,
  TransactionVerifier,
} from '../broker/index.ts';
import { Exchange, Inbound, serverExchangeConfig } from '../exchange/index.ts';
import { cleanerConfigDefaults, LogDirectories, logDirectoryConfigDefaults } from '../log/index.ts';
import { DiskError, type Outbox, type Us } from '../machine/index.ts';
import { brokerConfig, SUPPORTED_FEATURES } from '../metadata/index.ts';
import { defaultRaftConfig, Raft } from '../raft/index.ts';
import { REPLICATION_DEFAULTS, Replicas } from '../replication/index.ts';
import { randomUuid } from '../wire/index.ts';
import { brokerFile } from './config-file.ts';
import { openCoordinators } from './coordinator-parts.ts';
import type { Coordinators } from './coordinators.ts';
import { makeLogDirectory } from './format-directory.ts';
import { MetadataFeed } from './metadata-feed.ts';
import type { BrokerServerOptions } from './server-options.ts';
import { settings } from './settings.ts';
import { SnapshotGenerator, snapshotConfigDefaults } from './snapshot-generator.ts';

/** The components of a broker process, wired to each other. */
export interface BrokerParts {
  readonly config: BrokerConfig;
  readonly exchange: Exchange;
  readonly inbound: Inbound;
  readonly raft: Raft;
  readonly feed: MetadataFeed;
  readonly snapshots: SnapshotGenerator;
  readonly logs: LogDirectories;
  readonly replicas: Replicas;
  readonly lifecycle: BrokerLifecycle;
  readonly forwarding: Forwarding;
  readonly coordinators: Coordinators;
  readonly verifier: TransactionVerifier;
  readonly apis: BrokerApis;
}

/** Builds the process over its disk, recovering its logs; a string says why it cannot start. */
export function openBroker(now: Us, options: BrokerServerOptions, out: Outbox): BrokerParts | string {
  const { nodeId, random } = options;
  const logs = openLogs(now, options, out);
  if (logs instanceof DiskError) return `log directory: ${logs.code} ${logs.path}`;
  if (!logs.isOnline(options.directory)) return `metadata log directory: ${options.directory} is offline`;
  const config = settings(brokerConfigDefaults, options.config);
  const exchange = new Exchange(serverExchangeConfig(`broker-${nodeId}`), random.stream('reconnect backoff'));
  const inbound = new Inbound();
  const feed = new MetadataFeed();
  const raft = openRaft(options, logs, exchange, inbound);
  const lifecycle = openLifecycle(options, config, logs, exchange);
  const forwarding = new Forwarding({ rpc: exchange, responder: inbound, config });
  const replicas = new Replicas({
    nodeId,
    config: settings(REPLICATION_DEFAULTS, options.config),
    staticConfig: options.config,
    directory: logs,
    rpc: exchange,
    responder: inbound,
    identity: lifecycle,
    wall: options.wall,
    random: random.stream('fetch session ids'),
    assignmentRandom: random.stream('directory assignment backoff'),
  });
  const requestTimeoutMs = config['request.timeout.ms'];
  const verifier = new TransactionVerifier({
    rpc: exchange,
    metadata: feed,
    requestTimeoutMs,
    isEnabled: () =>
      brokerConfig(feed.image, 'transaction.partition.verification.enable', {
        nodeId,
        static: options.config,
      }) !== 'false',
  });
  const ports = { replicas, feed, exchange, inbound, identity: lifecycle, requestTimeoutMs, verifier };
  const coordinators = openCoordinators(options, ports);
  const { groups, transactions } = coordinators;
  const autoTopicCreation = new AutoTopicCreation(config, forwarding);
  return {
    config,
    exchange,
    inbound,
    raft,
    feed,
    snapshots: new SnapshotGenerator(settings(snapshotConfigDefaults, options.config), now),
    logs,
    replicas,
    lifecycle,
    forwarding,
    coordinators,
    verifier,
    apis: new BrokerApis({
      nodeId,
      clusterId: options.clusterId,
      config,
      file: brokerFile(options),
      metadata: feed,
      kraftVersion: () => raft.kraftVersion,
      responder: inbound,
      replicas,
      forwarding,
      autoTopicCreation,
      transactionalWrites: new TransactionalWrites(replicas, groups, verifier, inbound),
      coordinators: new CoordinatorApis({
        metadata: feed,
        responder: inbound,
        autoTopicCreation,
        groups,
        transactions,
      }),
      random: random.stream('alive broker'),
    }),
  };
}

/** One directory that cannot be used does not keep the broker from starting. */
function openLogs(now: Us, options: BrokerServerOptions, out: Outbox): LogDirectories | DiskError {
  const { clusterId, compression, config, directory, disk, nodeId, random, verified, wall } = options;
  const paths = options.directories ?? [directory];
  for (const path of paths) {
    if (makeLogDirectory(disk, path) !== null) out.probe('log directory cannot be made');
  }
  const logConfig = settings(logDirectoryConfigDefaults, config);
  const cleanerConfig = settings(cleanerConfigDefaults, config);
  return LogDirectories.open(
    now,
    { disk, paths, random, wall, config: logConfig, cleanerConfig, clusterId, nodeId, compression, verified },
    out,
  );
}

function openLifecycle(
  options: BrokerServerOptions,
  config: BrokerConfig,
  logs: LogDirectories,
  exchange: Exchange,
): BrokerLifecycle {
  return new BrokerLifecycle({
    nodeId: options.nodeId,
    clusterId: options.clusterId,
    incarnationId: randomUuid(options.random.stream('incarnation id')),
    endpoint: options.endpoint,
    rack: options.rack,
    directories: logs.directoryIds,
    features: SUPPORTED_FEATURES,
    previousBrokerEpoch: logs.previousBrokerEpoch,
    rpc: exchange,
    config,
  });
}

/** A broker reads the metadata log as an observer: nobody counts on its copy. */
function openRaft(
  options: BrokerServerOptions,
  logs: LogDirectories,
  exchange: Exchange,
  inbound: Inbound,
): Raft {
  const { bootstrapServers, clusterId, config, directory, disk, nodeId, random, verified, voters, wall } =
    options;
  return new Raft({
    nodeId,
    directoryId: logs.directoryIdAt(directory),
    voters,
    clusterId,
    directory,
    disk,
    random: random.stream('election timeout'),
    wall,
    rpc: exchange,
    responder: inbound,
    config: settings(defaultRaftConfig, config),
    canVote: false,
    bootstrapServers,
    addresses: exchange,
    verified,
  });
}
