import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { TransactionStage } from './transaction-stage.ts';

describe('InitProducerId', () => {
  test('a producer without a transactional id gets an id of its own in epoch 0', () => {
    const stage = new TransactionStage();
    const one = stage.initOnce(null);
    const other = stage.initOnce(null);
    expect(one).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
    expect(other.producerId).toBe(one.producerId + 1);
  });

  test('while no producer ids are there it asks for some and says that it is loading', () => {
    const stage = new TransactionStage(2, {}, false);
    expect(stage.initOnce(null).errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(stage.initOnce(null)).toMatchObject({ errorCode: ErrorCode.NONE, producerId: 1_000 });
  });

  test('each producer of a transactional id gets the same id and the next epoch', () => {
    const stage = new TransactionStage();
    const first = stage.initOnce('tx');
    expect(first).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
    expect(stage.initOnce('tx')).toMatchObject({ producerId: first.producerId, producerEpoch: 1 });
    expect(stage.initOnce('tx')).toMatchObject({ producerId: first.producerId, producerEpoch: 2 });
    expect(stage.state('tx')).toBe('Empty');
  });

  test.each([
    ['an empty transactional id', '', {}, ErrorCode.INVALID_REQUEST],
    ['an id without an epoch', 'tx', { producerId: 5 }, ErrorCode.INVALID_REQUEST],
    ['an epoch without an id', 'tx', { producerEpoch: 5 }, ErrorCode.INVALID_REQUEST],
    ['an id without an epoch, not transactional', null, { producerId: 5 }, ErrorCode.INVALID_REQUEST],
    ['a time-out of zero', 'tx', { transactionTimeoutMs: 0 }, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
    ['a time-out below zero', 'tx', { transactionTimeoutMs: -1 }, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
    ['a time-out too long', 'tx', { transactionTimeoutMs: 900_001 }, ErrorCode.INVALID_TRANSACTION_TIMEOUT],
    [
      'two phases where they are off',
      'tx',
      { enable2Pc: true },
      ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    ],
    ['a prepared transaction to keep', 'tx', { keepPreparedTxn: true }, ErrorCode.UNSUPPORTED_VERSION],
    ['nothing wrong', 'tx', { transactionTimeoutMs: 900_000 }, ErrorCode.NONE],
  ])('%s is answered as Kafka does', (_what, transactionalId, more, errorCode) => {
    expect(new TransactionStage().initOnce(transactionalId, more).errorCode).toBe(errorCode);
  });

  test('two-phase transactions have no time-out where they are allowed', () => {
    const stage = new TransactionStage(2, { 'transaction.two.phase.commit.enable': true });
    const { producerEpoch, producerId } = stage.initOnce('tx', { enable2Pc: true, transactionTimeoutMs: 5 });
    expect(stage.describe('tx').transactionTimeoutMs).toBe(2 ** 31 - 1);
    stage.add({ transactionalId: 'tx', producerId, producerEpoch }, 't', [0], 5);
    stage.run(3_600 * SECOND);
    expect(stage.state('tx')).toBe('Ongoing');
  });

  test('a broker without the partition says so, one that loads it too', () => {
    const stage = new TransactionStage();
    stage.coordinator.onResigned(stage.now, 0, null, stage.out);
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(stage.state('tx')).toBe(`error ${ErrorCode.NOT_COORDINATOR}`);
    stage.coordinator.onElected(stage.now, 0, 7, stage.out);
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    expect(stage.list().errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    stage.run(0);
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.NONE);
  });

  describe('with the producer that the client thinks it is (KIP-360)', () => {
    test('the current epoch is raised, and a retry of that gets the same answer', () => {
      const stage = new TransactionStage();
      const { producerId } = stage.producer('tx');
      const bumped = stage.initOnce('tx', { producerId, producerEpoch: 0 });
      expect(bumped).toMatchObject({ errorCode: ErrorCode.NONE, producerId, producerEpoch: 1 });
      expect(stage.initOnce('tx', { producerId, producerEpoch: 0 })).toEqual(bumped);
    });

    test('after another producer has begun, the older one is fenced; old clients read another code', () => {
      const stage = new TransactionStage();
      const { producerId } = stage.producer('tx');
      stage.producer('tx');
      const expected = { producerId, producerEpoch: 0 };
      expect(stage.initOnce('tx', expected, 4).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
      expect(stage.initOnce('tx', expected, 3).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    });

    test('another producer id is fenced, except where nothing is known', () => {
      const stage = new TransactionStage();
      stage.producer('tx');
      expect(stage.initOnce('tx', { producerId: 77, producerEpoch: 0 }).errorCode).toBe(
        ErrorCode.PRODUCER_FENCED,
      );
      expect(stage.initOnce('new', { producerId: 77, producerEpoch: 9 })).toMatchObject({
        errorCode: ErrorCode.NONE,
        producerEpoch: 0,
      });
    });

    test('the last epoch is not remembered over a load: a retry is fenced', () => {
      const stage = new TransactionStage();
      const { producerId } = stage.producer('tx');
      stage.initOnce('tx', { producerId, producerEpoch: 0 });
      stage.failOver();
      expect(stage.initOnce('tx', { producerId, producerEpoch: 0 }).errorCode).toBe(
        ErrorCode.PRODUCER_FENCED,
      );
    });
  });

  describe('at the end of the epochs', () => {
    function exhausted(stage: TransactionStage) {
      stage.seed('tx', { producerEpoch: 32_766 });
      return { producerId: 500, producerEpoch: 32_766 };
    }

    test('a new producer gets a new id in epoch 0; who had the last epoch may retry for it', () => {
      const stage = new TransactionStage();
      const { producerId, producerEpoch } = exhausted(stage);
      const next = stage.initOnce('tx', { producerId, producerEpoch });
      expect(next).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
      expect(next.producerId).not.toBe(producerId);
      // The retry across the rotation names the old id.
      expect(stage.initOnce('tx', { producerId, producerEpoch })).toEqual(next);
      expect(stage.initOnce('tx').producerEpoch).toBe(1);
    });

    test('an epoch that is not the last one is a server error, as in Kafka', () => {
      const stage = new TransactionStage();
      const { producerId } = exhausted(stage);
      const told = stage.initOnce('tx', { producerId, producerEpoch: 32_765 });
      expect(told.errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
    });

    test('without a free producer id the client comes again', () => {
      const stage = new TransactionStage();
      exhausted(stage);
      stage.isControllerGone = true;
      while (stage.initOnce(null).errorCode === ErrorCode.NONE);
      expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
      stage.isControllerGone = false;
      stage.run(SECOND);
      stage.initOnce('tx');
      expect(stage.initOnce('tx')).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
    });
  });

  describe.each([
    ['TV1', 1, 3],
    ['TV2', 2, 5],
  ])('over an open transaction, %s', (_name, version, addVersion) => {
    test('aborts it, lets the client come again, and the older producer is fenced', () => {
      const stage = new TransactionStage(version);
      const old = stage.producer('tx');
      stage.add(old, 't', [0, 1], addVersion);
      stage.data.write('t-0', old.producerId, old.producerEpoch, 'zombie');
      expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
      expect(stage.state('tx')).toBe('CompleteAbort');
      expect(stage.data.partition('t-0').aborted).toEqual(['zombie']);
      expect(stage.data.partition('t-1').markers).toMatchObject([{ isCommit: false, producerEpoch: 1 }]);
      const next = stage.initOnce('tx');
      expect(next).toMatchObject({ errorCode: ErrorCode.NONE, producerId: old.producerId, producerEpoch: 2 });
      expect(stage.add(old, 't', [0], addVersion)).toBe(ErrorCode.PRODUCER_FENCED);
      expect(stage.end(old, true)).toBe(ErrorCode.PRODUCER_FENCED);
    });

    test('comes again for as long as markers are on their way', () => {
      const stage = new TransactionStage(version);
      const old = stage.producer('tx');
      stage.add(old, 't', [0], addVersion);
      stage.holdsMarkers = true;
      stage.initOnce('tx');
      expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
      expect(stage.state('tx')).toBe('PrepareAbort');
      stage.release();
      expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.NONE);
    });

    test('a fence that cannot be written raises the epoch once, however often it is tried (KAFKA-9666)', () => {
      const stage = new TransactionStage(version);
      const old = stage.producer('tx');
      stage.add(old, 't', [0], addVersion);
      for (let attempt = 0; attempt < 20; attempt++) {
        stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
        expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        expect(stage.state('tx')).toBe('Ongoing');
      }
      expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
      expect(stage.initOnce('tx').producerEpoch).toBe(2);
    });
  });

  test('one request at a time: the second hears CONCURRENT_TRANSACTIONS until the first is replicated', () => {
    const stage = new TransactionStage();
    stage.isHeld = true;
    const first = stage.askInit('tx');
    expect(first.answer).toBeUndefined();
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    // What is not replicated does not show.
    expect(stage.describe('tx').producerEpoch).toBe(-1);
    stage.release();
    expect(first.answer).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
  });

  test('an append that fails leaves everything as it was', () => {
    const stage = new TransactionStage();
    stage.producer('tx');
    stage.log.failNext = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    stage.log.failNext = ErrorCode.MESSAGE_TOO_LARGE;
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
    expect(stage.describe('tx')).toMatchObject({ producerEpoch: 0, transactionState: 'Empty' });
    expect(stage.initOnce('tx').producerEpoch).toBe(1);
  });

  test('a write that is not replicated in time is unknown: the client finds the coordinator again', () => {
    const stage = new TransactionStage();
    stage.isHeld = true;
    const asked = stage.askInit('tx');
    stage.run(30 * SECOND);
    expect(asked.answer!.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    stage.release();
    expect(stage.initOnce('tx').producerEpoch).toBe(0);
  });
});
