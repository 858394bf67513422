import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * A new leader holds everything that was replicated before its epoch. An unclean election is a choice to lose, made by
 * configuration: it is counted as allowed by whoever reads `unclean` in the evidence.
 */
export class LeaderCompleteness implements Invariant {
  readonly name = 'LeaderCompleteness';
  readonly property =
    'A replica that becomes leader holds every record that was below any earlier high watermark.';
  readonly facts = ['replica became leader'] as const;
  /** The highest leader epoch judged, by log. */
  readonly #judged = new Map<string, number>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'replica became leader' || fact.log === METADATA_LOG) return;
    // A process that starts again takes up the last role that it reads in the metadata, before it is registered and
    // heard: that is no election.
    if (fact.leaderEpoch <= (this.#judged.get(fact.log) ?? -1)) return;
    this.#judged.set(fact.log, fact.leaderEpoch);
    const replicated = shadow.replicatedLog(fact.log);
    const replica = shadow.replica(node, fact.log);
    const disagreement = replicated.disagreementBelow(replica, replicated.end);
    if (disagreement === null) return;
    const unclean = shadow.partitions.get(fact.log)?.unclean === true;
    report({
      check: this.name,
      at,
      message:
        `${fact.log}: ${node} leads epoch ${fact.leaderEpoch} with ${replica.logEndOffset} as its log end, but records ` +
        `up to ${replicated.end} were replicated; the first that it lacks is at offset ${disagreement.recordOffset}`,
      evidence: {
        log: fact.log,
        node,
        leaderEpoch: fact.leaderEpoch,
        logEndOffset: replica.logEndOffset,
        replicatedEnd: replicated.end,
        unclean,
        ...disagreement,
      },
    });
  }
}
