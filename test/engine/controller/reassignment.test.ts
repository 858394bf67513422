import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlterPartitionReassignmentsResponse,
  ApiKey,
  alterPartitionReassignmentsRequest,
  ErrorCode,
  type ListPartitionReassignmentsResponse,
  make,
} from '../../../engine/wire/index.ts';
import { Stage } from './stage.ts';

/** Asks for a move of t-0; null calls it off. */
function move(
  stage: Stage,
  replicas: readonly number[] | null,
  topic = 't',
  allowReplicationFactorChange = true,
) {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, replicas }] }];
  const body = make(alterPartitionReassignmentsRequest, { topics, allowReplicationFactorChange });
  const answer = stage.call<AlterPartitionReassignmentsResponse>(ApiKey.AlterPartitionReassignments, 1, body);
  return answer.responses[0]!.partitions[0]!;
}

function listed(stage: Stage, topics: object[] | null = null) {
  const body = { timeoutMs: 1_000, topics };
  return stage.call<ListPartitionReassignmentsResponse>(ApiKey.ListPartitionReassignments, 0, body).topics;
}

/** Six brokers, and t-0 on 1, 2, 3. */
function withTopic(replicas: readonly number[] = [1, 2, 3], configs = {}): Stage {
  const stage = new Stage();
  stage.start(1, 2, 3, 4, 5, 6);
  stage.createTopic('t', [replicas], configs);
  return stage;
}

describe('a reassignment (KIP-455)', () => {
  it('has old and new replicas together until the new ones are in the ISR, then drops the old ones', () => {
    const stage = withTopic();
    expect(move(stage, [4, 5, 1])).toMatchObject({ errorCode: 0, errorMessage: null });
    expect(stage.partition('t')).toMatchObject({
      replicas: [4, 5, 1, 2, 3],
      addingReplicas: [4, 5],
      removingReplicas: [2, 3],
      isr: [1, 2, 3],
      leader: 1,
      leaderEpoch: 0,
    });
    stage.alterIsr('t', [1, 2, 3, 4]);
    expect(stage.partition('t').replicas).toHaveLength(5);
    stage.alterIsr('t', [1, 2, 3, 4, 5]);
    expect(stage.partition('t')).toMatchObject({
      replicas: [4, 5, 1],
      addingReplicas: [],
      removingReplicas: [],
      isr: [1, 4, 5],
      leader: 1,
      // Who was removed stops at this epoch.
      leaderEpoch: 1,
    });
    expect(stage.partition('t').directories).toHaveLength(3);
  });

  it('moves the leader when the old one goes, and tells it so', () => {
    const stage = withTopic();
    move(stage, [4, 5, 6]);
    expect(stage.alterIsr('t', [1, 2, 3, 4, 5, 6]).errorCode).toBe(ErrorCode.NEW_LEADER_ELECTED);
    expect(stage.partition('t')).toMatchObject({
      replicas: [4, 5, 6],
      isr: [4, 5, 6],
      leader: 4,
      leaderEpoch: 1,
    });
    expect(stage.factsOf('partition changed').every(({ unclean }) => !unclean)).toBe(true);
  });

  it('is over at once when it only orders replicas anew, or drops some of a full ISR', () => {
    const stage = withTopic();
    move(stage, [3, 1, 2]);
    expect(stage.partition('t')).toMatchObject({
      replicas: [3, 1, 2],
      leader: 1,
      leaderEpoch: 0,
      addingReplicas: [],
    });
    move(stage, [3, 1]);
    expect(stage.partition('t')).toMatchObject({
      replicas: [3, 1],
      isr: [1, 3],
      removingReplicas: [],
      leaderEpoch: 1,
    });
    expect(listed(stage)).toEqual([]);
  });

  it('never completes to an ISR smaller than it need be when the factor shrinks (KAFKA-15665)', () => {
    const stage = withTopic([1, 2, 3, 4, 5]);
    stage.expire(3, 4, 5);
    expect(stage.partition('t').isr).toEqual([1, 2]);
    stage.start(6);
    move(stage, [3, 4, 5, 6]);
    stage.alterIsr('t', [1, 2, 6]);
    expect(stage.partition('t')).toMatchObject({
      isr: [1, 2, 6],
      removingReplicas: [1, 2],
      addingReplicas: [6],
    });
  });

  it('completes with one of the staying replicas dead when the factor does not shrink (KAFKA-19975)', () => {
    const stage = withTopic();
    stage.expire(2);
    move(stage, [2, 3, 4]);
    expect(stage.alterIsr('t', [1, 3, 4]).errorCode).toBe(ErrorCode.NEW_LEADER_ELECTED);
    expect(stage.partition('t')).toMatchObject({
      replicas: [2, 3, 4],
      isr: [3, 4],
      leader: 3,
      addingReplicas: [],
    });
  });

  it('is called off: those who came are gone, those who were to go stay', () => {
    const stage = withTopic();
    move(stage, [4, 5, 1]);
    stage.alterIsr('t', [1, 2, 3, 4]);
    expect(move(stage, null).errorCode).toBe(0);
    expect(stage.partition('t')).toMatchObject({
      replicas: [1, 2, 3],
      isr: [1, 2, 3],
      addingReplicas: [],
      removingReplicas: [],
      leaderEpoch: 1,
    });
    expect(move(stage, null)).toMatchObject({ errorCode: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS });
  });

  it('is called off uncleanly only where that is allowed', () => {
    for (const allowed of [false, true]) {
      const stage = withTopic([1, 2], { 'unclean.leader.election.enable': String(allowed) });
      move(stage, [3, 4]);
      stage.alterIsr('t', [1, 3]);
      stage.expire(1, 2);
      expect(stage.partition('t').isr).toEqual([3]);
      const answer = move(stage, null);
      expect(answer.errorCode).toBe(allowed ? 0 : ErrorCode.INVALID_REPLICA_ASSIGNMENT);
      expect(stage.partition('t').addingReplicas).toEqual(allowed ? [] : [3, 4]);
    }
  });

  it('takes another target on the way', () => {
    const stage = withTopic();
    move(stage, [4, 2, 3]);
    move(stage, [5, 2, 3]);
    expect(stage.partition('t')).toMatchObject({
      replicas: [5, 2, 3, 1, 4],
      addingReplicas: [5],
      removingReplicas: [1, 4],
    });
    stage.alterIsr('t', [1, 2, 3, 5]);
    expect(stage.partition('t')).toMatchObject({ replicas: [5, 2, 3], isr: [2, 3, 5] });
  });

  it('outlives its controller', () => {
    const stage = withTopic();
    move(stage, [4, 5, 1]);
    stage.failOver();
    expect(listed(stage)).toEqual([
      {
        name: 't',
        partitions: [
          { partitionIndex: 0, replicas: [4, 5, 1, 2, 3], addingReplicas: [4, 5], removingReplicas: [2, 3] },
        ],
      },
    ]);
    expect(listed(stage, [{ name: 't', partitionIndexes: [0, 7] }])).toHaveLength(1);
    expect(listed(stage, [{ name: 'u', partitionIndexes: [0] }])).toEqual([]);
  });

  it('takes the first in the new order when its leader is replaced', () => {
    const stage = withTopic();
    move(stage, [4, 2, 3]);
    stage.alterIsr('t', [1, 2, 3, 4]);
    expect(stage.partition('t')).toMatchObject({ replicas: [4, 2, 3], removingReplicas: [], leader: 4 });
  });

  it.each<[string, string, readonly number[] | null, boolean, number]>([
    ['an unknown topic', 'u', [1], true, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['no replicas', 't', [], true, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['a broker twice', 't', [1, 1], true, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['an unknown broker', 't', [1, 9], true, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    [
      'another factor when that is forbidden (KIP-860)',
      't',
      [1, 2],
      false,
      ErrorCode.INVALID_REPLICATION_FACTOR,
    ],
    ['to call off what is not under way', 't', null, true, ErrorCode.NO_REASSIGNMENT_IN_PROGRESS],
  ])('refuses %s', (_, topic, replicas, allow, errorCode) => {
    const stage = withTopic();
    const end = stage.logEndOffset;
    expect(move(stage, replicas, topic, allow).errorCode).toBe(errorCode);
    expect(stage.logEndOffset).toBe(end);
  });

  it('keeps its books whatever is asked, joins and dies on the way', () => {
    const broker = fc.integer({ min: 1, max: 6 });
    const step = fc.oneof(
      fc.record({
        do: fc.constant('move' as const),
        replicas: fc.uniqueArray(broker, { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ do: fc.constant('cancel' as const) }),
      fc.record({ do: fc.constant('join' as const), broker }),
      fc.record({ do: fc.constant('fence' as const), broker }),
      fc.record({ do: fc.constant('start' as const), broker }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const stage = withTopic();
        for (const each of steps) {
          const before = stage.partition('t');
          if (each.do === 'move') move(stage, each.replicas);
          else if (each.do === 'cancel') move(stage, null);
          else if (each.do === 'fence') stage.expire(each.broker);
          else if (each.do === 'start') stage.start(each.broker);
          else if (before.leader >= 0 && before.replicas.includes(each.broker)) {
            stage.alterIsr('t', [...new Set([...before.isr, each.broker])]);
          }
          const after = stage.partition('t');
          expect(new Set(after.replicas).size).toBe(after.replicas.length);
          expect(after.directories).toHaveLength(after.replicas.length);
          for (const id of [...after.isr, ...after.elr, ...after.addingReplicas, ...after.removingReplicas])
            expect(after.replicas).toContain(id);
          if (after.leader >= 0) expect(after.isr).toContain(after.leader);
          if (after.addingReplicas.length + after.removingReplicas.length === 0) continue;
          // What goes on could not have ended: who comes is missing, or the factor would shrink an ISR.
          const staying = after.isr.filter((id) => !after.removingReplicas.includes(id));
          const isHeldBack =
            staying.length === 0 ||
            after.addingReplicas.some((id) => !staying.includes(id)) ||
            after.addingReplicas.length < after.removingReplicas.length;
          expect(isHeldBack).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});
