import type { Fact } from '../../../engine/machine/index.ts';
import type { ClientFact, Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * What is below a high watermark never changes: two leaders never replicate different records at one offset, and a
 * consumer never reads a record that was not replicated.
 */
export class ConsistentRead implements Invariant {
  readonly name = 'ConsistentRead';
  readonly property =
    'What any leader had below its high watermark is what every replica has below its own, and every reader gets, for ever.';
  readonly facts = ['high watermark advanced'] as const;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'high watermark advanced' || fact.log === METADATA_LOG) return;
    const replica = shadow.replica(node, fact.log);
    const replicated = shadow.replicatedLog(fact.log);
    // A follower may serve what is below its own high watermark (KIP-392).
    const disagreement = fact.leader
      ? replicated.advance(replica, fact.highWatermark)
      : replicated.disagreementBelow(replica, Math.min(fact.highWatermark, replicated.end));
    if (disagreement === null) return;
    report({
      check: this.name,
      at,
      message:
        `${fact.log}: ${node} raised its high watermark to ${fact.highWatermark} over another record at offset ` +
        `${disagreement.recordOffset} than was replicated there before`,
      evidence: { log: fact.log, node, highWatermark: fact.highWatermark, ...disagreement },
    });
  }

  onClient(at: number, fact: ClientFact, shadow: ClusterShadow, report: Report): void {
    if (fact.kind !== 'read') return;
    const replicated = shadow.replicatedLog(fact.log);
    // It was fetched before every replica deleted it, by a client that is slow to look.
    if (fact.recordOffset < replicated.entries.forgottenTo) return;
    const known = replicated.at(fact.recordOffset);
    if (known !== undefined && known.leaderEpoch === fact.leaderEpoch) return;
    report({
      check: this.name,
      at,
      message:
        known === undefined
          ? `${fact.log}: ${fact.client} read offset ${fact.recordOffset}, which was never below a high watermark`
          : `${fact.log}: ${fact.client} read offset ${fact.recordOffset} of epoch ${fact.leaderEpoch}, but epoch ${known.leaderEpoch} was replicated there`,
      evidence: { ...fact, replicatedEpoch: known?.leaderEpoch ?? -1 },
    });
  }
}
