import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/** A leader epoch of a partition belongs to one broker. */
export class OneLeaderPerEpoch implements Invariant {
  readonly name = 'OneLeaderPerEpoch';
  readonly property = 'No two brokers ever lead a partition in the same leader epoch.';
  readonly facts = ['replica became leader'] as const;
  readonly #leaders = new Map<string, string>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    if (fact.fact !== 'replica became leader') return;
    const key = `${fact.log} ${fact.leaderEpoch}`;
    const other = this.#leaders.get(key);
    if (other === undefined) this.#leaders.set(key, node);
    else if (other !== node) {
      report({
        check: this.name,
        at,
        message: `${fact.log}: both ${other} and ${node} lead epoch ${fact.leaderEpoch}`,
        evidence: { log: fact.log, leaderEpoch: fact.leaderEpoch, nodes: [other, node] },
      });
    }
  }
}
