import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** Raft's Election Safety for the metadata quorum. */
export class QuorumElectionSafety implements Invariant {
  readonly name = 'QuorumElectionSafety';
  readonly property = 'At most one controller leads the quorum in an epoch.';
  readonly facts = ['quorum role changed'] as const;
  readonly #leaders = new Map<number, string>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'quorum role changed' || fact.role !== 'leader') return;
    const other = this.#leaders.get(fact.quorumEpoch);
    if (other === undefined) this.#leaders.set(fact.quorumEpoch, node);
    else if (other !== node) {
      report({
        check: this.name,
        at,
        message: `both ${other} and ${node} lead quorum epoch ${fact.quorumEpoch}`,
        evidence: { quorumEpoch: fact.quorumEpoch, nodes: [other, node] },
      });
    }
  }
}
