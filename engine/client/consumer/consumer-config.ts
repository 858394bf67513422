import { type ClientConfig, clientConfigDefaults } from '../client-config.ts';

/** `by_duration` starts at the first record not older than so long (KIP-1106), in milliseconds here. */
export type OffsetResetPolicy = 'earliest' | 'latest' | 'none' | { readonly byDurationMs: number };

/**
 * Kafka's names and defaults (`ConsumerConfig`) for what a consumer without a group needs. Groups have their
 * place here.
 */
export interface ConsumerConfig extends ClientConfig {
  readonly 'auto.offset.reset': OffsetResetPolicy;
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
