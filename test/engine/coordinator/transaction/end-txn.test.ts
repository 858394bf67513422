import { describe, expect, test } from 'vitest';
import { TransactionState } from '../../../../engine/coordinator/index.ts';
import { SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { type Producer, TransactionStage } from './transaction-stage.ts';

const { CONCURRENT_TRANSACTIONS, INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE, NONE, PRODUCER_FENCED } =
  ErrorCode;

/** How a transactional id gets into a state; the producer is the one that the client goes on with. */
const WAYS: Readonly<Record<string, (stage: TransactionStage, version: number) => Producer>> = {
  Empty: (stage) => stage.producer('tx'),
  Ongoing: (stage, version) => begun(stage, version),
  CompleteCommit: (stage, version) => ended(stage, version, true),
  CompleteAbort: (stage, version) => ended(stage, version, false),
  PrepareCommit: (stage, version) => deciding(stage, version, true),
  PrepareAbort: (stage, version) => deciding(stage, version, false),
};

function begun(stage: TransactionStage, version: number): Producer {
  const producer = stage.producer('tx');
  stage.add(producer, 't', [0], version === 2 ? 5 : 3);
  return producer;
}

function ended(stage: TransactionStage, version: number, committed: boolean): Producer {
  const producer = begun(stage, version);
  stage.end(producer, committed, version === 2 ? 5 : 4);
  return producer;
}

function deciding(stage: TransactionStage, version: number, committed: boolean): Producer {
  stage.holdsMarkers = true;
  return ended(stage, version, committed);
}

describe('EndTxn in TV1: one epoch for many transactions', () => {
  test.each([
    ['Empty', true, INVALID_TXN_STATE, 'Empty'],
    ['Empty', false, INVALID_TXN_STATE, 'Empty'],
    ['Ongoing', true, NONE, 'CompleteCommit'],
    ['Ongoing', false, NONE, 'CompleteAbort'],
    ['CompleteCommit', true, NONE, 'CompleteCommit'],
    ['CompleteCommit', false, INVALID_TXN_STATE, 'CompleteCommit'],
    ['CompleteAbort', false, NONE, 'CompleteAbort'],
    ['CompleteAbort', true, INVALID_TXN_STATE, 'CompleteAbort'],
    // Markers are on their way: COMPLETE is pending.
    ['PrepareCommit', true, CONCURRENT_TRANSACTIONS, 'PrepareCommit'],
    ['PrepareCommit', false, CONCURRENT_TRANSACTIONS, 'PrepareCommit'],
    ['PrepareAbort', false, CONCURRENT_TRANSACTIONS, 'PrepareAbort'],
    ['PrepareAbort', true, CONCURRENT_TRANSACTIONS, 'PrepareAbort'],
  ])('%s, committed %s: error %i, then %s', (state, committed, errorCode, after) => {
    const stage = new TransactionStage(1);
    const producer = WAYS[state]!(stage, 1);
    expect(stage.state('tx')).toBe(state);
    expect(stage.end(producer, committed, 4)).toBe(errorCode);
    expect(stage.state('tx')).toBe(after);
    expect(stage.describe('tx').producerEpoch).toBe(0);
  });

  test('another epoch is fenced, either way; old clients read another code', () => {
    const stage = new TransactionStage(1);
    const producer = begun(stage, 1);
    expect(stage.end({ ...producer, producerEpoch: 1 }, true, 4)).toBe(PRODUCER_FENCED);
    expect(stage.end({ ...producer, producerEpoch: -1 }, true, 2)).toBe(PRODUCER_FENCED);
    expect(stage.end({ ...producer, producerEpoch: 1 }, true, 1)).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(stage.state('tx')).toBe('Ongoing');
  });

  test('the id is looked at first, then the epoch, then what is pending', () => {
    const stage = new TransactionStage(1);
    const producer = deciding(stage, 1, true);
    expect(stage.end({ ...producer, producerId: 1 }, true, 4)).toBe(INVALID_PRODUCER_ID_MAPPING);
    expect(stage.end({ ...producer, producerEpoch: 7 }, true, 4)).toBe(PRODUCER_FENCED);
  });
});

describe('EndTxn in TV2: an epoch for each transaction', () => {
  test.each([
    ['Empty', 'retry', false, PRODUCER_FENCED, 'Empty'],
    ['Empty', 'current', false, NONE, 'CompleteAbort'],
    ['Empty', 'retry', true, PRODUCER_FENCED, 'Empty'],
    ['Empty', 'current', true, INVALID_TXN_STATE, 'Empty'],
    ['Ongoing', 'current', true, NONE, 'CompleteCommit'],
    ['Ongoing', 'current', false, NONE, 'CompleteAbort'],
    ['Ongoing', 'retry', true, PRODUCER_FENCED, 'Ongoing'],
    ['Ongoing', 'retry', false, PRODUCER_FENCED, 'Ongoing'],
    ['CompleteAbort', 'retry', false, NONE, 'CompleteAbort'],
    ['CompleteAbort', 'current', false, NONE, 'CompleteAbort'],
    ['CompleteAbort', 'retry', true, INVALID_TXN_STATE, 'CompleteAbort'],
    ['CompleteAbort', 'current', true, INVALID_TXN_STATE, 'CompleteAbort'],
    ['CompleteCommit', 'retry', false, INVALID_TXN_STATE, 'CompleteCommit'],
    ['CompleteCommit', 'current', false, NONE, 'CompleteAbort'],
    ['CompleteCommit', 'retry', true, NONE, 'CompleteCommit'],
    ['CompleteCommit', 'current', true, INVALID_TXN_STATE, 'CompleteCommit'],
    ['PrepareCommit', 'retry', true, CONCURRENT_TRANSACTIONS, 'PrepareCommit'],
    ['PrepareCommit', 'retry', false, CONCURRENT_TRANSACTIONS, 'PrepareCommit'],
    ['PrepareAbort', 'retry', false, CONCURRENT_TRANSACTIONS, 'PrepareAbort'],
    ['PrepareAbort', 'current', true, CONCURRENT_TRANSACTIONS, 'PrepareAbort'],
  ])('%s, the %s epoch, committed %s: error %i, then %s', (state, which, committed, errorCode, after) => {
    const stage = new TransactionStage();
    const producer = WAYS[state]!(stage, 2);
    expect(stage.state('tx')).toBe(state);
    const { producerEpoch } = stage.describe('tx');
    const asked = { ...producer, producerEpoch: which === 'retry' ? producerEpoch - 1 : producerEpoch };
    expect(stage.end(asked, committed)).toBe(errorCode);
    expect(stage.state('tx')).toBe(after);
    // Whoever was told that all is well goes on with the epoch that the coordinator has.
    if (errorCode === NONE) expect(asked.producerEpoch).toBe(stage.describe('tx').producerEpoch);
  });

  test('every end hands out the next epoch, and the markers carry it', () => {
    const stage = new TransactionStage();
    const producer = begun(stage, 2);
    expect(stage.end(producer, true)).toBe(NONE);
    expect(producer.producerEpoch).toBe(1);
    stage.add(producer, 't', [0], 5);
    expect(stage.end(producer, false)).toBe(NONE);
    expect(producer.producerEpoch).toBe(2);
    expect(stage.data.partition('t-0').markers).toMatchObject([
      { isCommit: true, producerEpoch: 1, transactionVersion: 2 },
      { isCommit: false, producerEpoch: 2, transactionVersion: 2 },
    ]);
  });

  test('the answer comes when the decision is replicated, before the markers', () => {
    const stage = new TransactionStage();
    const producer = begun(stage, 2);
    stage.isHeld = true;
    const asked = stage.askEnd(producer, true);
    expect(asked.answer).toBeUndefined();
    expect(stage.state('tx')).toBe('Ongoing');
    expect(stage.rpc.sent).toEqual([]);
    stage.isHeld = false;
    stage.holdsMarkers = true;
    stage.settle();
    expect(asked.answer).toMatchObject({ errorCode: NONE, producerEpoch: 1 });
    expect(stage.state('tx')).toBe('PrepareCommit');
  });

  test('what is pending is looked at first: over a rotation the client may be ahead', () => {
    const stage = new TransactionStage();
    const producer = deciding(stage, 2, true);
    expect(stage.end({ ...producer, producerId: 1 }, true)).toBe(CONCURRENT_TRANSACTIONS);
    stage.release();
    expect(stage.end({ ...producer, producerId: 1 }, true)).toBe(INVALID_PRODUCER_ID_MAPPING);
  });

  test('the last epoch ends in a new producer id, and a retry across that is known', () => {
    const stage = new TransactionStage();
    stage.seed('tx', { producerEpoch: 32_766 });
    const old = { transactionalId: 'tx', producerId: 500, producerEpoch: 32_766 };
    expect(stage.add(old, 't', [0], 5)).toBe(NONE);
    const producer = { ...old };
    expect(stage.end(producer, true)).toBe(NONE);
    expect(producer.producerEpoch).toBe(0);
    expect(producer.producerId).not.toBe(500);
    expect(stage.data.partition('t-0').markers).toMatchObject([{ producerId: 500, producerEpoch: 32_767 }]);
    const retry = { ...old };
    expect(stage.end(retry, true)).toBe(NONE);
    expect(retry).toEqual(producer);
    expect(stage.end({ ...old }, false)).toBe(INVALID_TXN_STATE);
    // The new producer goes on.
    expect(stage.add(producer, 't', [0], 5)).toBe(NONE);
    expect(stage.end({ ...old }, true)).toBe(INVALID_PRODUCER_ID_MAPPING);
    expect(stage.end(producer, true)).toBe(NONE);
  });

  test('the last epoch waits for a producer id when none is there', () => {
    const stage = new TransactionStage();
    stage.isControllerGone = true;
    stage.seed('tx', { producerEpoch: 32_766 });
    const producer = { transactionalId: 'tx', producerId: 500, producerEpoch: 32_766 };
    stage.add(producer, 't', [0], 5);
    expect(stage.end(producer, true)).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(stage.state('tx')).toBe('Ongoing');
    stage.isControllerGone = false;
    stage.run(SECOND);
    expect(stage.end(producer, true)).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(stage.end(producer, true)).toBe(NONE);
  });

  test('a transaction at the last epoch that is fenced rotates too, and does not fence itself (KAFKA-20090)', () => {
    const stage = new TransactionStage();
    stage.seed('tx', { producerEpoch: 32_766 });
    const old = { transactionalId: 'tx', producerId: 500, producerEpoch: 32_766 };
    stage.add(old, 't', [0], 5);
    stage.run(80 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
    expect(stage.describe('tx').producerEpoch).toBe(0);
    expect(stage.end({ ...old }, false)).toBe(NONE);
    expect(stage.initOnce('tx')).toMatchObject({ errorCode: NONE, producerEpoch: 1 });
  });

  test('an epoch at the very end can still be aborted', () => {
    const stage = new TransactionStage();
    stage.seed('tx', {
      producerEpoch: 32_767,
      transactionStatus: TransactionState.ONGOING,
      transactionStartTimestampMs: stage.nowMs,
      transactionPartitions: [{ topic: 't', partitionIds: [0] }],
    });
    stage.run(80 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
    expect(stage.describe('tx').producerEpoch).toBe(0);
  });
});

describe('EndTxn', () => {
  test('no transactional id is invalid, an unknown one has no producer', () => {
    const stage = new TransactionStage();
    const producer = { transactionalId: '', producerId: 5, producerEpoch: 0 };
    expect(stage.end(producer, true)).toBe(ErrorCode.INVALID_REQUEST);
    expect(stage.end({ ...producer, transactionalId: 'tx' }, true)).toBe(INVALID_PRODUCER_ID_MAPPING);
  });

  test.each([
    [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR],
    [ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR],
    [ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR],
    [ErrorCode.RECORD_LIST_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR],
    [ErrorCode.INVALID_RECORD, ErrorCode.INVALID_RECORD],
  ])('a log that answers %i makes it %i, and nothing is decided', (failure, told) => {
    const stage = new TransactionStage();
    const producer = begun(stage, 2);
    stage.log.failNext = failure;
    expect(stage.end(producer, true)).toBe(told);
    expect(stage.state('tx')).toBe('Ongoing');
    expect(stage.end(producer, false)).toBe(NONE);
  });

  test('a commit that crosses the abort of a time-out is invalid, as in this trunk (KAFKA-20785)', () => {
    const stage = new TransactionStage();
    const producer = begun(stage, 2);
    stage.run(80 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
    expect(stage.end({ ...producer }, true)).toBe(INVALID_TXN_STATE);
    expect(stage.end(producer, false)).toBe(NONE);
    expect(producer.producerEpoch).toBe(1);
  });
});

describe('a delayed EndTxn (KAFKA-17754)', () => {
  test('TV1: the copy of one transaction’s commit tears the next one', () => {
    const stage = new TransactionStage(1);
    const producer = begun(stage, 1);
    const { producerEpoch, producerId } = producer;
    stage.data.write('t-0', producerId, producerEpoch, 'a');
    // The client retried on a new connection, was answered, and went on. The first copy is still on its way.
    expect(stage.end(producer, true, 4)).toBe(NONE);
    stage.add(producer, 't', [0, 1]);
    stage.data.write('t-0', producerId, producerEpoch, 'b');
    expect(stage.end({ transactionalId: 'tx', producerId, producerEpoch }, true, 4)).toBe(NONE);
    // Half of the second transaction is committed; the client knows nothing of it and aborts the rest.
    stage.add(producer, 't', [1]);
    stage.data.write('t-1', producerId, producerEpoch, 'c');
    expect(stage.end(producer, false, 4)).toBe(NONE);
    expect(stage.data.partition('t-0').committed).toEqual(['a', 'b']);
    expect(stage.data.partition('t-1').aborted).toEqual(['c']);
  });

  test('TV2: the epoch says that it is over', () => {
    const stage = new TransactionStage(2);
    const producer = begun(stage, 2);
    const delayed = { ...producer };
    stage.data.write('t-0', producer.producerId, producer.producerEpoch, 'a');
    expect(stage.end(producer, true)).toBe(NONE);
    stage.add(producer, 't', [0, 1], 5);
    stage.data.write('t-0', producer.producerId, producer.producerEpoch, 'b');
    expect(stage.end(delayed, true)).toBe(PRODUCER_FENCED);
    expect(stage.state('tx')).toBe('Ongoing');
    expect(stage.end(producer, false)).toBe(NONE);
    expect(stage.data.partition('t-0').committed).toEqual(['a']);
    expect(stage.data.partition('t-0').aborted).toEqual(['b']);
  });
});
