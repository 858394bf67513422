import type { Explanation, Weakness } from './weakness.ts';

/** A marker that was held up ends whatever its producer has open when it arrives. */
export const lateMarker: Weakness = {
  id: 'late marker ends the next transaction',
  issue: 'KIP-1228, KAFKA-19446',
  sentence: 'A marker that was held up ends the next transaction of its producer in that partition.',
  under: 'transaction.version 0 and 1, where the transactions of a producer share an epoch',
  recognisedBy: 'a marker of the decided epoch, after all markers of that decision had been written',
  excuses: true,
  explain: ({ evidence }) => namedBy(evidence.weakness, 'late marker'),
};

/** A coordinator that takes over carries out what it finds at the end of its log before that is replicated. */
export const decidedTwice: Weakness = {
  id: 'decision carried out before it is replicated',
  issue: 'TransactionStateManager.loadTransactionMetadata',
  sentence:
    'A coordinator that takes over sends the markers of a decision that only it has; when it is lost the next one may decide otherwise.',
  under: 'every version, when the coordinator of a coordinator is lost right after it took over',
  recognisedBy: 'a contrary decision that was carried out and then cut from the coordinators’ log',
  excuses: true,
  explain: ({ evidence }) => namedBy(evidence.weakness, 'decision carried out right after a load'),
};

/** A change of min.insync.replicas makes every ELR void, for it was counted by another rule. */
export const eligibleForgotten: Weakness = {
  id: 'eligible leaders forgotten',
  issue: 'KIP-966, ConfigurationControlManager.createClearElrRecordsAsNeeded',
  sentence:
    'A change of min.insync.replicas forgets who may lead, also where nobody is in sync: the partition has no leader until one is elected uncleanly.',
  under: 'eligible.leader.replicas.version 1, when min.insync.replicas is set',
  recognisedBy: 'a partition without an ISR whose ELR and last leader went within one leader epoch',
  excuses: true,
  explain: ({ evidence }) => namedBy(evidence.weakness, 'eligible leaders were forgotten'),
};

/** The invariant has told it apart, with what it knows of the moment. */
function namedBy(weakness: unknown, beginning: string): Explanation | null {
  if (typeof weakness !== 'string' || !weakness.startsWith(beginning)) return null;
  return { words: weakness, evidence: {} };
}
