import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/**
 * KIP-841: the metadata log never has a fenced, stopping or unregistered broker in an ISR (judged between its
 * batches).
 */
export class IsrIsActive implements Invariant {
  readonly name = 'IsrIsActive';
  readonly property = 'No fenced, stopping or unknown broker is in an ISR.';
  readonly facts = ['partition changed', 'broker changed'] as const;
  /** Partitions and brokers that changed in this step. */
  readonly #partitions = new Set<string>();
  #brokersChanged = false;

  onFact(_at: number, _node: string, fact: Fact): void {
    if (fact.fact === 'partition changed') this.#partitions.add(fact.log);
    else if (fact.fact === 'broker changed') {
      this.#brokersChanged = this.#brokersChanged || fact.fenced || fact.shuttingDown;
    }
  }

  onStepEnd(at: number, node: string, shadow: ClusterShadow, report: Report): void {
    if (this.#partitions.size === 0 && !this.#brokersChanged) return;
    const logs = this.#brokersChanged ? shadow.partitions.keys() : this.#partitions;
    for (const log of logs) this.#judge(at, node, log, shadow, report);
    this.#partitions.clear();
    this.#brokersChanged = false;
  }

  #judge(at: number, node: string, log: string, shadow: ClusterShadow, report: Report): void {
    const partition = shadow.partitions.get(log);
    if (partition === undefined) return;
    for (const id of partition.isr) {
      const broker = shadow.brokers.get(id);
      if (broker !== undefined && !broker.fenced && !broker.shuttingDown) continue;
      if (broker?.unfencedWhileStopping === true) continue;
      // An ISR of one that cannot be emptied is kept without ELR: the leader is then -1 (KIP-966).
      if (partition.leader === -1 && partition.isr.length === 1) continue;
      report({
        check: this.name,
        at,
        message: `${log}: broker ${id} is in the ISR [${partition.isr}] although it is ${broker === undefined ? 'not registered' : broker.fenced ? 'fenced' : 'stopping'}`,
        evidence: {
          log,
          broker: id,
          isr: partition.isr,
          controller: node,
          partitionEpoch: partition.partitionEpoch,
        },
      });
    }
  }
}
