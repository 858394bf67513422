import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** `RaftEventSimulationTest.MonotonicHighWatermark`: what the quorum's leaders tell of what is committed only grows. */
export class MonotonicHighWatermark implements Invariant {
  readonly name = 'MonotonicHighWatermark';
  readonly property = 'No leader of the quorum has a lower high watermark than a leader before it had.';
  readonly facts = ['quorum committed'] as const;
  #highest = { node: '', quorumEpoch: -1, highWatermark: -1 };

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'quorum committed' || shadow.quorum.get(node)?.role !== 'leader') return;
    const { quorumEpoch, highWatermark } = fact;
    const before = this.#highest;
    // A leader that was replaced may learn late of what had been committed in its time.
    if (quorumEpoch < before.quorumEpoch) return;
    this.#highest = { node, quorumEpoch, highWatermark: Math.max(highWatermark, before.highWatermark) };
    if (highWatermark >= before.highWatermark) return;
    report({
      check: this.name,
      at,
      message: `${node} leads epoch ${quorumEpoch} with high watermark ${highWatermark}; ${before.node} had ${before.highWatermark} in epoch ${before.quorumEpoch}`,
      evidence: { node, quorumEpoch, highWatermark, before },
    });
  }
}
