import type { Fact } from '../../../engine/machine/index.ts';
import { CONSUMER_OFFSETS } from '../../../engine/metadata/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { ProducerWrite } from '../shadow/producer-write.ts';

const SEQUENCES = 2 ** 31;

/**
 * Per partition the batches of a producer epoch have sequences without gap or duplicate, from 0 on: what an idempotent
 * producer sends again is appended once, and nothing overtakes (`ProducerAppendInfo.checkSequence`). Judged where a leader
 * appends; followers copy it (LogMatching).
 *
 * A leader that has forgotten a producer takes any sequence: it expired, or its records were deleted and the log read
 * again. If what comes then was there before, it is a duplicate that Kafka does not prevent (KIP-360): a
 * weakness by design, and said to be one.
 *
 * Positions that a coordinator writes for a transaction all have sequence 0 (`CoordinatorRuntime`), and are no records of
 * the producer's.
 */
export class ProducerSequences implements Invariant {
  readonly name = 'ProducerSequences';
  readonly property =
    'In a partition the sequences of a producer epoch have no gap and no duplicate, and a new epoch begins at 0.';
  readonly facts = ['log appended'] as const;

  onFact(at: number, node: string, _fact: Fact, shadow: ClusterShadow, report: Report): void {
    const { write } = shadow.transactions;
    if (write === null || write.baseSequence < 0 || write.epochBefore < 0) return;
    const { baseSequence, epochBefore, isKnown, producerEpoch } = write;
    if (write.ledger.log.startsWith(CONSUMER_OFFSETS)) return;
    if (producerEpoch < epochBefore || baseSequence === expectedSequence(write)) return;
    const { lastSequenceBefore, producerId } = write;
    const isDuplicate = producerEpoch === epochBefore && baseSequence <= lastSequenceBefore;
    // What a leader cannot know it cannot refuse; a gap after that is one of its memory, not of the log.
    if (!isKnown && !isDuplicate) return;
    const { baseOffset, ledger } = write;
    const before = `${lastSequenceBefore} of epoch ${epochBefore}`;
    report({
      check: this.name,
      at,
      message: `${ledger.log}: ${node} appended sequence ${baseSequence} of producer ${producerId} epoch ${producerEpoch} at offset ${baseOffset}, after ${before}`,
      evidence: {
        log: ledger.log,
        node,
        producerId,
        producerEpoch,
        baseSequence,
        baseOffset,
        lastSequenceBefore,
        epochBefore,
        ...(isKnown ? {} : { weakness: 'expired producer state (KIP-360)' }),
      },
    });
  }
}

function expectedSequence({ epochBefore, lastSequenceBefore, producerEpoch }: ProducerWrite): number {
  return producerEpoch > epochBefore ? 0 : (lastSequenceBefore + 1) % SEQUENCES;
}
