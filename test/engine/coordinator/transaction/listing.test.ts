import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode, type ListTransactionsRequest } from '../../../../engine/wire/index.ts';
import { TransactionStage } from './transaction-stage.ts';

function three(): TransactionStage {
  const stage = new TransactionStage();
  stage.add(stage.producer('old'), 't', [0], 5);
  stage.run(5 * SECOND);
  stage.add(stage.producer('new'), 't', [0], 5);
  stage.producer('idle');
  return stage;
}

describe('ListTransactions', () => {
  test.each<[string, Partial<ListTransactionsRequest>, string[]]>([
    ['nothing', {}, ['old', 'new', 'idle']],
    ['a state', { stateFilters: ['Ongoing'] }, ['old', 'new']],
    ['two states', { stateFilters: ['Empty', 'CompleteCommit'] }, ['idle']],
    ['a state that nobody knows', { stateFilters: ['Wondering'] }, []],
    ['producers', { producerIdFilters: [1_000, 1_002] }, ['old', 'idle']],
    // Without a start a transaction has been open for ever: -1 is long ago.
    ['a duration', { durationFilter: 4_000 }, ['old', 'idle']],
    ['no duration', { durationFilter: -1 }, ['old', 'new', 'idle']],
    ['a pattern of the whole id', { transactionalIdPattern: 'i.*l.' }, ['idle']],
    ['a pattern of a part', { transactionalIdPattern: 'ol' }, []],
    ['a needless backslash', { transactionalIdPattern: 'o\\-?ld' }, ['old']],
    ['alternatives', { transactionalIdPattern: 'old|new' }, ['old', 'new']],
    ['an empty pattern', { transactionalIdPattern: '' }, ['old', 'new', 'idle']],
    ['several', { stateFilters: ['Ongoing'], durationFilter: 4_000 }, ['old']],
  ])('filters by %s', (_what, filters, ids) => {
    const { errorCode, transactionStates } = three().list(filters);
    expect(errorCode).toBe(ErrorCode.NONE);
    expect(transactionStates.map(({ transactionalId }) => transactionalId)).toEqual(ids);
  });

  test('names the states that it does not know, and refuses what is no expression', () => {
    const stage = three();
    expect(stage.list({ stateFilters: ['Ongoing', 'Wondering'] })).toMatchObject({
      unknownStateFilters: ['Wondering'],
      transactionStates: [{ transactionState: 'Ongoing' }, { transactionState: 'Ongoing' }],
    });
    expect(stage.list({ transactionalIdPattern: '(' }).errorCode).toBe(ErrorCode.INVALID_REGULAR_EXPRESSION);
  });
});

describe('DescribeTransactions', () => {
  test('tells what is known of an id, and why nothing is', () => {
    const stage = three();
    expect(stage.describe('old')).toEqual({
      errorCode: ErrorCode.NONE,
      transactionalId: 'old',
      transactionState: 'Ongoing',
      transactionTimeoutMs: 60_000,
      transactionStartTimeMs: stage.nowMs - 5_000,
      producerId: 1_000,
      producerEpoch: 0,
      topics: [{ topic: 't', partitions: [0] }],
    });
    expect(stage.describe('idle')).toMatchObject({ transactionStartTimeMs: -1, topics: [] });
    expect(stage.describe('who').errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
    expect(stage.describe('').errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });
});
