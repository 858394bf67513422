import { brokerConfigDefaults } from '../../engine/broker/index.ts';
import {
  consumerConfigDefaults,
  idempotenceProblem,
  type ProducerConfig,
  parseOffsetReset,
  producerConfigDefaults,
} from '../../engine/client/index.ts';
import { defaultControllerConfig } from '../../engine/controller/index.ts';
import { groupConfigDefaults, transactionConfigDefaults } from '../../engine/coordinator/index.ts';
import {
  cleanerConfigDefaults,
  logConfigDefaults,
  logDirectoryConfigDefaults,
} from '../../engine/log/index.ts';
import {
  brokerConfigDefinitions,
  SUPPORTED_FEATURES,
  topicConfigDefinitions,
} from '../../engine/metadata/index.ts';
import { defaultRaftConfig } from '../../engine/raft/index.ts';
import { REPLICATION_DEFAULTS } from '../../engine/replication/index.ts';
import { snapshotConfigDefaults } from '../../engine/server/index.ts';
import type { Config } from '../scenario/index.ts';

/** A running broker takes only what is dynamic. */
export type ConfigOwner = 'topic' | 'broker' | 'running broker' | 'controller' | 'producer' | 'consumer';

export interface KnownConfig {
  readonly default: string | number | boolean;
  /** What it may be, when it is one of a few words. */
  readonly values: readonly string[] | null;
  /** Words that cannot be listed, such as those with a duration in them. */
  readonly accepts?: ((text: string) => boolean) | undefined;
}

/** Set by the cluster itself: a scenario says them by where it puts a client. */
const OWN: ReadonlySet<string> = new Set(['bootstrap.servers', 'client.id', 'client.rack']);

const WORDS: Readonly<Record<string, readonly string[]>> = {
  acks: ['all', '-1', '0', '1'],
  'auto.offset.reset': ['earliest', 'latest', 'none', 'by_duration:PnDTnHnMn.nS'],
  'group.consumer.migration.policy': ['bidirectional', 'upgrade', 'downgrade', 'disabled'],
  'group.protocol': ['classic', 'consumer'],
  'isolation.level': ['read_uncommitted', 'read_committed'],
  // The others need a host's codecs.
  'compression.type': ['none'],
  'metadata.recovery.strategy': ['rebootstrap', 'none'],
  'replica.selector.class': ['', 'org.apache.kafka.common.replica.RackAwareReplicaSelector'],
};

const ACCEPTS: Readonly<Record<string, (text: string) => boolean>> = {
  'auto.offset.reset': (text) => parseOffsetReset(text) !== null,
};

/** The configurations that are simulated, with Kafka's defaults: a scenario may set these and no others. */
export function knownConfiguration(owner: ConfigOwner): ReadonlyMap<string, KnownConfig> {
  const known = new Map<string, KnownConfig>();
  switch (owner) {
    case 'producer':
      add(known, producerConfigDefaults);
      break;
    case 'consumer':
      add(known, consumerConfigDefaults);
      break;
    case 'topic':
      addTopic(known);
      break;
    case 'broker':
      addTopicDefaults(known);
      add(known, brokerConfigDefaults);
      add(known, REPLICATION_DEFAULTS);
      add(known, logDirectoryConfigDefaults);
      add(known, cleanerConfigDefaults);
      add(known, defaultRaftConfig);
      add(known, snapshotConfigDefaults);
      add(known, groupConfigDefaults);
      add(known, transactionConfigDefaults);
      break;
    case 'running broker':
      addDynamic(known);
      break;
    case 'controller':
      addTopicDefaults(known);
      add(known, defaultControllerConfig);
      add(known, defaultRaftConfig);
      add(known, snapshotConfigDefaults);
      break;
  }
  return known;
}

/** What is wrong with a producer's settings taken together; `acks: 1` is as good as `acks: "1"`. */
export function idempotenceProblemOf(config: Config, isTransactional: boolean): string | null {
  const id = isTransactional ? { 'transactional.id': 'any' } : {};
  const acks = 'acks' in config ? { acks: String(config.acks) } : {};
  return idempotenceProblem({ ...config, ...acks, ...id } as Partial<ProducerConfig>);
}

/** Features that an operation may change. */
export function knownFeatures(): string[] {
  return SUPPORTED_FEATURES.map(({ name }) => name);
}

function add(known: Map<string, KnownConfig>, defaults: object): void {
  for (const [name, value] of Object.entries(defaults)) {
    if (OWN.has(name) || (value !== null && typeof value === 'object')) continue;
    known.set(name, { default: value ?? -1, values: WORDS[name] ?? null, accepts: ACCEPTS[name] });
  }
}

const CLEANUP_POLICIES = ['delete', 'compact', 'compact,delete', 'delete,compact'];

/** Topic configurations that the log or replication reads; others would be taken and ignored. */
const READ_BY_REPLICATION: ReadonlySet<string> = new Set([
  'min.insync.replicas',
  'unclean.leader.election.enable',
]);

function isRead(name: string): boolean {
  return READ_BY_REPLICATION.has(name) || name in logConfigDefaults;
}

function addTopic(known: Map<string, KnownConfig>): void {
  for (const definition of topicConfigDefinitions.values()) {
    if (isRead(definition.name))
      known.set(definition.name, { default: typed(definition), values: valuesOf(definition) });
  }
}

/**
 * A broker's or controller's own file may hold defaults for topics, under their broker names (`log.segment.bytes`).
 */
function addTopicDefaults(known: Map<string, KnownConfig>): void {
  for (const definition of topicConfigDefinitions.values()) {
    if (!isRead(definition.name)) continue;
    for (const { name } of definition.synonyms)
      known.set(name, { default: typed(definition), values: valuesOf(definition) });
  }
}

/** Of a list in every order, as one word. */
function valuesOf({ name, values }: { readonly name: string; readonly values: readonly string[] | null }) {
  return name === 'cleanup.policy' ? CLEANUP_POLICIES : values;
}

/** Kafka's own table says what is dynamic; a running broker refuses the rest. */
function addDynamic(known: Map<string, KnownConfig>): void {
  for (const definition of brokerConfigDefinitions.values()) {
    if (definition.scope === 'static') continue;
    known.set(definition.name, { default: typed(definition), values: definition.values });
  }
}

function typed(definition: {
  readonly type: string;
  readonly default: string | null;
}): string | number | boolean {
  if (definition.type === 'BOOLEAN') return definition.default === 'true';
  const { type } = definition;
  if (type === 'INT' || type === 'LONG' || type === 'DOUBLE') return Number(definition.default ?? -1);
  return definition.default ?? '';
}
