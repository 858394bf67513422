import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/**
 * Raft's Election Safety for the metadata quorum. The second life of a process is another leader: it may have lost what
 * the first wrote in that epoch (KAFKA-10527).
 */
export class QuorumElectionSafety implements Invariant {
  readonly name = 'QuorumElectionSafety';
  readonly property = 'At most one controller leads the quorum in an epoch, and none leads it twice.';
  readonly facts = ['quorum role changed'] as const;
  readonly #leaders = new Map<number, string>();
  /** Where a leader's process has ended since. */
  readonly #ended = new Set<string>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'quorum role changed' || fact.role !== 'leader') return;
    const other = this.#leaders.get(fact.quorumEpoch);
    if (other === undefined) {
      this.#leaders.set(fact.quorumEpoch, node);
      this.#ended.delete(node);
    } else if (other !== node || this.#ended.has(node)) {
      report({
        check: this.name,
        at,
        message:
          other === node
            ? `${node} leads quorum epoch ${fact.quorumEpoch} once more after a restart`
            : `both ${other} and ${node} lead quorum epoch ${fact.quorumEpoch}`,
        evidence: { quorumEpoch: fact.quorumEpoch, nodes: [other, node] },
      });
    }
  }

  onDown(node: string): void {
    this.#ended.add(node);
  }
}
