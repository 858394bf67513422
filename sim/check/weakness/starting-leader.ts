import type { Violation } from '../../result/index.ts';
import { seconds } from './delayed-end-txn.ts';
import type { RunWitness } from './run-witness.ts';
import type { Explanation, Weakness } from './weakness.ts';

/** Of a broker that is not, or not any more, one that clients and followers reach. */
const STARTING: ReadonlySet<string> = new Set(['NOT_RUNNING', 'STARTING', 'RECOVERY']);

/**
 * A broker that is back after a power loss applies the metadata that it finds before it is registered. As long as the
 * session of its former self lasts, it is leader there, in the epoch of before: nobody reaches it, but its
 * coordinators write for themselves, such as the end of a transaction that took too long. Offsets of that epoch are
 * taken twice, and a truncation by epochs does not see it.
 *
 *     b3   epoch 0   24 25 26   [loses power and 26]   26'   registered, follows: epoch 0 ends at 27 here too
 *     b4             24 25 26                               epoch 1   27 28 ...
 */
export const startingLeader: Weakness = {
  id: 'leader of before its restart writes on',
  issue: 'BrokerServer.startup, BrokerMetadataPublisher.onMetadataUpdate',
  sentence:
    'A broker that lost the end of its log writes on in its former epoch before it is registered again: offsets of that epoch are taken twice.',
  under: 'every version: metadata is applied, and coordinators are started, before the broker is registered',
  recognisedBy:
    'a batch that a leader, whose log had come back shorter, wrote in its former epoch before its broker was running, where that epoch had another; of what follows, that the difference stands in that partition and epoch',
  excuses: true,
  explain(finding, run): Explanation | null {
    const taken = takenTwice(finding, run) ?? followed(finding, run);
    if (taken === null) return null;
    const { at, leaderEpoch, node, recordOffset, since } = taken;
    return {
      words: `${node}, back since ${seconds(since)} and not running yet, wrote offset ${recordOffset} in its former epoch ${leaderEpoch} at ${seconds(at)}`,
      evidence: { taken },
    };
  },
};

interface TakenTwice {
  readonly at: number;
  readonly node: string;
  readonly log: string;
  readonly leaderEpoch: number;
  readonly recordOffset: number;
  /** When its log was opened anew. */
  readonly since: number;
}

/** The write itself. */
function takenTwice({ at, check, evidence }: Violation, run: RunWitness): TakenTwice | null {
  const { baseOffset, leaderEpoch, log, nodes } = evidence;
  if (check !== 'EpochOffsetUnique' || typeof log !== 'string' || !Array.isArray(nodes)) return null;
  if (typeof baseOffset !== 'number' || typeof leaderEpoch !== 'number') return null;
  const node = String(nodes[1]);
  if (!STARTING.has(run.brokerState(node, at))) return null;
  const opened = run.cuts(log).findLast((cut) => cut.node === node && cut.at <= at);
  if (opened === undefined || opened.to > baseOffset) return null;
  const reigns = run.reigns(log).filter((each) => each.node === node && each.leaderEpoch === leaderEpoch);
  const isAgain =
    reigns.some((each) => each.at < opened.at) &&
    reigns.some((each) => each.at >= opened.at && each.at <= at);
  return isAgain ? { at, node, log, leaderEpoch, recordOffset: baseOffset, since: opened.at } : null;
}

/** What is found later of the two that stand at one place. */
function followed({ at, check, evidence }: Violation, run: RunWitness): TakenTwice | null {
  const { log, offsetBefore, recordOffset } = evidence;
  const place = check === 'ReplicasIdentical' ? recordOffset : offsetBefore;
  if (check !== 'ReplicasIdentical' && check !== 'TransactionStates') return null;
  for (const other of run.findings) {
    const taken = takenTwice(other, run);
    if (taken === null || taken.log !== log || taken.at > at || typeof place !== 'number') continue;
    const next = run.reigns(taken.log).find((each) => each.leaderEpoch > taken.leaderEpoch);
    const end = next === undefined ? Infinity : run.leaderStart(taken.log, next.leaderEpoch);
    if (place >= taken.recordOffset && place < end) return taken;
  }
  return null;
}
