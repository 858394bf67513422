import { assert } from '../../machine/index.ts';
import { type ClientConfig, clientConfigDefaults } from '../client-config.ts';

/** Kafka's names and defaults (`ProducerConfig`). */
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
  /** False: a retry may duplicate and, beyond one in flight, reorder. */
  readonly 'enable.idempotence': boolean;
  /** '': none, as Kafka's null. */
  readonly 'transactional.id': string;
  readonly 'transaction.timeout.ms': number;
}

/** A broker remembers so many batches of a producer (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`). */
export const MAX_IN_FLIGHT_WHEN_IDEMPOTENT = 5;

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
  'enable.idempotence': true,
  'transactional.id': '',
  'transaction.timeout.ms': 60_000,
};

/**
 * Defaults under what is given; a delivery time-out shorter than linger + request time-out is an error, as in
 * Kafka.
 */
export function producerConfig(given: Partial<ProducerConfig>): ProducerConfig {
  const problem = idempotenceProblem(given);
  assert(problem === null, () => problem!);
  const config = {
    ...producerConfigDefaults,
    ...given,
    'enable.idempotence': isIdempotent(given),
  };
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

/**
 * What is wrong with these settings taken together, or null (`postProcessAndValidateIdempotenceConfigs`). Who asks
 * for idempotence by name must not undo it; where it is only the default, `retries` and `acks` turn it off.
 */
export function idempotenceProblem(given: Partial<ProducerConfig>): string | null {
  const {
    acks,
    retries,
    'max.in.flight.requests.per.connection': inFlight,
  } = { ...producerConfigDefaults, ...given };
  const isTransactional = (given['transactional.id'] ?? '') !== '';
  const isAskedFor = given['enable.idempotence'] === true;
  if (isAskedFor && retries === 0) return 'retries must not be 0 when enable.idempotence is set';
  if (isAskedFor && acks !== 'all' && acks !== '-1') return 'acks must be all when enable.idempotence is set';
  const isWanted = given['enable.idempotence'] ?? true;
  if (isWanted && inFlight > MAX_IN_FLIGHT_WHEN_IDEMPOTENT) {
    return `max.in.flight.requests.per.connection must be at most 5 for an idempotent producer, not ${inFlight}`;
  }
  if (isTransactional && !isIdempotent(given)) return 'transactional.id needs enable.idempotence';
  return null;
}

/** Whether a producer of these settings is idempotent, asked for or by default. */
export function isIdempotent(given: Partial<ProducerConfig>): boolean {
  if (given['enable.idempotence'] === false) return false;
  const { acks, retries } = { ...producerConfigDefaults, ...given };
  return retries !== 0 && (acks === 'all' || acks === '-1');
}
