import {
  AutoTopicCreation,
  type BrokerApis,
  type BrokerConfig,
  type BrokerLifecycle,
  brokerConfigDefaults,
  type Forwarding,
} from '../broker/index.ts';
import { type Exchange, type Inbound, serverExchangeConfig } from '../exchange/index.ts';
import {
  type LogDirectory,
  LogFailure,
  logConfigDefaults,
  logDirectoryConfigDefaults,
} from '../log/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { SUPPORTED_FEATURES } from '../metadata/index.ts';
import { defaultRaftConfig, type Raft } from '../raft/index.ts';
import { REPLICATION_DEFAULTS, type Replicas } from '../replication/index.ts';
import { randomUuid } from '../wire/index.ts';
import type { MetadataFeed } from './metadata-feed.ts';
import type { BrokerServerOptions } from './server-options.ts';
import { settings } from './settings.ts';
import { type SnapshotGenerator, snapshotConfigDefaults } from './snapshot-generator.ts';

/** The components of a broker process, wired to each other. */
export interface BrokerParts {
  readonly config: BrokerConfig;
  readonly exchange: Exchange;
  readonly inbound: Inbound;
  readonly raft: Raft;
  readonly feed: MetadataFeed;
  readonly snapshots: SnapshotGenerator;
  readonly logs: LogDirectory;
  readonly replicas: Replicas;
  readonly lifecycle: BrokerLifecycle;
  readonly forwarding: Forwarding;
  readonly apis: BrokerApis;
}
