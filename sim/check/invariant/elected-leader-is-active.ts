import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/**
 * Nobody is elected who is fenced, stopping or unknown at that moment (judged between the batches of the metadata log),
 * not even uncleanly.
 */
export class ElectedLeaderIsActive implements Invariant {
  readonly name = 'ElectedLeaderIsActive';
  readonly property = 'A broker that is made leader is registered, not fenced, and not shutting down.';
  readonly facts = ['partition changed'] as const;
  readonly #leaders = new Map<string, number>();
  /** Partitions with a new leader in this step. */
  readonly #elected = new Set<string>();

  onFact(_at: number, _node: string, fact: Fact): void {
    if (fact.fact !== 'partition changed') return;
    const before = this.#leaders.get(fact.log);
    this.#leaders.set(fact.log, fact.leader);
    if (fact.leader !== -1 && before !== fact.leader) this.#elected.add(fact.log);
  }

  onStepEnd(at: number, node: string, shadow: ClusterShadow, report: Report): void {
    if (this.#elected.size === 0) return;
    for (const log of this.#elected) {
      const partition = shadow.partitions.get(log);
      if (partition === undefined) continue;
      const { leader, leaderEpoch } = partition;
      const broker = shadow.brokers.get(leader);
      if (leader === -1 || (broker !== undefined && !broker.fenced && !broker.shuttingDown)) continue;
      if (broker?.unfencedWhileStopping === true) continue;
      const state = broker === undefined ? 'not registered' : broker.fenced ? 'fenced' : 'stopping';
      report({
        check: this.name,
        at,
        message: `${log}: broker ${leader} was made leader of epoch ${leaderEpoch} although it is ${state}`,
        evidence: { log, leader, leaderEpoch, controller: node, state },
      });
    }
    this.#elected.clear();
  }
}
