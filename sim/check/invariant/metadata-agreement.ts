import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/** Raft's State Machine Safety: what one node took as committed is what every node has there, leaders included. */
export class MetadataAgreement implements Invariant {
  readonly name = 'MetadataAgreement';
  readonly property =
    'Metadata that one node has seen committed is the same on every node, and no leader lacks it.';
  readonly facts = ['quorum committed', 'quorum role changed'] as const;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    const replica = shadow.replica(node, METADATA_LOG);
    const replicated = shadow.replicatedLog(METADATA_LOG);
    let disagreement = null;
    if (fact.fact === 'quorum committed') {
      disagreement = replicated.advance(replica, Math.min(fact.highWatermark, replica.logEndOffset));
    } else if (fact.fact === 'quorum role changed' && fact.role === 'leader') {
      disagreement = replicated.disagreementBelow(replica, replicated.end);
    }
    if (disagreement === null) return;
    report({
      check: this.name,
      at,
      message: `${node} disagrees with the committed metadata at offset ${disagreement.recordOffset}`,
      evidence: { node, after: fact.fact, ...disagreement },
    });
  }
}
