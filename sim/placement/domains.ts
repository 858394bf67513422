/** A broker and where it stands: dimension to domain, such as `fault: fd0, update: ud2`. */
export interface PlacedBroker {
  readonly id: number;
  readonly domains: Readonly<Record<string, string>>;
}

export interface PlacedPartition {
  readonly topic: string;
  readonly partition: number;
  /** The first is the preferred leader. */
  readonly replicas: readonly number[];
  readonly minIsr: number;
}

/** One domain whose loss takes more replicas of a partition than it can miss. */
export interface DomainRisk {
  readonly topic: string;
  readonly partition: number;
  readonly dimension: string;
  readonly domain: string;
  /** The replicas in it. */
  readonly replicas: readonly number[];
  /** How many of them the partition can miss: RF - min ISR. */
  readonly allowed: number;
}

/** Every dimension in which some broker stands, in the order in which they are met. */
export function dimensionsOf(brokers: readonly PlacedBroker[]): string[] {
  return [...new Set(brokers.flatMap(({ domains }) => Object.keys(domains)))];
}

/** Replicas that may be missing without the partition refusing acks=all. */
export function allowedLosses({ replicas, minIsr }: PlacedPartition): number {
  return Math.max(0, replicas.length - minIsr);
}

/** What a loss of one domain would take too much of, partition by partition; empty: every one is survived. */
export function risksOf(
  brokers: readonly PlacedBroker[],
  partitions: readonly PlacedPartition[],
): DomainRisk[] {
  const places = new Map(brokers.map((broker) => [broker.id, broker]));
  const dimensions = dimensionsOf(brokers);
  return partitions.flatMap((partition) =>
    dimensions.flatMap((dimension) => risksIn(dimension, places, partition)),
  );
}

function risksIn(
  dimension: string,
  places: ReadonlyMap<number, PlacedBroker>,
  partition: PlacedPartition,
): DomainRisk[] {
  const allowed = allowedLosses(partition);
  const byDomain = new Map<string, number[]>();
  for (const id of partition.replicas) {
    const domain = places.get(id)?.domains[dimension];
    if (domain === undefined) continue;
    const together = byDomain.get(domain);
    if (together === undefined) byDomain.set(domain, [id]);
    else together.push(id);
  }
  return [...byDomain]
    .filter(([, replicas]) => replicas.length > allowed)
    .map(([domain, replicas]) => ({
      topic: partition.topic,
      partition: partition.partition,
      dimension,
      domain,
      replicas,
      allowed,
    }));
}

/** `orders-3: fault domain fd0 holds 2 of 3 replicas (1, 4), and the partition can miss 1`. */
export function describeRisk(
  { topic, partition, dimension, domain, replicas, allowed }: DomainRisk,
  replicationFactor: number,
): string {
  return (
    `${topic}-${partition}: ${dimension} domain ${domain} holds ${replicas.length} of ${replicationFactor} ` +
    `replicas (${replicas.join(', ')}), and the partition can miss ${allowed}`
  );
}
