import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import {
  ApiKey,
  addOffsetsToTxnResponse,
  type EndTxnRequest,
  ErrorCode,
  type FindCoordinatorRequest,
  type InitProducerIdRequest,
  initProducerIdResponse,
  make,
  type ProduceRequest,
} from '../../../../engine/wire/index.ts';
import { named } from './batch-names.ts';
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
import { GROUP, offsets, ready, TransactionStage } from './transaction-stage.ts';

describe('init', () => {
  test('finds the coordinator, then asks it for an id', () => {
    const s = new TransactionStage({ 'transaction.timeout.ms': 5_000 });
    s.boot();
    s.act({ do: 'init' });
    const looked = s.coordinate(2).body as FindCoordinatorRequest;
    expect(looked).toEqual({ key: '', keyType: 1, coordinatorKeys: ['x'] });
    const asked = s.identify(7, 4);
    expect(asked.broker).toBe(2);
    expect(asked.body as InitProducerIdRequest).toMatchObject({
      transactionalId: 'x',
      transactionTimeoutMs: 5_000,
      producerId: -1,
      producerEpoch: -1,
    });
    s.act(BEGIN);
    expect(s.events).toEqual(['init 0 ok', 'began 1 as 7/4', 'begin 1 ok']);
  });

  test('waits while the coordinator is not there, loads, or ends the last transaction', () => {
    const s = new TransactionStage();
    s.boot();
    s.act({ do: 'init' });
    s.coordinate(-1, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    s.coordinate(2);
    for (const code of [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.CONCURRENT_TRANSACTIONS]) {
      const asked = s.one(ApiKey.InitProducerId);
      s.stage.answer(asked, make(initProducerIdResponse, { errorCode: code }));
      s.stage.advance(100 * MS);
    }
    const asked = s.one(ApiKey.InitProducerId);
    s.stage.answer(asked, make(initProducerIdResponse, { errorCode: ErrorCode.NOT_COORDINATOR }));
    s.coordinate(3);
    expect(s.identify(7, 0).broker).toBe(3);
    expect(s.events).toEqual(['init 0 ok']);
  });

  test('that times out is to be called again, and nothing else is', () => {
    const s = new TransactionStage({ 'max.block.ms': 1_000 });
    s.boot();
    s.act({ do: 'init' });
    s.stage.advance(1 * SECOND);
    s.act(BEGIN);
    s.act({ do: 'init' });
    s.coordinate(2);
    s.identify(7, 0);
    expect(s.events).toEqual([
      `init 0 unknown (${ErrorCode.REQUEST_TIMED_OUT}, retriable)`,
      `begin 1 fail (${ErrorCode.INVALID_TXN_STATE}, illegal state)`,
      'init 0 ok',
    ]);
  });
});

describe('a transaction under TV1', () => {
  test('tells the coordinator of each partition before anything is written there', () => {
    const s = ready(1);
    s.act(BEGIN, send(1, 0), send(2, 1));
    expect(s.take(ApiKey.Produce)).toEqual([]);
    const told = added(s);
    expect(told.request.apiVersion).toBe(3);
    expect(told.body).toMatchObject({
      v3AndBelowTransactionalId: 'x',
      v3AndBelowProducerId: 7,
      v3AndBelowTopics: [{ name: 't', partitions: [0, 1] }],
    });
    const first = produced(s);
    expect(first.map(named).toSorted()).toEqual(['0:7/0/0+1 txn', '1:7/0/0+1 txn']);
    expect(first.map(({ request }) => request.apiVersion)).toEqual([11, 11]);
    expect(first[0]!.body.transactionalId).toBe('x');
    s.act(send(3, 0));
    expect(s.take(ApiKey.AddPartitionsToTxn)).toEqual([]);
    expect(produced(s).map(named)).toEqual(['0:7/0/1+1 txn']);
  });

  test('ends once every record is acknowledged; the next one has the same epoch and goes on counting', () => {
    const s = ready(1);
    s.act(BEGIN, send(1), COMMIT);
    added(s);
    expect(s.take(ApiKey.EndTxn)).toEqual([]);
    produced(s);
    const end = ended(s);
    expect(end.request.apiVersion).toBe(4);
    expect(end.body).toEqual({ transactionalId: 'x', producerId: 7, producerEpoch: 0, committed: true });
    s.act(BEGIN, send(2));
    added(s);
    expect(produced(s).map(named)).toEqual(['0:7/0/1+1 txn']);
    expect(s.events).toEqual([
      'began 1 as 7/0',
      'begin 1 ok',
      'acked t-0: 1',
      'commit 1 ok',
      'began 2 as 7/0',
      'begin 2 ok',
      'acked t-0: 2',
    ]);
  });

  test('hurries while the last one is being completed', () => {
    const s = ready(1);
    s.act(BEGIN, send(1));
    added(s, ErrorCode.CONCURRENT_TRANSACTIONS);
    s.stage.advance(19 * MS);
    expect(s.take(ApiKey.AddPartitionsToTxn)).toEqual([]);
    s.stage.advance(1 * MS);
    added(s);
    expect(produced(s).length).toBe(1);
  });

  test('takes offsets through the coordinator, then to the group’s', () => {
    const s = ready(1);
    s.act(BEGIN, offsets(42));
    const told = s.one(ApiKey.AddOffsetsToTxn);
    expect(told.body).toEqual({ transactionalId: 'x', producerId: 7, producerEpoch: 0, groupId: 'g' });
    s.stage.answer(told, make(addOffsetsToTxnResponse, { errorCode: 0 }));
    const looked = s.coordinate(3).body as FindCoordinatorRequest;
    expect(looked).toMatchObject({ keyType: 0, coordinatorKeys: ['g'] });
    s.stage.advance(100 * MS);
    const sent = committedOffsets(s);
    expect(sent.broker).toBe(3);
    expect(sent.request.apiVersion).toBe(4);
    expect(sent.body).toMatchObject({
      memberId: GROUP.memberId,
      generationIdOrMemberEpoch: GROUP.generationId,
      topics: [
        { name: 'in', partitions: [{ partitionIndex: 0, committedOffset: 42, committedLeaderEpoch: 5 }] },
      ],
    });
    expect(s.events.at(-1)).toBe('send offsets 1 ok');
  });

  test('that failed is aborted, and the epoch is raised by the client', () => {
    const s = begun(1);
    s.act(send(2));
    produced(s, ErrorCode.INVALID_RECORD);
    s.act(COMMIT, ABORT);
    expect(ended(s).body.committed).toBe(false);
    const bump = s.identify(7, 1).body as InitProducerIdRequest;
    expect(bump).toMatchObject({ producerId: 7, producerEpoch: 0 });
    s.act(BEGIN, send(3));
    added(s);
    expect(produced(s).map(named)).toEqual(['0:7/1/0+1 txn']);
    expect(s.events).toEqual([
      `fail t-0 (${ErrorCode.INVALID_RECORD}): 2`,
      `commit 1 fail (${ErrorCode.INVALID_RECORD}, abortable)`,
      'abort 1 ok',
      'began 2 as 7/1',
      'begin 2 ok',
      'acked t-0: 3',
    ]);
  });
});

describe('a transaction under TV2', () => {
  test('writes at once, and each one has an epoch of its own', () => {
    const s = ready(2);
    s.act(BEGIN, send(1), COMMIT);
    expect(s.take(ApiKey.AddPartitionsToTxn)).toEqual([]);
    const [first] = produced(s);
    expect(first!.request.apiVersion).toBeGreaterThanOrEqual(12);
    expect(ended(s, 0, 7, 1).request.apiVersion).toBe(5);
    s.act(BEGIN, send(2));
    expect(produced(s).map(named)).toEqual(['0:7/1/0+1 txn']);
  });

  test('goes on with another id when epochs have run out', () => {
    const s = begun(2);
    s.act(COMMIT);
    ended(s, 0, 8, 0);
    s.act(BEGIN, send(2));
    expect(produced(s).map(named)).toEqual(['0:8/0/0+1 txn']);
  });

  test('takes offsets to the group’s coordinator at once, by topic id', () => {
    const s = ready(2);
    s.act(BEGIN, offsets(42), COMMIT);
    s.coordinate(3);
    const sent = committedOffsets(s);
    expect(sent.request.apiVersion).toBe(6);
    expect(sent.body.topics[0]).toMatchObject({ name: '', topicId: s.stage.topics.get('in')!.id });
    ended(s, 0, 7, 1);
    expect(s.events.slice(-2)).toEqual(['send offsets 1 ok', 'commit 1 ok']);
  });

  test('names topics whose ids are not known', () => {
    const s = ready(2);
    s.stage.topics.delete('in');
    s.act(BEGIN, offsets(42));
    s.coordinate(3);
    const sent = committedOffsets(s);
    expect(sent.request.apiVersion).toBe(5);
    expect(sent.body.topics[0]).toMatchObject({ name: 'in' });
  });

  test('that failed is aborted, and the coordinator raises the epoch', () => {
    const s = begun(2);
    s.act(send(2));
    produced(s, ErrorCode.TRANSACTION_ABORTABLE);
    s.act(COMMIT, ABORT);
    ended(s, 0, 7, 1);
    expect(s.take(ApiKey.InitProducerId)).toEqual([]);
    expect(s.events).toEqual([
      `fail t-0 (${ErrorCode.TRANSACTION_ABORTABLE}): 2`,
      `commit 1 fail (${ErrorCode.TRANSACTION_ABORTABLE}, abortable)`,
      'abort 1 ok',
    ]);
  });

  test('begins after the first transaction that ends when the cluster has come to it, with a new epoch', () => {
    const s = begun(1);
    s.stage.features = { epoch: 9, levels: { 'transaction.version': 2 } };
    s.stage.topic('new', [3]);
    // A broker that was not spoken to before tells of it.
    s.act(send(2, 2));
    added(s);
    produced(s);
    s.act(COMMIT);
    expect(ended(s).request.apiVersion).toBe(4);
    s.identify(7, 1);
    s.act(BEGIN, send(3));
    expect(s.take(ApiKey.AddPartitionsToTxn)).toEqual([]);
    expect(produced(s).map(named)).toEqual(['0:7/1/0+1 txn']);
  });
});

describe('a transaction that cannot be committed any more', () => {
  test('drops what has not left, and lets what was sent come to its end, without a gap', () => {
    const s = ready(2);
    s.act(BEGIN, send(1));
    const [first] = s.take<ProduceRequest>(ApiKey.Produce);
    s.act(send(2));
    const [second] = s.take<ProduceRequest>(ApiKey.Produce);
    s.stage.answersMetadata = false;
    s.stage.move('t', 2, -1);
    s.produced(first!, ErrorCode.INVALID_RECORD);
    s.produced(second!, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    s.act(send(3));
    s.stage.advance(100 * MS);
    expect(produced(s).map(named)).toEqual(['0:7/0/0+1 txn']);
    s.act(ABORT);
    ended(s, 0, 7, 1);
    expect(s.events.slice(2)).toEqual([
      `fail t-0 (${ErrorCode.INVALID_RECORD}): 1`,
      `fail t-0 (${ErrorCode.INVALID_RECORD}): 3`,
      `send 1 fail (${ErrorCode.INVALID_RECORD}, abortable)`,
      'acked t-0: 2',
      'abort 1 ok',
    ]);
  });

  test('fails what lingers at once, not when it is aborted', () => {
    const s = ready(2, { 'linger.ms': 1_000 });
    s.act(BEGIN, send(1), { do: 'flush' });
    const [first] = s.take<ProduceRequest>(ApiKey.Produce);
    s.produced(first!);
    s.act(send(2, 1), send(3, 2));
    s.stage.advance(1_000 * MS);
    const [second] = s.take<ProduceRequest>(ApiKey.Produce);
    s.act(send(4, 0));
    s.produced(second!, ErrorCode.INVALID_RECORD);
    expect(s.events.slice(-2)).toEqual([
      `fail t-1 (${ErrorCode.INVALID_RECORD}): 2`,
      `fail t-0 (${ErrorCode.INVALID_RECORD}): 4`,
    ]);
  });
});

describe('the end of a transaction', () => {
  test('that nothing was written in is nobody’s business', () => {
    const s = ready(1);
    s.act(BEGIN, COMMIT, BEGIN, ABORT);
    expect(s.take(ApiKey.EndTxn)).toEqual([]);
    expect(s.events.filter((event) => event.endsWith('ok'))).toEqual([
      'begin 1 ok',
      'commit 1 ok',
      'begin 2 ok',
      'abort 2 ok',
    ]);
  });

  test('by abort drops what has not left', () => {
    const s = ready(2, { 'linger.ms': 1_000 });
    s.act(BEGIN, send(1), ABORT);
    expect(s.take(ApiKey.Produce)).toEqual([]);
    ended(s, 0, 7, 1);
    expect(s.events.slice(2)).toEqual([`fail t-0 (${ErrorCode.OPERATION_NOT_ATTEMPTED}): 1`, 'abort 1 ok']);
  });

  test('that times out is unknown; only the same call goes on', () => {
    const s = begun(2, { 'max.block.ms': 1_000 });
    s.act(COMMIT);
    s.stage.advance(1 * SECOND);
    s.act(ABORT, send(2), COMMIT);
    ended(s, 0, 7, 1);
    expect(s.events).toEqual([
      `commit 1 unknown (${ErrorCode.REQUEST_TIMED_OUT}, retriable)`,
      `abort 1 fail (${ErrorCode.INVALID_TXN_STATE}, illegal state)`,
      `fail t-0 (${ErrorCode.INVALID_TXN_STATE}): 2`,
      `send 1 fail (${ErrorCode.INVALID_TXN_STATE}, illegal state)`,
      'commit 1 ok',
    ]);
  });

  test('survives a coordinator that moves and one that is lost', () => {
    const s = begun(2);
    s.act(COMMIT);
    ended(s, ErrorCode.NOT_COORDINATOR);
    s.coordinate(3);
    const second = s.one<EndTxnRequest>(ApiKey.EndTxn);
    expect(second.broker).toBe(3);
    s.stage.drop(second);
    s.coordinate(1);
    s.stage.advance(200 * MS);
    ended(s, 0, 7, 1);
    expect(s.events).toEqual(['commit 1 ok']);
  });

  test('by a producer that was fenced is certain, and unknown when an answer was lost before', () => {
    const certain = begun(2);
    certain.act(COMMIT);
    ended(certain, ErrorCode.PRODUCER_FENCED);
    expect(certain.events).toEqual([`commit 1 fail (${ErrorCode.PRODUCER_FENCED}, application recoverable)`]);
    const lost = begun(2);
    lost.act(COMMIT);
    lost.stage.drop(lost.one(ApiKey.EndTxn));
    lost.coordinate(3);
    ended(lost, ErrorCode.PRODUCER_FENCED);
    expect(lost.events).toEqual([`commit 1 unknown (${ErrorCode.PRODUCER_FENCED}, application recoverable)`]);
  });

  test('comes with a close, by abort', () => {
    const s = begun(2);
    s.act({ do: 'close' });
    expect(ended(s, 0, 7, 1).body.committed).toBe(false);
    expect(s.stage.out.exited).toBe('clean');
  });

  test('is not waited for longer than max.block.ms by a close', () => {
    const s = begun(2, { 'max.block.ms': 1_000 });
    s.stage.input({ kind: 'shutdown' });
    expect(s.stage.out.exited).toBe(null);
    s.stage.advance(1 * SECOND);
    expect(s.stage.out.exited).toBe('clean');
  });
});

describe('a producer that is thrown away', () => {
  test('drops what it has, and another one begins anew', () => {
    const s = begun(2);
    s.act(send(2));
    s.take(ApiKey.Produce);
    s.act({ do: 'reopen' }, { do: 'init' });
    s.stage.advance(100 * MS);
    s.coordinate(2);
    s.identify(7, 2);
    s.act(BEGIN, send(3));
    expect(produced(s).map(named)).toEqual(['0:7/2/0+1 txn']);
    expect(s.events).toEqual([
      `unknown t-0 (${ErrorCode.UNKNOWN_SERVER_ERROR}): 2`,
      'init 0 ok',
      'began 2 as 7/2',
      'begin 2 ok',
      'acked t-0: 3',
    ]);
  });
});
