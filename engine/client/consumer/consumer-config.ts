import { assert } from '../../machine/index.ts';
import { type ClientConfig, clientConfigDefaults } from '../client-config.ts';
import { type OffsetResetPolicy, type OffsetResetSetting, parseOffsetReset } from './offset-reset.ts';

/**
 * Kafka's names and defaults (`ConsumerConfig`) for what a consumer without a group needs. Groups have their
 * place here.
 */
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
