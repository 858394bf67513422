import { assert } from '../../machine/index.ts';
import { type ClientConfig, clientConfigDefaults } from '../client-config.ts';
import { type OffsetResetPolicy, type OffsetResetSetting, parseOffsetReset } from './offset-reset.ts';

/** The client's assignors, by the names that they have on the wire. */
export type AssignorName = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky';

/** Kafka's names and defaults (`ConsumerConfig`). */
export interface ConsumerConfig extends ClientConfig {
  readonly 'auto.offset.reset': OffsetResetSetting;
  readonly 'isolation.level': 'read_uncommitted' | 'read_committed';
  readonly 'fetch.min.bytes': number;
  readonly 'fetch.max.wait.ms': number;
  readonly 'fetch.max.bytes': number;
  readonly 'max.partition.fetch.bytes': number;
  readonly 'max.poll.records': number;
  readonly 'check.crcs': boolean;
  readonly 'allow.auto.create.topics': boolean;
  readonly 'default.api.timeout.ms': number;
  /** '': it is in no group and assigns itself its partitions. */
  readonly 'group.id': string;
  /** '': a dynamic member. Otherwise a static one (KIP-345). */
  readonly 'group.instance.id': string;
  readonly 'group.protocol': 'classic' | 'consumer';
  /** The coordinator's assignor; '': the coordinator chooses. group.protocol=consumer only. */
  readonly 'group.remote.assignor': string;
  /** Assignors by name, comma separated, the preferred one first. group.protocol=classic only. */
  readonly 'partition.assignment.strategy': string;
  readonly 'session.timeout.ms': number;
  readonly 'heartbeat.interval.ms': number;
  readonly 'max.poll.interval.ms': number;
  readonly 'enable.auto.commit': boolean;
  readonly 'auto.commit.interval.ms': number;
  readonly 'exclude.internal.topics': boolean;
  readonly 'internal.leave.group.on.close': boolean;
}

export const consumerConfigDefaults: ConsumerConfig = {
  ...clientConfigDefaults,
  'auto.offset.reset': 'latest',
  'isolation.level': 'read_uncommitted',
  'fetch.min.bytes': 1,
  'fetch.max.wait.ms': 500,
  'fetch.max.bytes': 50 * 1024 * 1024,
  'max.partition.fetch.bytes': 1024 * 1024,
  'max.poll.records': 500,
  'check.crcs': true,
  'allow.auto.create.topics': true,
  'default.api.timeout.ms': 60_000,
  'group.id': '',
  'group.instance.id': '',
  'group.protocol': 'classic',
  'group.remote.assignor': '',
  'partition.assignment.strategy': 'range,cooperative-sticky',
  'session.timeout.ms': 45_000,
  'heartbeat.interval.ms': 3_000,
  'max.poll.interval.ms': 300_000,
  'enable.auto.commit': true,
  'auto.commit.interval.ms': 5_000,
  'exclude.internal.topics': true,
  'internal.leave.group.on.close': true,
};

export function consumerConfig(given: Partial<ConsumerConfig>): ConsumerConfig {
  return { ...consumerConfigDefaults, ...given };
}

/** What auto.offset.reset says. A setting that Kafka would refuse is the caller's mistake. */
export function offsetResetPolicy(config: ConsumerConfig): OffsetResetPolicy {
  const policy = parseOffsetReset(config['auto.offset.reset']);
  assert(policy !== null, () => `auto.offset.reset cannot be ${config['auto.offset.reset']}`);
  return policy;
}

/** The assignors in the order of preference. A name that Kafka would refuse is the caller's mistake. */
export function assignorNames(config: ConsumerConfig): readonly AssignorName[] {
  const names = config['partition.assignment.strategy'].split(',').map((name) => name.trim());
  for (const name of names) {
    assert(isAssignorName(name), () => `partition.assignment.strategy cannot have ${name}`);
  }
  return names as AssignorName[];
}

function isAssignorName(name: string): name is AssignorName {
  return name === 'range' || name === 'roundrobin' || name === 'sticky' || name === 'cooperative-sticky';
}
