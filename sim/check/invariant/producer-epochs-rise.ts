import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/**
 * No zombie write: once a partition has a batch or a marker of a producer epoch, nothing of an older epoch is appended
 * there, and no marker of an older coordinator epoch. A fenced producer is fenced by the marker that ended its
 * transaction (KAFKA-6119), a coordinator by its successor's (KAFKA-9144).
 *
 * A leader that has forgotten the producer has forgotten its epoch too (KAFKA-7190): said to be that weakness.
 */
export class ProducerEpochsRise implements Invariant {
  readonly name = 'ProducerEpochsRise';
  readonly property =
    'In a partition the epochs of a producer, and those of the coordinators that end its transactions, never fall.';
  readonly facts = ['log appended'] as const;

  onFact(at: number, node: string, _fact: Fact, shadow: ClusterShadow, report: Report): void {
    const { write } = shadow.transactions;
    if (write === null) return;
    const { coordinatorEpochBefore, epochBefore, isKnown, ledger, marker, producerEpoch, producerId } = write;
    const isOldCoordinator = marker !== null && marker.coordinatorEpoch < coordinatorEpochBefore;
    if (producerEpoch >= epochBefore && !isOldCoordinator) return;
    const what = marker === null ? 'a batch' : 'a marker';
    const why =
      producerEpoch < epochBefore
        ? `epoch ${producerEpoch} of producer ${producerId} after epoch ${epochBefore}`
        : `coordinator epoch ${marker?.coordinatorEpoch} for producer ${producerId} after ${coordinatorEpochBefore}`;
    report({
      check: this.name,
      at,
      message: `${ledger.log}: ${node} appended ${what} of ${why} at offset ${write.baseOffset}`,
      evidence: {
        log: ledger.log,
        node,
        producerId,
        producerEpoch,
        baseOffset: write.baseOffset,
        epochBefore,
        isMarker: marker !== null,
        ...(isKnown ? {} : { weakness: 'expired producer state (KAFKA-7190)' }),
      },
    });
  }
}
