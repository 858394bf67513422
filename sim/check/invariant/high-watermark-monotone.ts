import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** Within one leader epoch a leader's high watermark never goes back. */
export class HighWatermarkMonotone implements Invariant {
  readonly name = 'HighWatermarkMonotone';
  readonly property = "Within a leader epoch the leader's high watermark only grows.";
  readonly facts = ['high watermark advanced', 'replica became leader'] as const;
  /** By log: the epoch and the highest seen in it. */
  readonly #highest = new Map<string, { leaderEpoch: number; highWatermark: number }>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'high watermark advanced' && fact.fact !== 'replica became leader') return;
    if (fact.fact === 'high watermark advanced' && !fact.leader) return;
    const highest = this.#highest.get(fact.log);
    if (highest === undefined || fact.leaderEpoch > highest.leaderEpoch) {
      this.#highest.set(fact.log, { leaderEpoch: fact.leaderEpoch, highWatermark: fact.highWatermark });
      return;
    }
    if (fact.leaderEpoch < highest.leaderEpoch) return;
    if (fact.highWatermark < highest.highWatermark) {
      report({
        check: this.name,
        at,
        message: `${fact.log}: ${node} went back from ${highest.highWatermark} to ${fact.highWatermark} in leader epoch ${fact.leaderEpoch}`,
        evidence: {
          log: fact.log,
          node,
          from: highest.highWatermark,
          to: fact.highWatermark,
          leaderEpoch: fact.leaderEpoch,
        },
      });
    }
    highest.highWatermark = Math.max(highest.highWatermark, fact.highWatermark);
  }
}
