import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { BatchPlace } from '../shadow/batch-places.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * `RaftEventSimulationTest.MajorityReachedHighWatermark` and, for ever after, Vanlightly's `Durability` and
 * `AckedValueNotLost`: what the quorum committed is in the logs of a majority of its voters. A voter syncs before it
 * acknowledges, so that no crash excuses anybody.
 */
export class MajorityReachedHighWatermark implements Invariant {
  readonly name = 'MajorityReachedHighWatermark';
  readonly property =
    'A majority of the voters has every record of the metadata log that was ever committed.';
  readonly facts = ['quorum committed', 'log truncated', 'log opened', 'log restarted'] as const;

  /** The voters of the leader that last committed: a later set counts for what is committed under it (KIP-853). */
  #electorate: ReadonlySet<string> | null = null;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact === 'quorum committed') {
      if (shadow.quorum.get(node)?.role === 'leader') this.#electorate = shadow.votersFor(node);
      const last = shadow.replica(node, METADATA_LOG).at(fact.highWatermark - 1);
      if (last !== undefined) this.#judge(at, node, last, shadow, report);
    } else if ('log' in fact && fact.log === METADATA_LOG && shadow.votersFor(node).has(node)) {
      const last = shadow.replicated.get(METADATA_LOG)?.last();
      if (last !== undefined) this.#judge(at, node, last, shadow, report);
    }
  }

  #judge(at: number, node: string, last: BatchPlace, shadow: ClusterShadow, report: Report): void {
    const without: string[] = [];
    const electorate = this.#electorate ?? shadow.votersFor(node);
    for (const voter of electorate) {
      const replica = shadow.knownReplica(voter, METADATA_LOG);
      if (replica === undefined) without.push(voter);
      else if (replica.logStartOffset > last.lastOffset) continue;
      else if (replica.epochAt(last.lastOffset) !== last.leaderEpoch) without.push(voter);
    }
    const voters = electorate.size;
    if (voters === 0 || voters - without.length > voters >> 1) return;
    report({
      check: this.name,
      at,
      message: `offset ${last.lastOffset} of epoch ${last.leaderEpoch} is committed, but ${without.join(', ')} of ${voters} voters do not have it`,
      evidence: { node, committedOffset: last.lastOffset, epoch: last.leaderEpoch, without, voters },
    });
  }
}
