import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * hachikuji `WeakIsr`: whoever leads, rightly or not, everybody whom it waits for has what it calls replicated. A
 * member that a crash has shortened may be unknown to its leader for a while; the controller's view of it is judged by
 * LeaderCandidateCompleteness.
 */
export class WeakIsr implements Invariant {
  readonly name = 'WeakIsr';
  readonly property =
    "Every member of a leader's own ISR has the records below that leader's high watermark.";
  readonly facts = ['high watermark advanced'] as const;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'high watermark advanced' || !fact.leader || fact.log === METADATA_LOG) return;
    const leader = shadow.replica(node, fact.log);
    const last = leader.at(fact.highWatermark - 1);
    if (last === undefined) return;
    for (const id of leader.maximalIsr) {
      const member = shadow.brokerNode(id);
      if (member === node || shadow.states.get(member) !== 'RUNNING') continue;
      const replica = shadow.knownReplica(member, fact.log);
      // A reassignment has put it off, which its leader has yet to hear: it may have dropped its log at once.
      if (replica === undefined && isPutOff(id, fact.log, shadow)) continue;
      if (replica?.isShortened || (replica?.logStartOffset ?? 0) >= fact.highWatermark) continue;
      if (replica?.epochAt(last.lastOffset) === last.leaderEpoch) continue;
      report({
        check: this.name,
        at,
        message:
          `${fact.log}: ${node} raised its high watermark to ${fact.highWatermark} in epoch ${fact.leaderEpoch}, but ` +
          `${member} of its ISR [${leader.maximalIsr}] ends at ${replica?.logEndOffset ?? 0}, or has other records`,
        evidence: {
          log: fact.log,
          node,
          leaderEpoch: fact.leaderEpoch,
          highWatermark: fact.highWatermark,
          member,
          logEndOffset: replica?.logEndOffset ?? 0,
        },
      });
    }
  }
}

function isPutOff(broker: number, log: string, shadow: ClusterShadow): boolean {
  const partition = shadow.partitions.get(log);
  return partition !== undefined && !partition.replicas.includes(broker);
}
