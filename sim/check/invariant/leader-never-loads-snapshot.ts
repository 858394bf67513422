import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * `RaftEventSimulationTest.LeaderNeverLoadSnapshot`: who leads has everything, so nothing of what it decided from can be
 * replaced under it.
 */
export class LeaderNeverLoadsSnapshot implements Invariant {
  readonly name = 'LeaderNeverLoadSnapshot';
  readonly property = 'A leader of the quorum never replaces its log by a snapshot.';
  readonly facts = ['log restarted'] as const;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'log restarted' || fact.log !== METADATA_LOG) return;
    const place = shadow.quorum.get(node);
    if (place?.role !== 'leader') return;
    report({
      check: this.name,
      at,
      message: `${node} leads epoch ${place.quorumEpoch} and starts its log over at ${fact.logStartOffset}`,
      evidence: { node, quorumEpoch: place.quorumEpoch, logStartOffset: fact.logStartOffset },
    });
  }
}
