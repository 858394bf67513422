import { seconds } from './delayed-end-txn.ts';
import { brokerName, lostAt, lostValueOf, partitionAt } from './lost-value.ts';
import type { Explanation, Weakness } from './weakness.ts';

/** All of the in-sync replicas may be one. */
export const oneReplica: Weakness = {
  id: 'one in-sync replica is enough',
  issue: 'KIP-966, min.insync.replicas',
  sentence:
    'With acks=all the leader alone acknowledges once it is the only one in sync; what it then loses is gone.',
  under: 'min.insync.replicas 1, which is the default',
  recognisedBy: 'an ISR of one when the value was acknowledged, whose log was later without it',
  excuses: false,
  explain(finding, run): Explanation | null {
    const lost = lostValueOf(finding);
    const partition = lost === null ? undefined : partitionAt(run, lost);
    if (lost === null || partition === undefined || partition.isr.length !== 1) return null;
    const node = brokerName(partition.isr[0]!);
    const gone = lostAt(run, node, lost);
    if (gone === undefined) return null;
    return {
      words: `only ${node} was in sync when it was acknowledged, and its log was without it at ${seconds(gone)}`,
      evidence: { isr: partition.isr, gone },
    };
  },
};
