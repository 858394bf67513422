import { describe, expect, it } from 'vitest';
import { ConfigResource } from '../../../engine/metadata/index.ts';
import { ErrorCode, ZERO_UUID } from '../../../engine/wire/index.ts';
import { directoryOf, SECOND, Stage } from './stage.ts';

function brokers(...ids: number[]): Stage {
  const stage = new Stage();
  stage.start(...ids);
  return stage;
}

const codesOf = (answer: { topics: readonly { errorCode: number }[] }) =>
  answer.topics.map((topic) => topic.errorCode);

describe('a topic that is created', () => {
  it('has its partitions placed, the first live replica leading, all live ones in the ISR', () => {
    const stage = brokers(1, 2, 3);
    const answer = stage.createTopics([{ name: 't', numPartitions: 3, replicationFactor: 2 }]);
    expect(answer.topics[0]).toMatchObject({ errorCode: 0, numPartitions: 3, replicationFactor: 2 });
    const topic = stage.image.topicsByName.get('t');
    expect(topic?.id).toBe(answer.topics[0]?.topicId);
    expect(topic?.partitions).toHaveLength(3);
    for (const partition of topic?.partitions ?? []) {
      expect(partition.isr).toEqual(partition.replicas.toSorted());
      expect(partition).toMatchObject({ leader: partition.replicas[0], leaderEpoch: 0, partitionEpoch: 0 });
      expect(partition.directories).toEqual(partition.replicas.map(directoryOf));
    }
  });

  it('falls back to num.partitions and default.replication.factor (KIP-464)', () => {
    const stage = new Stage({ 'num.partitions': 4, 'default.replication.factor': 2 });
    stage.start(1, 2);
    const answer = stage.createTopics([{ name: 't' }]);
    expect(answer.topics[0]).toMatchObject({ numPartitions: 4, replicationFactor: 2 });
  });

  it('keeps a fenced replica out of the ISR and never lets it lead (KAFKA-13083)', () => {
    const stage = brokers(1, 2);
    stage.expire(1);
    stage.createTopic('t', [[1, 2]]);
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], replicas: [1, 2] });
  });

  it('has its configuration written and told, with where each value comes from', () => {
    const stage = new Stage({ static: { 'log.retention.hours': 2 } });
    stage.start(1);
    const configs = [{ name: 'segment.ms', value: '60000' }];
    const answer = stage.createTopics([{ name: 't', configs }]);
    expect(stage.image.configs(ConfigResource.TOPIC, 't').get('segment.ms')).toBe('60000');
    const told = new Map(answer.topics[0]?.configs?.map((config) => [config.name, config]));
    expect(told.get('segment.ms')).toMatchObject({ value: '60000', configSource: 1 });
    expect(told.get('min.insync.replicas')).toMatchObject({ value: '1', configSource: 3 });
    expect(told.get('retention.ms')).toMatchObject({ value: '7200000', configSource: 4 });
    expect(told.get('max.message.bytes')).toMatchObject({ value: '1048588', configSource: 5 });
    expect([...told.keys()]).toEqual([...told.keys()].toSorted());
    expect(told.has('internal.segment.bytes')).toBe(false);
  });

  it('is in the log before its configuration, and that before its partitions', () => {
    const stage = brokers(1);
    const before = stage.log.length;
    stage.createTopic('t', [[1]], { 'min.insync.replicas': '1' });
    const types = stage.log.slice(before).map(({ record }) => record.type);
    expect(types).toEqual(['TopicRecord', 'ConfigRecord', 'ClearElrRecord', 'PartitionRecord']);
  });

  it('is only talked about in a dry run', () => {
    const stage = brokers(1);
    const end = stage.logEndOffset;
    const answer = stage.createTopics([{ name: 't', numPartitions: 2 }], { validateOnly: true });
    expect(answer.topics[0]).toMatchObject({ errorCode: 0, numPartitions: 2 });
    expect(stage.logEndOffset).toBe(end);
    expect(codesOf(stage.createTopics([{ name: 't' }]))).toEqual([0]);
  });

  it('is told to old clients in the fields they know', () => {
    const stage = brokers(1);
    const [topic] = stage.createTopics([{ name: 't' }], { version: 2 }).topics;
    expect(topic).toMatchObject({ errorCode: 0, topicId: ZERO_UUID, numPartitions: -1, configs: [] });
  });
});

describe('a topic is not created', () => {
  it('twice', () => {
    const stage = brokers(1);
    stage.createTopic('t', [[1]]);
    expect(codesOf(stage.createTopics([{ name: 't' }]))).toEqual([ErrorCode.TOPIC_ALREADY_EXISTS]);
  });

  it('twice in one request, not even once', () => {
    const stage = brokers(1);
    const answer = stage.createTopics([{ name: 't' }, { name: 'u' }, { name: 't' }]);
    expect(answer.topics.map((topic) => [topic.name, topic.errorCode])).toEqual([
      ['u', 0],
      ['t', ErrorCode.INVALID_REQUEST],
    ]);
    expect(stage.image.topicsByName.has('t')).toBe(false);
  });

  it('under a name that Kafka does not allow, or that collides with another in metrics', () => {
    const stage = brokers(1);
    const names = ['', '.', '..', 'a b', 'ü', 'x'.repeat(250)];
    const answer = stage.createTopics(names.map((name) => ({ name })));
    expect(codesOf(answer)).toEqual(names.map(() => ErrorCode.INVALID_TOPIC_EXCEPTION));
    stage.createTopic('a.b', [[1]]);
    expect(codesOf(stage.createTopics([{ name: 'a_b' }]))).toEqual([ErrorCode.INVALID_TOPIC_EXCEPTION]);
    expect(codesOf(stage.createTopics([{ name: 'x'.repeat(249) }]))).toEqual([0]);
  });

  it('in the place of the metadata log', () => {
    const stage = brokers(1);
    const codes = codesOf(stage.createTopics([{ name: '__cluster_metadata' }]));
    expect(codes).toEqual([ErrorCode.INVALID_REQUEST]);
  });

  it('with impossible numbers', () => {
    const stage = brokers(1, 2);
    const answer = stage.createTopics([
      { name: 'a', replicationFactor: 0 },
      { name: 'b', replicationFactor: -2 },
      { name: 'c', replicationFactor: 3 },
      { name: 'd', numPartitions: 0 },
      { name: 'e', numPartitions: -2 },
    ]);
    expect(codesOf(answer)).toEqual([
      ErrorCode.INVALID_REPLICATION_FACTOR,
      ErrorCode.INVALID_REPLICATION_FACTOR,
      ErrorCode.INVALID_REPLICATION_FACTOR,
      ErrorCode.INVALID_PARTITIONS,
      ErrorCode.INVALID_PARTITIONS,
    ]);
    const many = stage.createTopics([{ name: 'm', numPartitions: 10_001 }]);
    expect(codesOf(many)).toEqual([ErrorCode.POLICY_VIOLATION]);
  });

  it('while no broker is unfenced', () => {
    const stage = new Stage();
    stage.register(1);
    const codes = codesOf(stage.createTopics([{ name: 't' }]));
    expect(codes).toEqual([ErrorCode.INVALID_REPLICATION_FACTOR]);
  });

  it('by a wrong assignment', () => {
    const stage = brokers(1, 2);
    stage.start(3);
    stage.expire(3);
    const at = (...replicas: number[][]) =>
      replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));
    const answer = stage.createTopics([
      { name: 'a', assignments: at([]) },
      { name: 'b', assignments: at([1, 1]) },
      { name: 'c', assignments: at([9]) },
      { name: 'd', assignments: at([1, 2], [1]) },
      { name: 'e', assignments: at([3]) },
      { name: 'f', assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
      { name: 'g', assignments: [...at([1]), ...at([2])] },
      { name: 'h', assignments: at([1]), numPartitions: 1 },
      { name: 'i', assignments: at([1]), replicationFactor: 1 },
    ]);
    expect(codesOf(answer)).toEqual([
      ...new Array(7).fill(ErrorCode.INVALID_REPLICA_ASSIGNMENT),
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
    ]);
    expect(stage.image.topicsByName.size).toBe(0);
  });

  it('with a configuration that is unknown, null, unreadable, out of range or contradictory', () => {
    const stage = brokers(1);
    const wrong: [string, string | null][] = [
      ['no.such.thing', '1'],
      ['retention.ms', null],
      ['min.insync.replicas', 'many'],
      ['min.insync.replicas', '0'],
      ['segment.bytes', '99999999999'],
      ['cleanup.policy', 'shred'],
      ['compression.type', 'brotli'],
      ['preallocate', 'maybe'],
      ['min.cleanable.dirty.ratio', '1.5'],
      ['remote.storage.enable', 'true'],
    ];
    const answer = stage.createTopics(
      wrong.map(([name, value], at) => ({ name: `t${at}`, configs: [{ name, value }] })),
    );
    expect(codesOf(answer)).toEqual(wrong.map(() => ErrorCode.INVALID_CONFIG));
    const configs = [
      { name: 'min.compaction.lag.ms', value: '10' },
      { name: 'max.compaction.lag.ms', value: '5' },
    ];
    expect(codesOf(stage.createTopics([{ name: 'u', configs }]))).toEqual([ErrorCode.INVALID_CONFIG]);
  });
});

describe('a topic that is deleted', () => {
  it('goes with its partitions and its configuration, by name or by id', () => {
    const stage = brokers(1);
    stage.createTopic('a', [[1]], { 'retention.ms': '1000' });
    stage.createTopic('b', [[1]]);
    const id = stage.topicId('b');
    const answer = stage.deleteTopics({
      topics: [
        { name: 'a', topicId: ZERO_UUID },
        { name: null, topicId: id },
      ],
    });
    expect(answer.responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    expect(stage.image.topicsByName.size + stage.image.topicsById.size).toBe(0);
    expect(stage.image.configs(ConfigResource.TOPIC, 'a').size).toBe(0);
  });

  it('by old clients is named in a list of names', () => {
    const stage = brokers(1);
    stage.createTopic('a', [[1]]);
    const answer = stage.deleteTopics({ topicNames: ['a', 'b'] }, 4);
    expect(answer.responses.map((response) => response.errorCode)).toEqual([
      0,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
  });

  it('is not when the request contradicts itself', () => {
    const stage = brokers(1);
    stage.createTopic('a', [[1]]);
    stage.createTopic('b', [[1]]);
    const [a, b] = [stage.topicId('a'), stage.topicId('b')];
    const cases = [
      [{ name: 'a', topicId: a }],
      [{ name: null, topicId: ZERO_UUID }],
      [
        { name: 'a', topicId: ZERO_UUID },
        { name: 'a', topicId: ZERO_UUID },
      ],
      [
        { name: null, topicId: b },
        { name: null, topicId: b },
      ],
    ];
    for (const topics of cases) {
      const answer = stage.deleteTopics({ topics });
      expect(answer.responses.map((response) => response.errorCode)).toEqual([ErrorCode.INVALID_REQUEST]);
    }
    const unknown = stage.deleteTopics({ topics: [{ name: null, topicId: directoryOf(9) }] });
    expect(unknown.responses[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    expect(stage.image.topicsByName.size).toBe(2);
  });

  it('is not where delete.topic.enable is off', () => {
    const stage = new Stage({ 'delete.topic.enable': false });
    stage.start(1);
    stage.createTopic('a', [[1]]);
    const answer = stage.deleteTopics({ topics: [{ name: 'a', topicId: ZERO_UUID }] });
    expect(answer.responses[0]?.errorCode).toBe(ErrorCode.TOPIC_DELETION_DISABLED);
  });

  it("may be created anew, under a new id, and its old ISR is nobody's business", () => {
    const stage = brokers(1, 2);
    stage.createTopic('a', [[1, 2]]);
    const first = stage.topicId('a');
    stage.deleteTopics({ topics: [{ name: 'a', topicId: ZERO_UUID }] });
    stage.createTopic('a', [[2, 1]]);
    expect(stage.topicId('a')).not.toBe(first);
    stage.advance(10 * SECOND);
    expect(stage.alterIsr('a', [2], { topicId: first, sender: 2 }).errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_ID,
    );
  });
});
