import type { Explanation, Weakness } from './weakness.ts';

/**
 * A leader remembers a producer for `producer.id.expiration.ms`, and not beyond what it has of the log: what is repeated
 * after that is new to it. The check that sees the append tells whether the leader had forgotten.
 */
export const expiredProducer: Weakness = {
  id: 'producer forgotten by the leader',
  issue: 'KIP-360, KAFKA-7190',
  sentence:
    'A leader that has forgotten a producer takes its repeated batch for a new one: it is there twice.',
  under: 'producer.id.expiration.ms, deleted records; under transaction.version 2 only a first batch',
  recognisedBy:
    'an append out of sequence or of an old epoch by a leader that told that it forgot this producer; of a duplicate, that the second copy is within such a batch',
  excuses: true,
  explain(finding, run): Explanation | null {
    const { check, evidence } = finding;
    if (isOfForgotten(evidence.weakness))
      return { words: 'the leader had forgotten the producer', evidence: {} };
    if (check !== 'duplicate' || !Array.isArray(evidence.offsets)) return null;
    const later = Math.max(...(evidence.offsets as number[]));
    const again = run.findings.find(
      (each) =>
        each.check === 'ProducerSequences' &&
        isOfForgotten(each.evidence.weakness) &&
        each.evidence.log === evidence.log &&
        isWithin(each.evidence as unknown as Repeated, later),
    );
    if (again === undefined) return null;
    return {
      words: `offset ${later} was written again: ${again.message}`,
      evidence: { again: again.evidence },
    };
  },
};

interface Repeated {
  readonly baseOffset: number;
  readonly baseSequence: number;
  readonly lastSequenceBefore: number;
}

/** What is repeated has no sequence beyond the last. */
function isWithin({ baseOffset, baseSequence, lastSequenceBefore }: Repeated, recordOffset: number): boolean {
  return recordOffset >= baseOffset && recordOffset <= baseOffset + lastSequenceBefore - baseSequence;
}

function isOfForgotten(weakness: unknown): boolean {
  return typeof weakness === 'string' && weakness.startsWith('expired producer state');
}
