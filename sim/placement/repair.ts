import { allowedLosses, dimensionsOf, type PlacedBroker, type PlacedPartition, risksOf } from './domains.ts';

export interface Repair {
  /** Partitions that move, as they should stand; the others stay as they are. */
  readonly moved: readonly PlacedPartition[];
  /** Partitions that no set of these brokers could hold safely. */
  readonly impossible: readonly { readonly partition: PlacedPartition; readonly reason: string }[];
}

/**
 * The fewest replicas moved, partition by partition, until no single loss takes too much. Replicas that stay keep their
 * order, and with it the preferred leader; of brokers that would do, the one with the fewest replicas is taken.
 */
export function repairPlacement(
  brokers: readonly PlacedBroker[],
  partitions: readonly PlacedPartition[],
): Repair {
  const load = new Map(brokers.map(({ id }) => [id, 0]));
  for (const { replicas } of partitions) for (const id of replicas) load.set(id, (load.get(id) ?? 0) + 1);
  const moved: PlacedPartition[] = [];
  const impossible: Repair['impossible'][number][] = [];
  for (const partition of partitions) {
    if (risksOf(brokers, [partition]).length === 0) continue;
    const replicas = safeReplicas(brokers, partition, load);
    if (replicas === null) {
      impossible.push({ partition, reason: whyImpossible(brokers, partition) });
      continue;
    }
    for (const id of partition.replicas) load.set(id, load.get(id)! - 1);
    for (const id of replicas) load.set(id, load.get(id)! + 1);
    moved.push({ ...partition, replicas });
  }
  return { moved, impossible };
}

/** The replicas of one partition with as few changes as there can be; null when no set of brokers is safe. */
function safeReplicas(
  brokers: readonly PlacedBroker[],
  partition: PlacedPartition,
  load: ReadonlyMap<number, number>,
): readonly number[] | null {
  const { replicas } = partition;
  const others = brokers
    .filter(({ id }) => !replicas.includes(id))
    .sort((a, b) => load.get(a.id)! - load.get(b.id)! || a.id - b.id);
  const known = new Map(brokers.map((broker) => [broker.id, broker]));
  const current = replicas.map((id) => known.get(id)).filter((broker) => broker !== undefined);
  for (let changes = 0; changes <= replicas.length; changes++) {
    const pools = [
      { brokers: current, count: replicas.length - changes },
      { brokers: others, count: changes },
    ];
    const found = new Search(dimensionsOf(brokers), allowedLosses(partition), pools).find();
    if (found !== null) return found.map(({ id }) => id);
  }
  return null;
}

interface Pool {
  readonly brokers: readonly PlacedBroker[];
  /** How many of them are to be chosen. */
  readonly count: number;
}

/** Chooses from pools in their order, without overfilling a domain. */
class Search {
  readonly #dimensions: readonly string[];
  readonly #allowed: number;
  readonly #pools: readonly Pool[];
  readonly #chosen: PlacedBroker[] = [];

  constructor(dimensions: readonly string[], allowed: number, pools: readonly Pool[]) {
    this.#dimensions = dimensions;
    this.#allowed = allowed;
    this.#pools = pools;
  }

  /** The first choice that fits, trying brokers of pool `at` from `from` on; null when there is none. */
  find(at = 0, from = 0, taken = 0): readonly PlacedBroker[] | null {
    const pool = this.#pools[at];
    if (pool === undefined) return this.#chosen;
    if (taken === pool.count) return this.find(at + 1);
    for (let i = from; i + pool.count - taken <= pool.brokers.length; i++) {
      const broker = pool.brokers[i]!;
      if (!this.#fits(broker)) continue;
      this.#chosen.push(broker);
      const found = this.find(at, i + 1, taken + 1);
      if (found !== null) return found;
      this.#chosen.pop();
    }
    return null;
  }

  #fits({ domains }: PlacedBroker): boolean {
    return this.#dimensions.every((dimension) => {
      const domain = domains[dimension];
      if (domain === undefined) return true;
      let there = 0;
      for (const chosen of this.#chosen) if (chosen.domains[dimension] === domain) there++;
      return there < this.#allowed;
    });
  }
}

function whyImpossible(brokers: readonly PlacedBroker[], partition: PlacedPartition): string {
  const { minIsr, replicas } = partition;
  const allowed = allowedLosses(partition);
  const wish = `${replicas.length} replicas with min.insync.replicas ${minIsr}`;
  if (allowed === 0)
    return `${wish} can miss none: lower min.insync.replicas or raise the replication factor`;
  if (replicas.length > brokers.length)
    return `${wish} need as many brokers, and there are ${brokers.length}`;
  const needed = Math.ceil(replicas.length / allowed);
  for (const dimension of dimensionsOf(brokers)) {
    const there = new Set(brokers.map(({ domains }) => domains[dimension])).size;
    if (there < needed)
      return `${wish} need ${needed} ${dimension} domains, and there are ${there}: add one, or raise the replication factor`;
  }
  return `${wish}: no set of these brokers spreads over all dimensions at once; add a broker where domains cross`;
}
