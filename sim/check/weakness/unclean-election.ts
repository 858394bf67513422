import { seconds } from './delayed-end-txn.ts';
import { lostValueOf } from './lost-value.ts';
import type { Explanation, Weakness } from './weakness.ts';

/** Availability before durability: somebody leads who does not have everything. */
export const uncleanElection: Weakness = {
  id: 'unclean election',
  issue: 'KIP-106, KIP-966',
  sentence: 'A replica that did not have everything was made leader, and what it lacked is gone.',
  under: 'unclean.leader.election.enable, election of a last known leader, a forced recovery',
  recognisedBy:
    'an election that the controller recorded as unclean, after the value was acknowledged, of a leader that began at or below the value’s offset',
  excuses: false,
  explain(finding, run): Explanation | null {
    const lost = lostValueOf(finding);
    if (lost === null) return null;
    for (const { at, leader, leaderEpoch, unclean } of run.elections(lost.log)) {
      if (!unclean || at < lost.ackedAt) continue;
      const start = run.leaderStart(lost.log, leaderEpoch);
      if (start < 0 || start > lost.recordOffset) continue;
      return {
        words: `broker ${leader} was elected uncleanly at ${seconds(at)}, and its epoch ${leaderEpoch} began at offset ${start}`,
        evidence: { leader, leaderEpoch, start, at },
      };
    }
    return null;
  },
};
