import { describe, expect, test } from 'vitest';
import { MS } from '../../../../engine/machine/index.ts';
import { ApiKey, addOffsetsToTxnResponse, ErrorCode, make } from '../../../../engine/wire/index.ts';
import {
  ABORT,
  added,
  BEGIN,
  begun,
  COMMIT,
  committedOffsets,
  ended,
  produced,
  send,
} from './transaction-answers.ts';
import { offsets, ready, type TransactionStage } from './transaction-stage.ts';

type Verdict = 'retried' | 'found again' | 'abortable' | 'application recoverable' | 'fatal';

/** What becomes of the answer of a transaction coordinator that says this (TransactionManager's handlers). */
const OF_COORDINATOR: readonly (readonly [number, Verdict])[] = [
  [ErrorCode.COORDINATOR_NOT_AVAILABLE, 'found again'],
  [ErrorCode.NOT_COORDINATOR, 'found again'],
  [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 'retried'],
  [ErrorCode.CONCURRENT_TRANSACTIONS, 'retried'],
  [ErrorCode.NETWORK_EXCEPTION, 'retried'],
  [ErrorCode.INVALID_PRODUCER_EPOCH, 'application recoverable'],
  [ErrorCode.PRODUCER_FENCED, 'application recoverable'],
  [ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 'fatal'],
  [ErrorCode.INVALID_TXN_STATE, 'fatal'],
  [ErrorCode.INVALID_PRODUCER_ID_MAPPING, 'application recoverable'],
  [ErrorCode.UNKNOWN_PRODUCER_ID, 'abortable'],
  [ErrorCode.TRANSACTION_ABORTABLE, 'abortable'],
];

const OF_GROUP: readonly (readonly [number, Verdict])[] = [
  [ErrorCode.COORDINATOR_NOT_AVAILABLE, 'found again'],
  [ErrorCode.NOT_COORDINATOR, 'found again'],
  [ErrorCode.REQUEST_TIMED_OUT, 'found again'],
  [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 'retried'],
  [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'retried'],
  [ErrorCode.CONCURRENT_TRANSACTIONS, 'retried'],
  [ErrorCode.GROUP_AUTHORIZATION_FAILED, 'abortable'],
  [ErrorCode.FENCED_INSTANCE_ID, 'abortable'],
  [ErrorCode.TRANSACTION_ABORTABLE, 'abortable'],
  [ErrorCode.UNKNOWN_MEMBER_ID, 'abortable'],
  [ErrorCode.ILLEGAL_GENERATION, 'abortable'],
  [ErrorCode.GROUP_ID_NOT_FOUND, 'abortable'],
  [ErrorCode.STALE_MEMBER_EPOCH, 'abortable'],
  [ErrorCode.INVALID_PRODUCER_EPOCH, 'application recoverable'],
  [ErrorCode.PRODUCER_FENCED, 'application recoverable'],
  [ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 'fatal'],
  [ErrorCode.INVALID_TXN_STATE, 'fatal'],
];

const OF_LEADER: readonly (readonly [number, Verdict])[] = [
  [ErrorCode.NOT_ENOUGH_REPLICAS, 'retried'],
  [ErrorCode.CONCURRENT_TRANSACTIONS, 'retried'],
  [ErrorCode.INVALID_PRODUCER_EPOCH, 'abortable'],
  [ErrorCode.INVALID_TXN_STATE, 'abortable'],
  [ErrorCode.TRANSACTION_ABORTABLE, 'abortable'],
  [ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 'abortable'],
  [ErrorCode.UNKNOWN_PRODUCER_ID, 'abortable'],
  [ErrorCode.INVALID_RECORD, 'abortable'],
  [ErrorCode.PRODUCER_FENCED, 'application recoverable'],
  [ErrorCode.INVALID_PRODUCER_ID_MAPPING, 'application recoverable'],
  [ErrorCode.CLUSTER_AUTHORIZATION_FAILED, 'fatal'],
];

/** What the application hears of its next commit, or what the producer does instead. */
function verdict(s: TransactionStage, apiKey: number): Verdict {
  s.stage.advance(1 * MS);
  const looked = s.take(ApiKey.FindCoordinator).length > 0;
  if (looked) return 'found again';
  s.stage.advance(200 * MS);
  if (s.take(apiKey).length > 0) return 'retried';
  if (s.results.at(-1)!.outcome === 'ok') s.act(COMMIT);
  const last = s.results.at(-1)!;
  if (last.outcome === 'ok') throw new Error('it went well');
  return last.error.errorClass as Verdict;
}

describe('an error of the transaction coordinator', () => {
  for (const [code, expected] of OF_COORDINATOR) {
    test(`${code} to EndTxn: ${expected}`, () => {
      const s = begun(2);
      s.act(COMMIT);
      ended(s, code);
      expect(verdict(s, ApiKey.EndTxn)).toBe(expected);
    });

    test(`${code} to AddPartitionsToTxn: ${expected}`, () => {
      const s = ready(1);
      s.act(BEGIN, send(1));
      added(s, code);
      expect(verdict(s, ApiKey.AddPartitionsToTxn)).toBe(expected);
    });

    test(`${code} to AddOffsetsToTxn: ${expected}`, () => {
      const s = ready(1);
      s.act(BEGIN, offsets(1));
      s.stage.answer(s.one(ApiKey.AddOffsetsToTxn), make(addOffsetsToTxnResponse, { errorCode: code }));
      expect(verdict(s, ApiKey.AddOffsetsToTxn)).toBe(expected);
    });
  }

  test('to an abort that asks to abort is fatal, lest it go round in circles', () => {
    const s = begun(2);
    s.act(ABORT);
    ended(s, ErrorCode.TRANSACTION_ABORTABLE);
    expect(s.events).toEqual([`abort 1 fail (${ErrorCode.TRANSACTION_ABORTABLE}, fatal)`]);
  });
});

describe('an error of the group coordinator', () => {
  for (const [code, expected] of OF_GROUP) {
    test(`${code}: ${expected}`, () => {
      const s = ready(2);
      s.act(BEGIN, offsets(1));
      s.coordinate(3);
      committedOffsets(s, code);
      expect(verdict(s, ApiKey.TxnOffsetCommit)).toBe(expected);
    });
  }
});

describe('an error of a leader', () => {
  for (const version of [1, 2] as const) {
    for (const [code, expected] of OF_LEADER) {
      test(`${code} under TV${version}: ${expected}`, () => {
        const s = begun(version);
        s.act(send(2));
        produced(s, code);
        expect(verdict(s, ApiKey.Produce)).toBe(expected);
      });
    }
  }

  test('that nobody can mend ends the commit that waits for the record', () => {
    const s = begun(2);
    s.act(send(2), COMMIT);
    produced(s, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    expect(s.events.at(-1)).toBe(
      `commit 1 fail (${ErrorCode.INVALID_PRODUCER_ID_MAPPING}, application recoverable)`,
    );
  });
});
