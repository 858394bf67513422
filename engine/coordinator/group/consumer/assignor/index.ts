/**
 * Who gets which partitions: pure functions of members, subscriptions and the last target (`assignor/`, KIP-848).
 *
 * Invariants: every partition of a topic that somebody subscribes to has exactly one owner, and it subscribes to it.
 * `uniform`: with equal subscriptions loads differ by at most one, and only what must moves. `range`: equal topics are
 * cut alike. Racks are carried and not used, as in Kafka (KAFKA-15281).
 */
import type { PartitionAssignor } from './group-spec.ts';
import { rangeAssignor } from './range-assignor.ts';
import { uniformAssignor } from './uniform-assignor.ts';

export * from './group-spec.ts';
export { rangeAssignor, uniformAssignor };

const ASSIGNORS: readonly PartitionAssignor[] = [uniformAssignor, rangeAssignor];

/** The assignors that a configuration names, in its order; the first is the default. */
export function assignorsOf(configured: string): readonly PartitionAssignor[] {
  const named: PartitionAssignor[] = [];
  for (const name of configured.split(',')) {
    const known = ASSIGNORS.find((assignor) => assignor.name === name.trim());
    if (known !== undefined) named.push(known);
  }
  return named.length === 0 ? ASSIGNORS : named;
}
