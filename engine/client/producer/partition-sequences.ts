import { assert } from '../../machine/index.ts';
import { incrementSequence, NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../../records/index.ts';
import type { ProducerBatch } from './producer-batch.ts';

/** Before anything was acknowledged. */
export const NO_LAST_ACKED_SEQUENCE = -1;
export const NO_LAST_ACKED_OFFSET = -1;

/**
 * One partition's sequences (`TxnPartitionEntry`). In flight here is a batch from when it got its sequence until it is
 * acknowledged or has failed, waiting to be sent again included.
 */
export class PartitionSequences {
  /** Whose sequences these are: behind the producer's own after a bump, until nothing is in flight. */
  producerId = NO_PRODUCER_ID;
  producerEpoch = NO_PRODUCER_EPOCH;
  /** What the next batch starts with. */
  next = 0;
  /** Of the last record acknowledged. With nothing in flight it is `next` - 1. */
  lastAcked = NO_LAST_ACKED_SEQUENCE;
  /** Tells a log that lost its oldest records from one that lost the producer's state. */
  lastAckedOffset = NO_LAST_ACKED_OFFSET;
  /** By id, epoch and sequence, rising (KAFKA-13794): answers of several leaders may come back in another order. */
  readonly inFlight: ProducerBatch[] = [];

  track(batch: ProducerBatch): void {
    assert(batch.hasSequence, 'what is tracked has a sequence');
    const { inFlight } = this;
    let at = inFlight.length;
    while (at > 0 && isBehind(batch, inFlight[at - 1]!)) at--;
    inFlight.splice(at, 0, batch);
  }

  untrack(batch: ProducerBatch): void {
    const at = this.inFlight.indexOf(batch);
    if (at >= 0) this.inFlight.splice(at, 1);
  }

  increment(records: number): void {
    this.next = incrementSequence(this.next, records);
  }

  /** -1: nothing is in flight. */
  firstInFlight(): number {
    return this.inFlight[0]?.baseSequence ?? -1;
  }

  isNext(sequence: number): boolean {
    return sequence - this.lastAcked === 1;
  }

  onAcked(lastSequence: number): void {
    if (lastSequence > this.lastAcked) this.lastAcked = lastSequence;
  }

  /** What is in flight is numbered from 0 again, under this id and epoch. */
  restart(producerId: number, producerEpoch: number): void {
    let sequence = 0;
    for (const batch of this.inFlight) {
      batch.resetProducerState(producerId, producerEpoch, sequence);
      sequence += batch.recordCount;
    }
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
    this.next = sequence;
    this.lastAcked = NO_LAST_ACKED_SEQUENCE;
  }

  /** A batch was refused for certain: those behind it move up, lest they find a gap. */
  closeGap(failed: ProducerBatch): void {
    if (this.next < failed.recordCount) return;
    this.next -= failed.recordCount;
    for (const batch of this.inFlight) {
      if (batch.baseSequence < failed.baseSequence) continue;
      const sequence = batch.baseSequence - failed.recordCount;
      assert(sequence >= 0, 'a sequence does not become negative');
      batch.resetProducerState(batch.producerId, batch.producerEpoch, sequence);
    }
  }
}

function isBehind(batch: ProducerBatch, other: ProducerBatch): boolean {
  if (batch.producerId !== other.producerId) return batch.producerId < other.producerId;
  if (batch.producerEpoch !== other.producerEpoch) return batch.producerEpoch < other.producerEpoch;
  return batch.baseSequence < other.baseSequence;
}
