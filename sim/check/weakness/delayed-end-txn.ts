import { topicOfLog } from '../../../engine/log/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClientTransaction } from './client-transaction.ts';
import { passedOver } from './passed-over.ts';
import type { Decision, EndTxnSent, RunWitness } from './run-witness.ts';
import type { Explanation, Weakness } from './weakness.ts';

/** A decision that struck a transaction whose application had not asked for it. */
interface Strike {
  readonly decision: Decision;
  readonly struck: ClientTransaction;
  /** What decided it: sent before it had begun, and delivered when it was open. */
  readonly late: EndTxnSent;
  /** The earlier transaction of the same producer and epoch that it was sent for. */
  readonly meant: ClientTransaction;
}

/**
 * An EndTxn that the network held up says producer and epoch, and no more: while an epoch serves for many transactions
 * it decides whichever is open when it arrives.
 *
 *     client        commit T1 ....... (time-out, asks again: done) begin T2, half of its records
 *     coordinator           T1 committed                                       EndTxn of T1 arrives: T2 committed
 */
export const delayedEndTxn: Weakness = {
  id: 'delayed EndTxn decides another transaction',
  issue: 'KAFKA-17754, KIP-890',
  sentence:
    'An EndTxn that was held up in the network ends a later transaction of the same producer, when only a part of it is written.',
  under: 'transaction.version 0 and 1, where the transactions of a producer share an epoch',
  recognisedBy:
    'an EndTxn that was sent for one transaction and delivered when the next of that producer and epoch was open, which had not asked for this end and got it',
  excuses: true,
  explain(finding, run): Explanation | null {
    const strikes = run.once('strikes', () => strikesOf(run));
    const passed = passedOver(finding, run);
    if (passed !== null) {
      const aborts = passed.map(({ id }) => abortOf(run.senderOf(id), strikes));
      const [first] = aborts;
      if (first === undefined || aborts.includes(undefined)) return null;
      return explanation(`${passed.length} values that were passed over were aborted`, first);
    }
    for (const strike of strikes) {
      const words = struckBy(finding, strike, run);
      if (words !== null) return explanation(words, strike);
    }
    return null;
  },
};

function explanation(words: string, strike: Strike): Explanation {
  const { late, meant, struck } = strike;
  const end = late.isCommit ? 'commit' : 'abort';
  return {
    words: `${words}: the ${end} that ${late.client} sent at ${seconds(late.sentAt)} for transaction ${meant.number} came at ${seconds(late.deliveredAt)}, when transaction ${struck.number} of ${struck.transactionalId} was open since ${seconds(struck.beganAt)} and had not asked for it`,
    evidence: { ...strike },
  };
}

function abortOf(sender: ClientTransaction | null, strikes: readonly Strike[]): Strike | undefined {
  return strikes.find(({ decision, struck }) => struck === sender && !decision.isCommit);
}

function strikesOf(run: RunWitness): Strike[] {
  const byEpoch = new Map<string, ClientTransaction[]>();
  for (const transaction of run.transactions) {
    const key = epochOf(transaction);
    const own = byEpoch.get(key);
    if (own === undefined) byEpoch.set(key, [transaction]);
    else own.push(transaction);
  }
  const strikes: Strike[] = [];
  for (const decision of run.decisions) {
    const own = byEpoch.get(epochOf(decision)) ?? [];
    const struck = own.find((each) => isOpen(each, decision.at) && !hasAsked(each, decision));
    if (struck === undefined) continue;
    const late = run.endTxns.find(
      (each) =>
        epochOf(each) === epochOf(decision) &&
        each.isCommit === decision.isCommit &&
        each.sentAt < struck.beganAt &&
        struck.beganAt < each.deliveredAt &&
        each.deliveredAt <= decision.at,
    );
    const meant = late === undefined ? undefined : own.find((each) => isOpen(each, late.sentAt));
    if (late !== undefined && meant !== undefined) strikes.push({ decision, late, meant, struck });
  }
  return strikes;
}

function epochOf({
  producerEpoch,
  producerId,
  transactionalId,
}: Decision | ClientTransaction | EndTxnSent): string {
  return `${producerId} ${producerEpoch} ${transactionalId}`;
}

function isOpen({ beganAt, endedAt }: ClientTransaction, at: number): boolean {
  return beganAt < at && (endedAt < 0 || at <= endedAt);
}

/** Had the application asked this transaction to end so by then? */
function hasAsked({ abortAskedAt, commitAskedAt }: ClientTransaction, { at, isCommit }: Decision): boolean {
  const askedAt = isCommit ? commitAskedAt : abortAskedAt;
  return askedAt >= 0 && askedAt <= at;
}

/** How the finding is about the transaction that was struck, in words; null: it is about something else. */
function struckBy({ check, evidence }: Violation, { struck }: Strike, run: RunWitness): string | null {
  const { id, log, producerId, source, topic, transactionalId, transactions } = evidence;
  if (typeof id === 'number' && run.senderOf(id) === struck)
    return `value ${id} is of transaction ${struck.number}`;
  if (Array.isArray(transactions) && transactions.includes(struck.number))
    return `transaction ${struck.number} is in the circle`;
  if (check === 'ExactlyOnce' && typeof source === 'number' && run.polledFor(struck).has(source))
    return `record ${source} was read for transaction ${struck.number}`;
  if (check === 'ExactTotals' && typeof topic === 'string' && wroteTo(struck, topic, run))
    return `transaction ${struck.number} wrote to ${topic}`;
  const isOfProducer = transactionalId === struck.transactionalId || producerId === struck.producerId;
  if (isOfProducer && STATE_CHECKS.has(check))
    return `${check} is about its producer${log === undefined ? '' : ` in ${String(log)}`}`;
  return null;
}

/** What the brokers' own view of a producer breaks by when another transaction is ended than was meant. */
const STATE_CHECKS: ReadonlySet<string> = new Set(['OneOutcome', 'NoHangingTransaction', 'CommittedReads']);

function wroteTo(struck: ClientTransaction, topic: string, run: RunWitness): boolean {
  for (const { transaction, writes } of run.history.sends)
    if (transaction === struck.number && writes.some(({ log }) => topicOfLog(log) === topic)) return true;
  return false;
}

export function seconds(us: number): string {
  return `${(us / 1e6).toFixed(6)} s`;
}
