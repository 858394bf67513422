import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { TransactionStage } from './transaction-stage.ts';

const DAY = 24 * 3_600 * SECOND;

describe('transactions that take too long', () => {
  test.each([
    ['TV1', 1, 3, 4],
    ['TV2', 2, 5, 5],
  ])(
    '%s: are aborted by the next sweep, with an epoch that keeps the producer out (KAFKA-6119)',
    (_name, version, addVersion, endVersion) => {
      const stage = new TransactionStage(version);
      const producer = stage.producer('tx', 15_000);
      stage.add(producer, 't', [0], addVersion);
      stage.run(19 * SECOND);
      expect(stage.state('tx')).toBe('Ongoing');
      stage.run(SECOND);
      expect(stage.state('tx')).toBe('CompleteAbort');
      expect(stage.data.partition('t-0').markers).toMatchObject([{ isCommit: false, producerEpoch: 1 }]);
      expect(stage.add(producer, 't', [0], addVersion)).toBe(ErrorCode.PRODUCER_FENCED);
      expect(stage.verify(producer)).toBe(ErrorCode.PRODUCER_FENCED);
      const told = stage.end({ ...producer }, true, endVersion);
      expect(told).toBe(version === 1 ? ErrorCode.PRODUCER_FENCED : ErrorCode.INVALID_TXN_STATE);
      expect(stage.initOnce('tx')).toMatchObject({ errorCode: 0, producerEpoch: 2 });
    },
  );

  test('the time that counts is that of the first partition', () => {
    const stage = new TransactionStage();
    const producer = stage.producer('tx', 15_000);
    stage.add(producer, 't', [0], 5);
    stage.run(14 * SECOND);
    stage.add(producer, 't', [1], 5);
    stage.run(6 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
  });

  test('what is pending waits for the next sweep', () => {
    const stage = new TransactionStage();
    const producer = stage.producer('tx', 15_000);
    stage.add(producer, 't', [0], 5);
    stage.run(19 * SECOND);
    stage.isHeld = true;
    const asked = stage.askAdd(producer, 't', [1], 5);
    stage.run(2 * SECOND);
    stage.release();
    expect(asked.answer).toBeDefined();
    expect(stage.state('tx')).toBe('Ongoing');
    stage.run(9 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
  });

  test('a sweep that cannot write comes again', () => {
    const stage = new TransactionStage();
    stage.add(stage.producer('tx', 5_000), 't', [0], 5);
    stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
    stage.run(10 * SECOND);
    expect(stage.state('tx')).toBe('Ongoing');
    stage.run(10 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
    expect(stage.describe('tx').producerEpoch).toBe(1);
  });

  test('a wall clock that steps back delays the abort and breaks nothing (KAFKA-5415)', () => {
    const stage = new TransactionStage();
    const producer = stage.producer('tx', 15_000);
    stage.add(producer, 't', [0], 5);
    stage.holdsMarkers = true;
    stage.end(producer, true);
    stage.wallShiftMs = -3_600_000;
    stage.release();
    expect(stage.state('tx')).toBe('CompleteCommit');
    stage.add(producer, 't', [0], 5);
    stage.run(20 * SECOND);
    expect(stage.state('tx')).toBe('CompleteAbort');
  });
});

describe('transactional ids that nobody uses', () => {
  test.each(['Empty', 'CompleteCommit', 'CompleteAbort'])('%s: are forgotten after a week', (state) => {
    const stage = new TransactionStage();
    const producer = stage.producer('tx');
    if (state !== 'Empty') {
      stage.add(producer, 't', [0], 5);
      stage.end(producer, state === 'CompleteCommit');
    }
    stage.run(7 * DAY - SECOND);
    expect(stage.state('tx')).toBe(state);
    stage.run(3_600 * SECOND);
    expect(stage.state('tx')).toBe(`error ${ErrorCode.TRANSACTIONAL_ID_NOT_FOUND}`);
    expect(stage.out.facts.at(-1)).toMatchObject({ fact: 'transaction changed', state: 'Dead' });
    expect(stage.add(producer, 't', [0], 5)).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    stage.failOver();
    expect(stage.state('tx')).toBe(`error ${ErrorCode.TRANSACTIONAL_ID_NOT_FOUND}`);
    expect(stage.initOnce('tx').producerEpoch).toBe(0);
  });

  test('stay while their transaction is open, however long nothing was heard of it', () => {
    const stage = new TransactionStage(2, { 'transactional.id.expiration.ms': 1_000 });
    const producer = stage.producer('tx', 900_000);
    stage.run(3_590 * SECOND);
    stage.add(producer, 't', [0], 5);
    stage.run(10 * SECOND);
    expect(stage.state('tx')).toBe('Ongoing');
  });

  test('stay while their transaction is open or being ended', () => {
    const config = { 'transactional.id.expiration.ms': 1_000 };
    const stage = new TransactionStage(2, config);
    const producer = stage.producer('tx', 900_000);
    stage.holdsMarkers = true;
    stage.add(producer, 't', [0], 5);
    stage.run(3_600 * SECOND);
    expect(stage.state('tx')).toBe('PrepareAbort');
    stage.run(3_600 * SECOND);
    expect(stage.state('tx')).toBe('PrepareAbort');
  });

  test('are there until the tombstones are replicated, and stay when they cannot be written', () => {
    const stage = new TransactionStage(2, { 'transactional.id.expiration.ms': 1_000 });
    stage.producer('tx');
    stage.run(3_599 * SECOND);
    stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
    stage.run(SECOND);
    expect(stage.state('tx')).toBe('Empty');
    stage.run(3_599 * SECOND);
    stage.isHeld = true;
    stage.run(SECOND);
    expect(stage.state('tx')).toBe('Empty');
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    stage.release();
    expect(stage.state('tx')).toBe(`error ${ErrorCode.TRANSACTIONAL_ID_NOT_FOUND}`);
  });

  test('thousands go in batches', () => {
    const stage = new TransactionStage(2, { 'transactional.id.expiration.ms': 1_000 });
    stage.blockSize = 5_000;
    for (let each = 0; each < 2_500; each++) stage.producer(`tx${each}`);
    const before = stage.log.partition(0).batches.length;
    stage.run(3_600 * SECOND);
    expect(stage.log.partition(0).batches.length).toBe(before + 3);
    expect(stage.list().transactionStates).toEqual([]);
  });
});
