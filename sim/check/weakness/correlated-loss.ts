import { seconds } from './delayed-end-txn.ts';
import { brokerName, lostAt, lostValueOf, partitionAt } from './lost-value.ts';
import type { Explanation, Weakness } from './weakness.ts';

/** Replicas keep what they acknowledge in memory: Kafka does not sync before it answers. */
export const correlatedLoss: Weakness = {
  id: 'power lost by all that were in sync',
  issue: 'KIP-966, log.flush.interval.messages',
  sentence: 'Every replica that was in sync lost power before it had written the value to its disk.',
  under: 'every configuration that does not flush each message; up to RF losses at once',
  recognisedBy:
    'each member of the ISR at the acknowledgement lost power after it, and its log came back without the value',
  excuses: false,
  explain(finding, run): Explanation | null {
    const lost = lostValueOf(finding);
    const partition = lost === null ? undefined : partitionAt(run, lost);
    if (lost === null || partition === undefined || partition.isr.length < 2) return null;
    const losses: { node: string; at: number }[] = [];
    for (const id of partition.isr) {
      const node = brokerName(id);
      const at = run.powerLosses(node).find((each) => each >= lost.ackedAt);
      const gone = lostAt(run, node, lost);
      if (at === undefined || gone === undefined || gone < at) return null;
      losses.push({ node, at });
    }
    const words = losses.map(({ at, node }) => `${node} at ${seconds(at)}`).join(', ');
    return { words: `all that were in sync lost power: ${words}`, evidence: { losses } };
  },
};
