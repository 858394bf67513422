import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { TransactionStage } from './transaction-stage.ts';

describe.each([
  ['TV1', 1, 3, 4],
  ['TV2', 2, 5, 5],
])('another coordinator takes over, %s', (_name, version, addVersion, endVersion) => {
  test('in EMPTY: the next producer gets the next epoch', () => {
    const stage = new TransactionStage(version);
    const { producerId } = stage.producer('tx');
    stage.failOver();
    expect(stage.initOnce('tx')).toMatchObject({ errorCode: 0, producerId, producerEpoch: 1 });
  });

  test('in ONGOING: the producer goes on, and its time runs from when the transaction began', () => {
    const stage = new TransactionStage(version);
    const producer = stage.producer('tx');
    stage.add(producer, 't', [0], addVersion);
    stage.run(50 * SECOND);
    stage.failOver();
    expect(stage.describe('tx').topics).toEqual([{ topic: 't', partitions: [0] }]);
    expect(stage.add(producer, 't', [1], addVersion)).toBe(ErrorCode.NONE);
    stage.run(21 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
    expect(stage.data.partition('t-1').markers).toMatchObject([{ isCommit: false, producerEpoch: 1 }]);
  });

  test.each([
    [true, 'CompleteCommit'],
    [false, 'CompleteAbort'],
  ])(
    'in PREPARE (committed %s): what was decided is carried out, with the new coordinator’s epoch',
    (committed, after) => {
      const stage = new TransactionStage(version);
      const producer = stage.producer('tx');
      stage.add(producer, 't', [0, 1], addVersion);
      stage.markerFates.push('lost');
      expect(stage.end(producer, committed, endVersion)).toBe(ErrorCode.NONE);
      stage.failOver();
      expect(stage.state('tx')).toBe(after);
      expect(stage.data.partition('t-1').markers).toMatchObject([
        { isCommit: committed, coordinatorEpoch: 2 },
      ]);
      // The one of before comes late.
      const late = {
        producerId: producer.producerId,
        producerEpoch: 5,
        transactionResult: !committed,
        coordinatorEpoch: 1,
      };
      const topics = [{ name: 't', partitionIndexes: [1] }];
      const told = stage.data.handle({ markers: [{ ...late, topics, transactionVersion: 0 }] });
      expect(told.markers[0]?.topics[0]?.partitions[0]?.errorCode).toBe(
        ErrorCode.TRANSACTION_COORDINATOR_FENCED,
      );
    },
  );

  test.each([true, false])(
    'in COMPLETE (committed %s): a retry is answered as the first was',
    (committed) => {
      const stage = new TransactionStage(version);
      const producer = stage.producer('tx');
      stage.add(producer, 't', [0], addVersion);
      const retry = { ...producer };
      stage.end(producer, committed, endVersion);
      stage.failOver();
      expect(stage.end(retry, committed, endVersion)).toBe(ErrorCode.NONE);
      expect(retry).toEqual(producer);
      expect(stage.data.partition('t-0').markers).toHaveLength(1);
    },
  );

  test('a decision that was not replicated is lost with its coordinator, and can be taken anew', () => {
    const stage = new TransactionStage(version);
    const producer = stage.producer('tx');
    stage.add(producer, 't', [0], addVersion);
    stage.isHeld = true;
    const asked = stage.askEnd(producer, true, endVersion);
    stage.failOver(false);
    stage.release();
    expect(asked.answer).toBeUndefined();
    expect(stage.state('tx')).toBe('Ongoing');
    expect(stage.end(producer, false, endVersion)).toBe(ErrorCode.NONE);
    expect(stage.data.partition('t-0').markers).toMatchObject([{ isCommit: false }]);
  });

  test('who resigns answers what waits, and decides nothing', () => {
    const stage = new TransactionStage(version);
    const producer = stage.producer('tx');
    stage.add(producer, 't', [0], addVersion);
    stage.isHeld = true;
    const asked = stage.askEnd(producer, true, endVersion);
    stage.coordinator.onResigned(stage.now, 0, 2, stage.out);
    expect(asked.answer?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(stage.rpc.sent).toEqual([]);
  });
});

describe('a decision that is not replicated in time is unknown', () => {
  function unknown(stage: TransactionStage) {
    const producer = stage.producer('tx');
    stage.add(producer, 't', [0], 5);
    stage.isHeld = true;
    const asked = stage.askEnd(producer, true);
    stage.run(30 * SECOND);
    expect(asked.answer?.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(stage.state('tx')).toBe('Ongoing');
    return producer;
  }

  test('the client takes it again, and it is carried out once', () => {
    const stage = new TransactionStage();
    const producer = unknown(stage);
    stage.release();
    expect(stage.state('tx')).toBe('Ongoing');
    expect(stage.end(producer, true)).toBe(ErrorCode.NONE);
    expect(producer.producerEpoch).toBe(1);
    expect(stage.data.partition('t-0').markers).toMatchObject([{ isCommit: true, producerEpoch: 1 }]);
  });

  test('whoever takes over finds it in the log, and carries it out', () => {
    const stage = new TransactionStage();
    const producer = unknown(stage);
    stage.release();
    stage.failOver();
    expect(stage.state('tx')).toBe('CompleteCommit');
    expect(stage.end(producer, true)).toBe(ErrorCode.NONE);
    expect(stage.data.partition('t-0').markers).toMatchObject([{ isCommit: true }]);
  });

  test('nobody comes back: the time-out aborts, and its own decision is the last one in the log', () => {
    const stage = new TransactionStage();
    unknown(stage);
    stage.release();
    stage.run(60 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
    stage.failOver();
    expect(stage.state('tx')).toBe('CompleteAbort');
    expect(stage.data.partition('t-0').markers).toMatchObject([{ isCommit: false }]);
  });
});

test('a rotation that was decided before the failover is done after it', () => {
  const stage = new TransactionStage();
  stage.seed('tx', { producerEpoch: 32_766 });
  const producer = { transactionalId: 'tx', producerId: 500, producerEpoch: 32_766 };
  stage.add(producer, 't', [0], 5);
  const retry = { ...producer };
  stage.markerFates.push('lost');
  expect(stage.end(producer, true)).toBe(ErrorCode.NONE);
  stage.failOver();
  expect(stage.describe('tx')).toMatchObject({ producerId: producer.producerId, producerEpoch: 0 });
  expect(stage.end(retry, true)).toBe(ErrorCode.NONE);
  expect(retry).toEqual(producer);
});

test('markers go out right after a load, replicated or not: a second failover can then decide otherwise', () => {
  const stage = new TransactionStage();
  const producer = stage.producer('tx');
  stage.add(producer, 't', [0], 5);
  stage.isHeld = true;
  stage.askEnd(producer, true);
  stage.failOver(true);
  expect(stage.data.partition('t-0').markers).toMatchObject([{ isCommit: true }]);
  // The log of whoever comes next never had the decision.
  stage.failOver(false);
  stage.release();
  expect(stage.state('tx')).toBe('Ongoing');
  expect(stage.end(producer, false)).toBe(ErrorCode.NONE);
  expect(stage.data.partition('t-0').markers).toMatchObject([{ isCommit: true }, { isCommit: false }]);
});
