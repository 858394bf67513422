import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * Raft 5.4.2, figure 8 (KAFKA-12619): that a majority has a record of an earlier epoch does not make it committed; a
 * later leader may still replace it. Only a record of the leader's own epoch, on a majority, commits what is before it.
 */
export class LeaderCommitsOwnEpoch implements Invariant {
  readonly name = 'LeaderCommitsOwnEpoch';
  readonly property =
    'A leader of the quorum tells as committed nothing before a record of its own epoch is.';
  readonly facts = ['quorum committed'] as const;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'quorum committed' || shadow.quorum.get(node)?.role !== 'leader') return;
    const last = shadow.replica(node, METADATA_LOG).at(fact.highWatermark - 1);
    if (last === undefined || last.leaderEpoch === fact.quorumEpoch) return;
    report({
      check: this.name,
      at,
      message: `${node} leads epoch ${fact.quorumEpoch} and tells offset ${last.lastOffset} of epoch ${last.leaderEpoch} as committed`,
      evidence: {
        node,
        quorumEpoch: fact.quorumEpoch,
        committedOffset: last.lastOffset,
        epoch: last.leaderEpoch,
      },
    });
  }
}
