import { describe, expect, it } from 'vitest';
import { PartitionSet, TransactionMetadata, TransactionState } from '../../../engine/coordinator/index.ts';
import { newTransaction } from '../../../engine/coordinator/transaction/transaction-metadata.ts';
import type { ProducerEntry } from '../../../engine/log/index.ts';
import { buildBatch, buildControlBatch, ControlType } from '../../../engine/records/index.ts';
import { validateHangingTransactions, validateProducers } from '../../../sim/check/index.ts';
import { LogStage } from '../../engine/log/stage.ts';
import { cluster, replica } from './views.ts';

const ID = 7;

class TransactionStage extends LogStage {
  write(baseSequence: number, isTransactional = true, producerId = ID): this {
    const options = { producerId, producerEpoch: 0, baseSequence, isTransactional };
    const batch = buildBatch(options, [{ timestamp: 1_000, key: null, value: null }]);
    this.log.appendAsLeader([batch], 0, this.out);
    return this;
  }

  end(isCommit: boolean): this {
    const type = isCommit ? ControlType.COMMIT : ControlType.ABORT;
    const options = { producerId: ID, producerEpoch: 0, isTransactional: true };
    const marker = buildControlBatch(options, 1_000, [{ type, message: { coordinatorEpoch: 0 } }]);
    this.log.appendAsLeader([marker], 0, this.out, 'coordinator');
    return this;
  }

  /** What the log knows of its producer goes another way than its batches. */
  spoil(change: Partial<ProducerEntry>): this {
    Object.assign(this.log.producers.entry(ID)!, change);
    return this;
  }

  get views() {
    const leader = { ...replica({ end: 0 }), role: { kind: 'leader' }, log: this.log };
    return cluster({ replicas: { 1: [leader as never], 2: [], 3: [] } });
  }
}

/** Four offsets of a transaction that is aborted, and one of the next. */
function lived(): TransactionStage {
  return new TransactionStage().write(0).write(0, false, 8).write(1).end(false).write(2);
}

describe('what is known of producers at the end', () => {
  const fired = (stage: TransactionStage) => validateProducers(0, stage.views).map(({ message }) => message);

  it('is what the log says, also when the log begins within a transaction', () => {
    expect(fired(lived())).toEqual([]);
    const stage = lived();
    stage.log.advanceHighWatermark(5, 0, true, stage.out);
    stage.log.advanceLogStart(2, stage.out);
    expect(fired(stage)).toEqual([]);
    stage.log.advanceLogStart(4, stage.out);
    expect(fired(stage)).toEqual([]);
  });

  it('ProducersMatchLog fires for another sequence, another epoch, a transaction that is not open', () => {
    expect(fired(lived().spoil({ producerEpoch: 4 }))[0]).toContain('epoch 4');
    expect(fired(lived().spoil({ transactionFrom: -1 }))[0]).toContain('open from -1');
    const forgetful = lived();
    forgetful.log.producers.entry(ID)!.batches.pop();
    expect(fired(forgetful)[0]).toContain('sequence 1');
  });

  it('ProducersMatchLog fires for a transaction index that lacks something or has too much', () => {
    const less = lived();
    less.log.producers.onDeletedBelow(5);
    expect(fired(less)[0]).toContain('the transaction index does not say so');
    const more = lived();
    const entry = { producerId: ID, firstOffset: 4, lastOffset: 4, lastStableOffset: 5 };
    more.log.producers.onCompacted(4, 5, [entry], []);
    expect(fired(more)[0]).toContain('and the log does not');
  });
});

describe('what coordinators have open at the end', () => {
  function metadata(state: TransactionState, partitions: readonly number[]): TransactionMetadata {
    const topicPartitions = PartitionSet.of(partitions.map((each) => ({ topic: 't', partitions: [each] })));
    return new TransactionMetadata('t1', { ...newTransaction(ID, 1, 0), state, topicPartitions });
  }

  function fired(of: TransactionMetadata | null): string[] {
    const { views } = lived();
    Object.assign(views.brokers[1]!.view!, { transactions: () => (of === null ? [] : [of]) });
    return validateHangingTransactions(0, views).map(({ check }) => check);
  }

  it('is open in partitions too; a producer of no coordinator is nobody’s', () => {
    expect(fired(metadata(TransactionState.ONGOING, [0]))).toEqual([]);
    expect(fired(null)).toEqual([]);
  });

  it('NoHangingTransaction fires when the transaction is over, or is not in the partition', () => {
    expect(fired(metadata(TransactionState.COMPLETE_ABORT, []))).toEqual(['NoHangingTransaction']);
    expect(fired(metadata(TransactionState.ONGOING, [1]))).toEqual(['NoHangingTransaction']);
  });
});
