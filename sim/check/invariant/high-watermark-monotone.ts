import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/**
 * Within one leader epoch a leader's high watermark never goes back, as long as its process lives. A leader that
 * restarts before the controller noticed takes the same epoch once more from its checkpoint, which may be five
 * seconds old; nobody sees it, for its listener stays closed until it is unfenced, and by then another epoch has
 * begun.
 */
export class HighWatermarkMonotone implements Invariant {
  readonly name = 'HighWatermarkMonotone';
  readonly property = "Within a leader epoch the leader's high watermark only grows while its process lives.";
  readonly facts = ['high watermark advanced', 'replica became leader', 'log opened'] as const;
  /** By log: the epoch, who leads in it, and the highest seen in it. */
  readonly #highest = new Map<string, { node: string; leaderEpoch: number; highWatermark: number }>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact === 'log opened') {
      if (this.#highest.get(fact.log)?.node === node) this.#highest.delete(fact.log);
      return;
    }
    if (fact.fact !== 'high watermark advanced' && fact.fact !== 'replica became leader') return;
    if (fact.fact === 'high watermark advanced' && !fact.leader) return;
    const highest = this.#highest.get(fact.log);
    if (highest === undefined || fact.leaderEpoch > highest.leaderEpoch) {
      const { leaderEpoch, highWatermark } = fact;
      this.#highest.set(fact.log, { node, leaderEpoch, highWatermark });
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
