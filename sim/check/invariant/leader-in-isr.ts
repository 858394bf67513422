import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** hachikuji `LeaderInIsr`: who leads is in the set that it waits for, in its own eyes and in the controller's. */
export class LeaderInIsr implements Invariant {
  readonly name = 'LeaderInIsr';
  readonly property = 'A leader is a member of its own ISR, and of the one that the controller has for it.';
  readonly facts = ['isr changed', 'partition changed'] as const;

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact === 'partition changed') {
      if (fact.leader !== -1 && !fact.isr.includes(fact.leader))
        this.#report(at, fact.log, shadow.brokerNode(fact.leader), fact.isr, node, report);
    } else if (fact.fact === 'isr changed') {
      for (const id of fact.isr) if (shadow.brokerNode(id) === node) return;
      this.#report(at, fact.log, node, fact.isr, node, report);
    }
  }

  #report(at: number, log: string, leader: string, isr: readonly number[], by: string, report: Report): void {
    report({
      check: this.name,
      at,
      message: `${log}: ${leader} leads, but ${by} has [${isr}] as the ISR`,
      evidence: { log, leader, isr, by },
    });
  }
}
