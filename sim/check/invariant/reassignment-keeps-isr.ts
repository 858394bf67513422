import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

interface Assignment {
  readonly replicas: readonly number[];
  /** What it was before a reassignment began; itself while none is under way. */
  readonly original: readonly number[];
}

/**
 * KIP-455, KAFKA-15665 and KAFKA-19975: a reassignment takes nobody out before those whom it adds are in sync, and one
 * that leaves fewer replicas than there were takes nobody out before all that stay are.
 *
 *     [0,1,2] -> [1,2,3], ISR [0,3]              ends: 3 is in, and as many replicas stay
 *     [0,1,2,3,4] -> [2,3,4,5], ISR [0,1,5]      waits for 2, 3 and 4: the ISR would be [5] alone
 */
export class ReassignmentKeepsIsr implements Invariant {
  readonly name = 'ReassignmentKeepsIsr';
  readonly property =
    'When a reassignment ends, all replicas that it added are in the ISR, and all that stay if there are fewer than before.';
  readonly facts = ['partition changed'] as const;
  readonly #assignments = new Map<string, Assignment>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'partition changed') return;
    const { log, replicas, isr } = fact;
    const before = this.#assignments.get(log);
    if (before === undefined || fact.partitionEpoch === 0) {
      this.#assignments.set(log, { replicas, original: replicas });
      return;
    }
    if (isSubset(before.replicas, replicas)) {
      // The same, or on the way: the new ones stand beside the old ones.
      if (replicas.length > before.replicas.length)
        this.#assignments.set(log, { replicas, original: before.original });
      return;
    }
    this.#assignments.set(log, { replicas, original: replicas });
    const { original } = before;
    const needed =
      replicas.length < original.length ? replicas : replicas.filter((id) => !original.includes(id));
    const missing = needed.filter((id) => !isr.includes(id));
    if (missing.length === 0) return;
    report({
      check: this.name,
      at,
      message: `${log}: the reassignment from [${original}] to [${replicas}] ended although ${missing.join(', ')} are not in the ISR [${isr}]`,
      evidence: { log, controller: node, original, replicas, isr, missing },
    });
  }
}

function isSubset(part: readonly number[], whole: readonly number[]): boolean {
  return part.every((id) => whole.includes(id));
}
