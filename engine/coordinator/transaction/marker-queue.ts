import type { WriteTxnMarkersRequest } from '../../wire/index.ts';
import { PartitionSet, type TopicPartitions } from './partition-set.ts';
import type { PendingCompletion } from './pending-completion.ts';

/** The marker of one transaction for some of its partitions. */
export interface QueuedMarker {
  readonly pending: PendingCompletion;
  readonly partitions: PartitionSet;
}

/** Markers for one broker (`TxnMarkerQueue`): one entry a transaction, however often its partitions come by. */
export class MarkerQueue {
  readonly #markers = new Map<PendingCompletion, PartitionSet>();

  add(pending: PendingCompletion, partitions: readonly TopicPartitions[]): void {
    const queued = this.#markers.get(pending) ?? PartitionSet.EMPTY;
    this.#markers.set(pending, queued.with(partitions));
  }

  /** All that is still wanted, in the order in which it came. */
  drain(): QueuedMarker[] {
    const drained: QueuedMarker[] = [];
    for (const [pending, partitions] of this.#markers) {
      if (!pending.isCancelled) drained.push({ pending, partitions });
    }
    this.#markers.clear();
    return drained;
  }

  dropCancelled(): void {
    for (const pending of this.#markers.keys()) if (pending.isCancelled) this.#markers.delete(pending);
  }
}

/** As it goes over the wire. */
export function markerEntry({
  partitions,
  pending,
}: QueuedMarker): WriteTxnMarkersRequest['markers'][number] {
  return {
    producerId: pending.producerId,
    producerEpoch: pending.producerEpoch,
    transactionResult: pending.isCommit,
    topics: partitions.topics.map((each) => ({ name: each.topic, partitionIndexes: each.partitions })),
    coordinatorEpoch: pending.coordinatorEpoch,
    transactionVersion: pending.transactionVersion,
  };
}
