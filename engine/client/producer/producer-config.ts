import { assert } from '../../machine/index.ts';
import { type ClientConfig, clientConfigDefaults } from '../client-config.ts';

/** Kafka's names and defaults (`ProducerConfig`), but for idempotence. */
export interface ProducerConfig extends ClientConfig {
  readonly acks: 'all' | '-1' | '0' | '1';
  readonly 'batch.size': number;
  readonly 'linger.ms': number;
  readonly 'buffer.memory': number;
  readonly 'max.block.ms': number;
  readonly 'max.request.size': number;
  readonly retries: number;
  readonly 'delivery.timeout.ms': number;
  readonly 'max.in.flight.requests.per.connection': number;
  readonly 'metadata.max.idle.ms': number;
  readonly 'compression.type': 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly 'partitioner.ignore.keys': boolean;
  readonly 'partitioner.adaptive.partitioning.enable': boolean;
  readonly 'partitioner.availability.timeout.ms': number;
  /** KIP-1123: records without a key stay in client.rack while a partition is led from there. */
  readonly 'partitioner.rack.aware': boolean;
  /**
   * Kafka's default is true. False is all that there is so far: a retry may duplicate and, beyond one in
   * flight, reorder.
   */
  readonly 'enable.idempotence': false;
}

export const producerConfigDefaults: ProducerConfig = {
  ...clientConfigDefaults,
  acks: 'all',
  'batch.size': 16_384,
  'linger.ms': 5,
  'buffer.memory': 32 * 1024 * 1024,
  'max.block.ms': 60_000,
  'max.request.size': 1024 * 1024,
  retries: 0x7fffffff,
  'delivery.timeout.ms': 120_000,
  'max.in.flight.requests.per.connection': 5,
  'metadata.max.idle.ms': 300_000,
  'compression.type': 'none',
  'partitioner.ignore.keys': false,
  'partitioner.adaptive.partitioning.enable': true,
  'partitioner.availability.timeout.ms': 0,
  'partitioner.rack.aware': false,
  'enable.idempotence': false,
};

/**
 * Defaults under what is given; a delivery time-out shorter than linger + request time-out is an error, as in
 * Kafka.
 */
export function producerConfig(given: Partial<ProducerConfig>): ProducerConfig {
  const config = { ...producerConfigDefaults, ...given };
  assert(
    !config['partitioner.rack.aware'] || config['client.rack'].trim() !== '',
    'client.rack must be provided if partitioner.rack.aware is enabled',
  );
  const shortest = config['linger.ms'] + config['request.timeout.ms'];
  if (config['delivery.timeout.ms'] < shortest) {
    assert(
      given['delivery.timeout.ms'] === undefined,
      'delivery.timeout.ms is at least linger.ms + request.timeout.ms',
    );
    return { ...config, 'delivery.timeout.ms': shortest };
  }
  return config;
}

/** The number on the wire. */
export function acksOf(config: ProducerConfig): -1 | 0 | 1 {
  return config.acks === '0' ? 0 : config.acks === '1' ? 1 : -1;
}
