import { describe, expect, test } from 'vitest';
import { ApiKey, ErrorCode } from '../../../../engine/wire/index.ts';
import { TransactionStage } from './transaction-stage.ts';

const { INVALID_PRODUCER_ID_MAPPING, NONE, PRODUCER_FENCED, TRANSACTION_ABORTABLE } = ErrorCode;

describe('AddPartitionsToTxn', () => {
  test('the first partitions open a transaction, later ones join it', () => {
    const stage = new TransactionStage(1);
    const producer = stage.producer('tx');
    expect(stage.add(producer, 't', [1, 0])).toBe(NONE);
    expect(stage.add(producer, 'u', [2])).toBe(NONE);
    expect(stage.describe('tx')).toMatchObject({
      transactionState: 'Ongoing',
      transactionStartTimeMs: stage.nowMs,
      topics: [
        { topic: 't', partitions: [0, 1] },
        { topic: 'u', partitions: [2] },
      ],
    });
  });

  test('partitions that are in already cost no write', () => {
    const stage = new TransactionStage(1);
    const producer = stage.producer('tx');
    stage.add(producer, 't', [0, 1]);
    const { logEndOffset } = stage.log.partition(0);
    expect(stage.add(producer, 't', [1])).toBe(NONE);
    expect(stage.log.partition(0).logEndOffset).toBe(logEndOffset);
  });

  test.each([
    ['another producer id', { producerId: 1 }, 3, INVALID_PRODUCER_ID_MAPPING],
    ['another epoch', { producerEpoch: 9 }, 3, PRODUCER_FENCED],
    ['another epoch, to a broker', { producerEpoch: 9 }, 5, PRODUCER_FENCED],
    ['another epoch, to an old client', { producerEpoch: 9 }, 1, ErrorCode.INVALID_PRODUCER_EPOCH],
    ['an unknown id', { transactionalId: 'who' }, 3, INVALID_PRODUCER_ID_MAPPING],
    ['no id', { transactionalId: '' }, 3, ErrorCode.INVALID_REQUEST],
  ])('%s', (_what, wrong, apiVersion, errorCode) => {
    const stage = new TransactionStage();
    expect(stage.add({ ...stage.producer('tx'), ...wrong }, 't', [0], apiVersion)).toBe(errorCode);
    expect(stage.state('tx')).toBe('Empty');
  });

  test('one partition that does not exist keeps the others out', () => {
    const stage = new TransactionStage();
    const { answer } = stage.askAdd(stage.producer('tx'), 't', [0, 7]);
    expect(answer?.resultsByTopicV3AndBelow).toEqual([
      {
        name: 't',
        resultsByPartition: [
          { partitionIndex: 0, partitionErrorCode: ErrorCode.OPERATION_NOT_ATTEMPTED },
          { partitionIndex: 7, partitionErrorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
        ],
      },
    ]);
    expect(stage.state('tx')).toBe('Empty');
  });

  test('while a decision is pending or its markers are on their way it comes again', () => {
    const stage = new TransactionStage(1);
    const producer = stage.producer('tx');
    stage.add(producer);
    stage.isHeld = true;
    const ending = stage.askEnd(producer, true, 4);
    expect(stage.add(producer, 't', [1])).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    stage.holdsMarkers = true;
    stage.isHeld = false;
    stage.settle();
    expect(ending.answer?.errorCode).toBe(NONE);
    expect(stage.add(producer, 't', [1])).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    stage.release();
    expect(stage.add(producer, 't', [1])).toBe(NONE);
  });

  test('a broker asks for many transactions at once, and hears of each', () => {
    const stage = new TransactionStage();
    const one = stage.producer('one');
    const two = stage.producer('two');
    const topics = [{ name: 't', partitions: [0] }];
    const entry = (producer: typeof one, verifyOnly: boolean) => ({ ...producer, verifyOnly, topics });
    const body = {
      transactions: [
        entry(one, false),
        entry(two, true),
        entry({ ...two, producerEpoch: 5, transactionalId: 'two' }, false),
      ],
      v3AndBelowTransactionalId: '',
      v3AndBelowProducerId: 0,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [],
    };
    const codeOf = (code: number) => [
      { name: 't', resultsByPartition: [{ partitionIndex: 0, partitionErrorCode: code }] },
    ];
    expect(stage.ask(ApiKey.AddPartitionsToTxn, 5, body).answer).toEqual({
      throttleTimeMs: 0,
      errorCode: 0,
      resultsByTransaction: [
        { transactionalId: 'one', topicResults: codeOf(NONE) },
        { transactionalId: 'two', topicResults: codeOf(TRANSACTION_ABORTABLE) },
        { transactionalId: 'two', topicResults: codeOf(PRODUCER_FENCED) },
      ],
      resultsByTopicV3AndBelow: [],
    });
  });

  test('an append that fails leaves the transaction as it was', () => {
    const stage = new TransactionStage();
    const producer = stage.producer('tx');
    stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
    expect(stage.add(producer)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(stage.state('tx')).toBe('Empty');
    expect(stage.add(producer)).toBe(NONE);
  });
});

describe('the verification of partitions (KIP-890)', () => {
  test('says yes to what is in the transaction and abortable to what is not', () => {
    const stage = new TransactionStage(1);
    const producer = stage.producer('tx');
    expect(stage.verify(producer)).toBe(TRANSACTION_ABORTABLE);
    stage.add(producer, 't', [0]);
    expect(stage.verify(producer)).toBe(NONE);
    expect(stage.verify(producer, 't', 1)).toBe(TRANSACTION_ABORTABLE);
    expect(stage.verify(producer, 'u', 0)).toBe(TRANSACTION_ABORTABLE);
  });

  test.each([
    ['another producer', { producerId: 1 }, INVALID_PRODUCER_ID_MAPPING],
    ['another epoch', { producerEpoch: 1 }, PRODUCER_FENCED],
    ['an unknown id', { transactionalId: 'who' }, INVALID_PRODUCER_ID_MAPPING],
    ['no id', { transactionalId: '' }, ErrorCode.INVALID_REQUEST],
  ])('%s is refused', (_what, wrong, errorCode) => {
    const stage = new TransactionStage(1);
    const producer = stage.producer('tx');
    stage.add(producer);
    expect(stage.verify({ ...producer, ...wrong })).toBe(errorCode);
  });

  test('what is only pending does not count, and what is decided comes again', () => {
    const stage = new TransactionStage(1);
    const producer = stage.producer('tx');
    stage.isHeld = true;
    stage.askAdd(producer);
    expect(stage.verify(producer)).toBe(TRANSACTION_ABORTABLE);
    stage.release();
    expect(stage.verify(producer)).toBe(NONE);
    stage.holdsMarkers = true;
    stage.end(producer, true, 4);
    expect(stage.verify(producer)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    stage.release();
    expect(stage.verify(producer)).toBe(TRANSACTION_ABORTABLE);
  });

  test('a partition whose topic is gone is unknown', () => {
    const stage = new TransactionStage();
    expect(stage.verify(stage.producer('tx'), 'gone')).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });
});

describe('AddOffsetsToTxn', () => {
  test('takes in the partition of the group', () => {
    const stage = new TransactionStage(1);
    const producer = stage.producer('tx');
    expect(stage.addOffsets(producer)).toBe(NONE);
    expect(stage.describe('tx').topics).toEqual([{ topic: '__consumer_offsets', partitions: [0] }]);
    expect(stage.addOffsets({ ...producer, producerEpoch: 4 })).toBe(PRODUCER_FENCED);
    expect(stage.addOffsets({ ...producer, producerEpoch: 4 }, 'g', 1)).toBe(
      ErrorCode.INVALID_PRODUCER_EPOCH,
    );
    expect(stage.addOffsets({ ...producer, transactionalId: '' })).toBe(ErrorCode.INVALID_REQUEST);
  });
});
