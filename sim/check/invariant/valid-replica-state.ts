import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import { type ClusterShadow, METADATA_LOG } from '../shadow/cluster-shadow.ts';

/**
 * Vanlightly's `ValidReplicaState`: a role is the one that the metadata gives in its epoch, and a log is in order. Of
 * the metadata log only the order is judged: its roles are the quorum's.
 */
export class ValidReplicaState implements Invariant {
  readonly name = 'ValidReplicaState';
  readonly property =
    'A replica has the role that the metadata gives it in that leader epoch, its leader epoch never goes back while it lives, and the offsets and epochs of its log rise.';
  readonly facts = [
    'log appended',
    'replica became leader',
    'replica became follower',
    'log opened',
  ] as const;
  /** By node and log: the leader epoch of the role it has. */
  readonly #epochs = new Map<string, Map<string, number>>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    switch (fact.fact) {
      case 'log appended': {
        const { entries } = shadow.replica(node, fact.log);
        const i = entries.length - 2;
        if (i < 0) return;
        if (entries.lastOffset(i) >= fact.baseOffset || entries.leaderEpoch(i) > fact.leaderEpoch) {
          const place = `offset ${fact.baseOffset} of epoch ${fact.leaderEpoch}`;
          const last = `${entries.lastOffset(i)} of epoch ${entries.leaderEpoch(i)}`;
          this.#report(at, node, fact.log, `has appended ${place} behind ${last}`, report);
        }
        return;
      }
      case 'log opened':
        this.#epochs.get(node)?.delete(fact.log);
        return;
      case 'replica became leader':
        this.#judgeRole(at, node, fact.log, fact.leaderEpoch, node, shadow, report);
        return;
      case 'replica became follower': {
        const leader = fact.leader === -1 ? null : shadow.brokerNode(fact.leader);
        this.#judgeRole(at, node, fact.log, fact.leaderEpoch, leader, shadow, report);
        return;
      }
      default:
        return;
    }
  }

  onDown(node: string): void {
    this.#epochs.delete(node);
  }

  #judgeRole(
    at: number,
    node: string,
    log: string,
    leaderEpoch: number,
    leader: string | null,
    shadow: ClusterShadow,
    report: Report,
  ): void {
    let epochs = this.#epochs.get(node);
    if (epochs === undefined) this.#epochs.set(node, (epochs = new Map()));
    const before = epochs.get(log) ?? -1;
    epochs.set(log, leaderEpoch);
    if (log === METADATA_LOG) return;
    const partition = shadow.partitions.get(log);
    if (leaderEpoch < before)
      this.#report(at, node, log, `went back from leader epoch ${before} to ${leaderEpoch}`, report);
    if (partition === undefined || partition.leaderEpoch !== leaderEpoch) return;
    const given = partition.leader === -1 ? null : shadow.brokerNode(partition.leader);
    if (given !== leader)
      this.#report(
        at,
        node,
        log,
        `takes ${leader} as leader of epoch ${leaderEpoch}, which is ${given}`,
        report,
      );
  }

  #report(at: number, node: string, log: string, what: string, report: Report): void {
    report({ check: this.name, at, message: `${log}: ${node} ${what}`, evidence: { log, node } });
  }
}
