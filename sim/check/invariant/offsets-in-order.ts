import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** `logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset`; how far a log is stable is told now and then. */
export class OffsetsInOrder implements Invariant {
  readonly name = 'OffsetsInOrder';
  readonly property = 'logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset on every replica.';
  readonly facts = [
    'log opened',
    'log appended',
    'log truncated',
    'log restarted',
    'log start advanced',
    'high watermark advanced',
  ] as const;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (!('log' in fact)) return;
    const replica = shadow.replica(node, fact.log);
    const { logStartOffset, highWatermark, logEndOffset } = replica;
    const said = fact.fact === 'log appended' ? fact.lastOffset + 1 : logEndOffset;
    const stable = fact.fact === 'high watermark advanced' ? fact.lastStableOffset : highWatermark;
    const inOrder = logStartOffset <= stable && stable <= highWatermark && highWatermark <= logEndOffset;
    if (inOrder && said === logEndOffset) return;
    report({
      check: this.name,
      at,
      message: `${fact.log} on ${node}: log start ${logStartOffset}, stable up to ${stable}, high watermark ${highWatermark}, log end ${logEndOffset}`,
      evidence: { log: fact.log, node, logStartOffset, highWatermark, logEndOffset, after: fact.fact },
    });
  }
}
