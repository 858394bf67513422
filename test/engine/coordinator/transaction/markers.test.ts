import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ApiKey, ErrorCode, type WriteTxnMarkersRequest } from '../../../../engine/wire/index.ts';
import { fence } from '../../broker/images.ts';
import { type Producer, TransactionStage } from './transaction-stage.ts';

/** A transaction over partitions 0 and 1 of `t`, committed. */
function commit(stage: TransactionStage, transactionalId = 'tx'): Producer {
  const producer = stage.producer(transactionalId);
  stage.add(producer, 't', [0, 1], 5);
  expect(stage.end(producer, true)).toBe(ErrorCode.NONE);
  return producer;
}

function lead(stage: TransactionStage, partitionId: number, leader: number): void {
  stage.image.replay(
    {
      type: 'PartitionChangeRecord',
      partitionId,
      topicId: 'ttttttttttttttttttttQQ',
      isr: null,
      leader,
      replicas: null,
      removingReplicas: null,
      addingReplicas: null,
      leaderRecoveryState: -1,
      directories: null,
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
    500,
  );
}

describe('markers', () => {
  test('a request holds what has gathered for a broker; the next goes out when it is answered', () => {
    const stage = new TransactionStage();
    stage.producer('one');
    stage.holdsMarkers = true;
    commit(stage, 'one');
    commit(stage, 'two');
    commit(stage, 'three');
    stage.holdsMarkers = false;
    const batches: number[] = [];
    const handle = stage.data.handle.bind(stage.data);
    stage.data.handle = (body: WriteTxnMarkersRequest) => {
      batches.push(body.markers.length);
      return handle(body);
    };
    stage.release();
    expect(batches).toEqual([1, 2]);
    expect(stage.state('three')).toBe('CompleteCommit');
    expect(stage.coordinator.pendingMarkers).toBe(0);
  });

  test('each leader gets its own partitions', () => {
    const stage = new TransactionStage();
    lead(stage, 1, 2);
    stage.holdsMarkers = true;
    const sent: [number, object][] = [];
    const request = stage.rpc.request.bind(stage.rpc);
    stage.rpc.request = (at, node, owner, token, apiKey, body, timeoutUs) => {
      if (apiKey === ApiKey.WriteTxnMarkers)
        sent.push([node, (body as WriteTxnMarkersRequest).markers[0]!.topics]);
      request(at, node, owner, token, apiKey, body, timeoutUs);
    };
    commit(stage);
    expect(sent).toEqual([
      [1, [{ name: 't', partitionIndexes: [0] }]],
      [2, [{ name: 't', partitionIndexes: [1] }]],
    ]);
  });

  test.each([
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.NOT_ENOUGH_REPLICAS,
    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ErrorCode.REQUEST_TIMED_OUT,
    ErrorCode.KAFKA_STORAGE_ERROR,
  ])('a partition that answers %i is asked again after a tenth of a second', (refusal) => {
    const stage = new TransactionStage();
    stage.data.refusals.set('t-1', refusal);
    commit(stage);
    expect(stage.describe('tx').topics).toEqual([{ topic: 't', partitions: [1] }]);
    stage.run(350 * MS);
    expect(stage.state('tx')).toBe('PrepareCommit');
    stage.data.refusals.clear();
    stage.run(99 * MS);
    expect(stage.state('tx')).toBe('CompleteCommit');
    expect(stage.data.partition('t-0').markers).toHaveLength(1);
  });

  test.each([ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, ErrorCode.UNSUPPORTED_VERSION])(
    'a partition that answers %i needs no marker',
    (refusal) => {
      const stage = new TransactionStage();
      stage.data.refusals.set('t-1', refusal);
      commit(stage);
      expect(stage.state('tx')).toBe('CompleteCommit');
    },
  );

  test.each([ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.TRANSACTION_COORDINATOR_FENCED])(
    'a partition that answers %i says that another is in charge: nothing more is sent until the next load',
    (refusal) => {
      const stage = new TransactionStage();
      stage.data.refusals.set('t-1', refusal);
      commit(stage);
      stage.data.refusals.clear();
      stage.run(5 * SECOND);
      expect(stage.state('tx')).toBe('PrepareCommit');
      expect(stage.coordinator.pendingMarkers).toBe(0);
      stage.failOver();
      expect(stage.state('tx')).toBe('CompleteCommit');
    },
  );

  test('an answer that no marker can get ends the process', () => {
    const stage = new TransactionStage();
    stage.data.refusals.set('t-1', ErrorCode.CORRUPT_MESSAGE);
    expect(() => commit(stage)).toThrow(/a marker cannot be refused with error 2/);
  });

  test('what is lost on its way is sent again, and so is what was written when its answer was lost', () => {
    const stage = new TransactionStage();
    stage.markerFates.push('lost', 'answer lost');
    commit(stage);
    stage.run(250 * MS);
    expect(stage.state('tx')).toBe('CompleteCommit');
    expect(stage.data.partition('t-0').markers).toHaveLength(2);
  });

  test('a new leader gets what the old one did not write', () => {
    const stage = new TransactionStage();
    stage.data.refusals.set('t-0', ErrorCode.NOT_LEADER_OR_FOLLOWER);
    commit(stage);
    lead(stage, 0, 3);
    stage.data.refusals.clear();
    stage.run(100 * MS);
    expect(stage.state('tx')).toBe('CompleteCommit');
  });

  test('a partition without a leader, or with one that is fenced, waits for one', () => {
    const stage = new TransactionStage();
    lead(stage, 0, -1);
    lead(stage, 1, 3);
    fence(stage.image, 3);
    commit(stage);
    stage.run(SECOND);
    expect(stage.describe('tx').topics).toEqual([{ topic: 't', partitions: [0, 1] }]);
    lead(stage, 0, 1);
    lead(stage, 1, 1);
    stage.run(100 * MS);
    expect(stage.state('tx')).toBe('CompleteCommit');
  });

  test('partitions of a topic that is deleted need no marker', () => {
    const stage = new TransactionStage();
    stage.data.refusals.set('t-1', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    commit(stage);
    stage.image.replay({ type: 'RemoveTopicRecord', topicId: 'ttttttttttttttttttttQQ' }, 600);
    stage.run(100 * MS);
    expect(stage.state('tx')).toBe('CompleteCommit');
  });

  test('a completion that cannot be written is written again', () => {
    const stage = new TransactionStage();
    stage.holdsMarkers = true;
    commit(stage);
    stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
    stage.release();
    expect(stage.state('tx')).toBe('PrepareCommit');
    expect(stage.initOnce('tx').errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    stage.run(100 * MS);
    expect(stage.state('tx')).toBe('CompleteCommit');
  });

  test('what belongs to a partition that was lost is neither sent nor completed', () => {
    const stage = new TransactionStage();
    stage.holdsMarkers = true;
    commit(stage, 'one');
    commit(stage, 'two');
    stage.coordinator.onResigned(stage.now, 0, 9, stage.out);
    expect(stage.coordinator.pendingMarkers).toBe(0);
    const { logEndOffset } = stage.log.partition(0);
    stage.release();
    stage.run(SECOND);
    // What was under way has arrived; what waited has not gone out.
    expect(stage.data.partition('t-0').markers).toHaveLength(1);
    expect(stage.log.partition(0).logEndOffset).toBe(logEndOffset);
  });

  test('the same broker in a new leader epoch reads again and sends anew, with that epoch', () => {
    const stage = new TransactionStage();
    stage.holdsMarkers = true;
    commit(stage);
    stage.elect();
    stage.release();
    stage.run(SECOND);
    expect(stage.state('tx')).toBe('CompleteCommit');
    expect(stage.data.partition('t-0').markers.map(({ coordinatorEpoch }) => coordinatorEpoch)).toEqual([
      1, 2,
    ]);
  });
});
