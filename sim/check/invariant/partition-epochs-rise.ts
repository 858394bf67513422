import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow, PartitionShadow } from '../shadow/cluster-shadow.ts';

/**
 * The fences of the data plane: every change of a partition has a partition epoch of its own, and every new leader a
 * leader epoch (`PartitionChangeBuilder`). A topic made anew under an old name begins again at 0.
 */
export class PartitionEpochsRise implements Invariant {
  readonly name = 'PartitionEpochsRise';
  readonly property =
    'With each change of a partition its partition epoch rises, and with each change of leader its leader epoch.';
  readonly facts = ['partition changed'] as const;
  readonly #last = new Map<string, PartitionShadow>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'partition changed') return;
    const before = this.#last.get(fact.log);
    this.#last.set(fact.log, fact);
    if (before === undefined || fact.partitionEpoch === 0) return;
    const rises =
      fact.partitionEpoch > before.partitionEpoch &&
      fact.leaderEpoch >= before.leaderEpoch &&
      (fact.leader === before.leader || fact.leaderEpoch > before.leaderEpoch);
    // A controller that takes over tells once more what is.
    if (rises || isSame(before, fact)) return;
    report({
      check: this.name,
      at,
      message:
        `${fact.log}: ${node} leads from leader ${before.leader}, epochs ${before.leaderEpoch}/${before.partitionEpoch}, to ` +
        `leader ${fact.leader}, epochs ${fact.leaderEpoch}/${fact.partitionEpoch}`,
      evidence: {
        log: fact.log,
        controller: node,
        leaders: [before.leader, fact.leader],
        leaderEpochs: [before.leaderEpoch, fact.leaderEpoch],
        partitionEpochs: [before.partitionEpoch, fact.partitionEpoch],
      },
    });
  }
}

function isSame(a: PartitionShadow, b: PartitionShadow): boolean {
  return (
    a.leader === b.leader &&
    a.leaderEpoch === b.leaderEpoch &&
    a.partitionEpoch === b.partitionEpoch &&
    a.isr.length === b.isr.length &&
    a.isr.every((id, i) => id === b.isr[i])
  );
}
