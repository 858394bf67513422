import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

interface LeaderView {
  readonly node: string;
  readonly leaderEpoch: number;
  readonly maximalIsr: readonly number[];
}

/**
 * KIP-497: the set that a leader waits for contains the set from which the controller may elect. Otherwise the high
 * watermark passes a replica that can become leader without the records (kafka.md R22).
 */
export class ReplicationQuorumSuperset implements Invariant {
  readonly name = 'ReplicationQuorumSuperset';
  readonly property = "A leader's maximal ISR contains the controller's ISR of the same leader epoch.";
  readonly facts = ['isr changed', 'partition changed', 'replica became leader'] as const;
  readonly #views = new Map<string, LeaderView>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact === 'isr changed' || fact.fact === 'replica became leader') {
      const known = this.#views.get(fact.log);
      if (known !== undefined && known.leaderEpoch > fact.leaderEpoch) return;
      const maximalIsr = fact.fact === 'isr changed' ? fact.maximalIsr : fact.isr;
      this.#views.set(fact.log, { node, leaderEpoch: fact.leaderEpoch, maximalIsr });
      this.#judge(at, fact.log, shadow, report);
    } else if (fact.fact === 'partition changed') {
      this.#judge(at, fact.log, shadow, report);
    }
  }

  #judge(at: number, log: string, shadow: ClusterShadow, report: Report): void {
    const view = this.#views.get(log);
    const partition = shadow.partitions.get(log);
    if (view === undefined || partition === undefined || view.leaderEpoch !== partition.leaderEpoch) return;
    if (!shadow.replica(view.node, log).leader) return;
    const missing = partition.isr.filter((id) => !view.maximalIsr.includes(id));
    if (missing.length === 0) return;
    report({
      check: this.name,
      at,
      message: `${log}: ${view.node} waits for [${view.maximalIsr}] in epoch ${view.leaderEpoch}, but the controller's ISR is [${partition.isr}]`,
      evidence: { log, ...view, isr: partition.isr, missing },
    });
  }
}
