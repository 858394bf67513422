import { describe, expect, it } from 'vitest';
import {
  ApiKey,
  type CreatePartitionsRequest,
  type CreatePartitionsResponse,
  createPartitionsRequest,
  ErrorCode,
  make,
  type Partially,
} from '../../../engine/wire/index.ts';
import { Stage } from './stage.ts';

function create(stage: Stage, topics: Partially<CreatePartitionsRequest>['topics'], validateOnly = false) {
  const whole = (topics ?? []).map((topic) => ({ assignments: null, ...topic }));
  const body = make(createPartitionsRequest, { topics: whole, validateOnly });
  return stage.call<CreatePartitionsResponse>(ApiKey.CreatePartitions, 3, body).results;
}

function withTopic(): Stage {
  const stage = new Stage();
  stage.start(1, 2, 3);
  stage.createTopic('t', [
    [1, 2],
    [2, 3],
  ]);
  return stage;
}

describe('CreatePartitions', () => {
  it('adds partitions behind those there are, with as many replicas, and touches no other', () => {
    const stage = withTopic();
    const before = [stage.partition('t', 0), stage.partition('t', 1)];
    expect(create(stage, [{ name: 't', count: 5 }])).toEqual([
      { name: 't', errorCode: 0, errorMessage: null },
    ]);
    const partitions = stage.image.topicsByName.get('t')!.partitions;
    expect(partitions).toHaveLength(5);
    expect(partitions.slice(0, 2)).toEqual(before);
    for (const added of partitions.slice(2)) {
      expect(new Set(added.replicas).size).toBe(2);
      expect(added).toMatchObject({ leader: added.replicas[0], leaderEpoch: 0, partitionEpoch: 0 });
      expect(added.isr).toEqual(added.replicas.toSorted((a, b) => a - b));
    }
  });

  it('places by hand, with the ISR of those that live', () => {
    const stage = withTopic();
    stage.expire(3);
    const assignments = [{ brokerIds: [3, 1] }, { brokerIds: [1, 2] }];
    expect(create(stage, [{ name: 't', count: 4, assignments }])[0]).toMatchObject({ errorCode: 0 });
    expect(stage.partition('t', 2)).toMatchObject({ replicas: [3, 1], isr: [1], leader: 1 });
    expect(stage.partition('t', 3)).toMatchObject({ replicas: [1, 2], isr: [1, 2], leader: 1 });
  });

  it.each<[string, Partially<CreatePartitionsRequest['topics'][number]>, number, string | null]>([
    ['an unknown topic', { name: 'u', count: 9 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null],
    [
      'the count that it has',
      { count: 2 },
      ErrorCode.INVALID_PARTITIONS,
      'Topic already has 2 partition(s).',
    ],
    [
      'fewer than it has',
      { count: 1 },
      ErrorCode.INVALID_PARTITIONS,
      'The topic t currently has 2 partition(s); 1 would not be an increase.',
    ],
    [
      'too few assignments',
      { count: 4, assignments: [{ brokerIds: [1, 2] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.',
    ],
    [
      'another number of replicas',
      { count: 3, assignments: [{ brokerIds: [1] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes a partition with 1 replica(s), but this is not consistent ' +
        'with previous partitions, which have 2 replica(s).',
    ],
    [
      'an unknown broker',
      { count: 3, assignments: [{ brokerIds: [1, 9] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes broker 9, but no such broker is registered.',
    ],
    [
      'a broker twice',
      { count: 3, assignments: [{ brokerIds: [1, 1] }] },
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes the broker 1 more than once.',
    ],
  ])('refuses %s', (_, topic, errorCode, errorMessage) => {
    const stage = withTopic();
    const end = stage.logEndOffset;
    expect(create(stage, [{ name: 't', count: 0, ...topic }])[0]).toMatchObject({ errorCode, errorMessage });
    expect(stage.logEndOffset).toBe(end);
  });

  it('refuses partitions that nobody alive would hold', () => {
    const stage = withTopic();
    stage.expire(2, 3);
    const byHand = create(stage, [{ name: 't', count: 3, assignments: [{ brokerIds: [2, 3] }] }])[0]!;
    expect(byHand.errorCode).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    stage.expire(1);
    expect(create(stage, [{ name: 't', count: 3 }])[0]).toMatchObject({
      errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
    });
  });

  it('judges topics one by one and refuses one that is named twice', () => {
    const stage = withTopic();
    stage.createTopic('u', [[1]]);
    const results = create(stage, [
      { name: 't', count: 3 },
      { name: 'u', count: 2 },
      { name: 'u', count: 3 },
      { name: 'v', count: 3 },
    ]);
    expect(results).toEqual([
      { name: 'u', errorCode: ErrorCode.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' },
      { name: 't', errorCode: 0, errorMessage: null },
      { name: 'v', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: null },
    ]);
    expect(stage.image.topicsByName.get('u')!.partitions).toHaveLength(1);
  });

  it('writes nothing when it is only to be tried, and no batch that is too large', () => {
    const stage = withTopic();
    const end = stage.logEndOffset;
    expect(create(stage, [{ name: 't', count: 3 }], true)[0]).toMatchObject({ errorCode: 0 });
    expect(create(stage, [{ name: 't', count: 20_000 }])[0]).toMatchObject({
      errorCode: ErrorCode.POLICY_VIOLATION,
    });
    expect(stage.logEndOffset).toBe(end);
  });
});
