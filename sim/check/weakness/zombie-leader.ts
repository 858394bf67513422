import { seconds } from './delayed-end-txn.ts';
import { brokerName, lostAt, lostValueOf } from './lost-value.ts';
import type { Explanation, Weakness } from './weakness.ts';

/** Nothing in a Produce says whom the client takes for the leader, and in which epoch. */
export const zombieLeader: Weakness = {
  id: 'writes to a leader that is none any more',
  issue: 'KIP-359',
  sentence:
    'A leader that was replaced and has not heard of it takes writes with acks 0 and 1, and cuts them off when it hears.',
  under: 'acks 0 or 1: Produce carries no leader epoch',
  recognisedBy:
    'a value acknowledged after the controller had elected another leader, whose epoch began at or below it, and cut off by the one before',
  excuses: false,
  explain(finding, run): Explanation | null {
    const lost = lostValueOf(finding);
    if (lost === null) return null;
    const elections = run.elections(lost.log);
    for (let i = 1; i < elections.length; i++) {
      const before = elections[i - 1]!;
      const { at, leader, leaderEpoch } = elections[i]!;
      if (at > lost.ackedAt) return null;
      if (before.leader < 0 || before.leader === leader || leader < 0) continue;
      const start = run.leaderStart(lost.log, leaderEpoch);
      const cutAt = lostAt(run, brokerName(before.leader), lost);
      if (start < 0 || start > lost.recordOffset || cutAt === undefined) continue;
      return {
        words: `broker ${before.leader} acknowledged it in epoch ${before.leaderEpoch}, when broker ${leader} was leader of epoch ${leaderEpoch} since ${seconds(at)}, and cut it off at ${seconds(cutAt)}`,
        evidence: { zombie: before.leader, leaderEpoch: before.leaderEpoch, leader, at, cutAt },
      };
    }
    return null;
  },
};
