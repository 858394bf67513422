import { placeReplicas } from '../../engine/controller/index.ts';
import { RandomStreams } from '../random/index.ts';
import type { PlacedBroker, PlacedPartition } from './domains.ts';

export interface TopicToPlace {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minIsr: number;
}

/**
 * Where the controller puts the replicas of new topics, as it draws under this seed. It knows one dimension: the rack.
 * Throws a RangeError for a wish that it refuses.
 */
export function drawPlacement(
  brokers: readonly PlacedBroker[],
  rackDimension: string,
  topics: readonly TopicToPlace[],
  seed: string,
): PlacedPartition[] {
  const random = new RandomStreams(seed).stream('placement');
  const usable = brokers.map(({ id, domains }) => ({
    id,
    rack: domains[rackDimension] ?? null,
    fenced: false,
  }));
  return topics.flatMap(({ name, partitions, replicationFactor, minIsr }) => {
    const placement = placeReplicas(usable, partitions, replicationFactor, random);
    if ('error' in placement) throw new RangeError(`${name}: ${placement.error}`);
    return placement.map((replicas, partition) => ({ topic: name, partition, replicas, minIsr }));
  });
}
