import { describe, expect, it } from 'vitest';
import {
  ClusterImage,
  ConfigResource,
  DirectoryId,
  isDirectoryOnline,
  isReservedDirectory,
  MetadataDelta,
  type MetadataRecord,
  type PartitionRecord,
  partitionChangeRecord,
  partitionToRecord,
} from '../../../engine/metadata/index.ts';
import { Stage } from '../controller/stage.ts';

const TOPIC = 'AAAAAAAAAAEAAAAAAAAAAg';

function partition(partitionId: number, changes: Partial<PartitionRecord> = {}): PartitionRecord {
  return {
    type: 'PartitionRecord',
    partitionId,
    topicId: TOPIC,
    replicas: [1, 2],
    isr: [1, 2],
    removingReplicas: [],
    addingReplicas: [],
    leader: 1,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [DirectoryId.UNASSIGNED, DirectoryId.UNASSIGNED],
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
    ...changes,
  };
}

function imageOf(records: readonly MetadataRecord[], delta?: MetadataDelta): ClusterImage {
  const image = new ClusterImage();
  records.forEach((record, offset) => {
    image.replay(record, offset, delta);
  });
  return image;
}

/** A cluster with a history: everything that an image can hold. */
function eventful(): Stage {
  const stage = new Stage();
  stage.start(1, 2, 3);
  stage.createTopic(
    't',
    [
      [1, 2, 3],
      [2, 3, 1],
    ],
    { 'min.insync.replicas': '2', 'retention.ms': '5' },
  );
  stage.createTopic('gone', [[1]]);
  stage.deleteTopics({ topics: [{ name: 'gone' }] });
  stage.expire(3, 2);
  stage.expire(1);
  stage.heartbeat(2);
  return stage;
}

describe('an image', () => {
  it('is the same after a snapshot: image, records, image', () => {
    const { image } = eventful();
    const again = imageOf(image.toRecords());
    expect(again.toRecords()).toEqual(image.toRecords());
    expect(again.brokerIds()).toEqual(image.brokerIds());
    for (const id of image.brokerIds()) expect(again.broker(id)).toEqual(image.broker(id));
    expect(again.topicsByName).toEqual(image.topicsByName);
    expect(again.features).toEqual(image.features);
    expect(again.configs(ConfigResource.TOPIC, 't')).toEqual(image.configs(ConfigResource.TOPIC, 't'));
    expect(image.partition(image.topicsByName.get('t')?.id ?? '', 0)?.elr.length).toBeGreaterThan(0);
  });

  it('begins its snapshot with metadata.version: readers need it first', () => {
    expect(eventful().image.toRecords()[0]).toMatchObject({ name: 'metadata.version' });
  });

  it('is what the log says, on the controller that wrote it as on a reader', () => {
    const stage = eventful();
    const log = stage.log.map(({ record }) => record);
    expect(imageOf(log).toRecords()).toEqual(stage.controller.image?.toRecords());
  });

  it('that is cloned goes its own way', () => {
    const image = imageOf([{ type: 'TopicRecord', name: 't', topicId: TOPIC }, partition(0)]);
    const copy = image.clone();
    copy.replay(partitionChangeRecord(TOPIC, 0, { isr: [1], leader: 2 }), 9);
    copy.replay({ type: 'ConfigRecord', resourceType: 2, resourceName: 't', name: 'a', value: 'b' }, 10);
    expect(image.partition(TOPIC, 0)).toMatchObject({ isr: [1, 2], leader: 1, partitionEpoch: 0 });
    expect(copy.partition(TOPIC, 0)).toMatchObject({
      isr: [1],
      leader: 2,
      partitionEpoch: 1,
      leaderEpoch: 1,
    });
    expect(image.configs(ConfigResource.TOPIC, 't').size).toBe(0);
  });

  it('raises the leader epoch whenever a leader is named, the partition epoch always', () => {
    const image = imageOf([
      { type: 'TopicRecord', name: 't', topicId: TOPIC },
      partition(0),
      partitionChangeRecord(TOPIC, 0, { isr: [2, 1] }),
      partitionChangeRecord(TOPIC, 0, { leader: 1 }),
      partitionChangeRecord(TOPIC, 0, { leader: -1, eligibleLeaderReplicas: [2, 1], isr: [] }),
    ]);
    expect(image.partition(TOPIC, 0)).toMatchObject({
      leader: -1,
      leaderEpoch: 2,
      partitionEpoch: 3,
      isr: [],
      elr: [1, 2],
    });
  });

  it('forgets ELRs by a ClearElrRecord, of one topic or of all (KAFKA-16540)', () => {
    const base: MetadataRecord[] = [
      { type: 'TopicRecord', name: 't', topicId: TOPIC },
      partition(0, { isr: [1], eligibleLeaderReplicas: [2] }),
      partition(1),
    ];
    for (const topicName of ['t', '']) {
      const image = imageOf([...base, { type: 'ClearElrRecord', topicName }]);
      expect(image.partition(TOPIC, 0)).toMatchObject({ elr: [], partitionEpoch: 1 });
      expect(image.partition(TOPIC, 1)).toMatchObject({ partitionEpoch: 0 });
    }
  });

  it('refuses records that do not fit, which no controller writes', () => {
    expect(() => imageOf([partition(0)])).toThrow(/does not exist/);
    const topic: MetadataRecord = { type: 'TopicRecord', name: 't', topicId: TOPIC };
    expect(() => imageOf([topic, topic])).toThrow(/twice/);
    expect(() => imageOf([{ type: 'FenceBrokerRecord', id: 1, epoch: 3 }])).toThrow(/not registered/);
  });

  it('knows directories that are states and such that are not online', () => {
    expect(
      [DirectoryId.MIGRATING, DirectoryId.UNASSIGNED, DirectoryId.LOST].map(isReservedDirectory),
    ).toEqual([true, true, true]);
    expect(isReservedDirectory('AAAAAAAAAAAAAAAAAAAAYw')).toBe(true);
    expect(isReservedDirectory('AAAAAAAAAAAAAAAAAAAAZA')).toBe(false);
    expect(isDirectoryOnline(DirectoryId.UNASSIGNED, [TOPIC])).toBe(true);
    expect(isDirectoryOnline(DirectoryId.LOST, [])).toBe(false);
    expect(isDirectoryOnline('x', [TOPIC])).toBe(false);
    expect(isDirectoryOnline('x', [])).toBe(true);
  });
});

describe('a delta', () => {
  it('tells each partition once, from before the range to after it', () => {
    const image = imageOf([{ type: 'TopicRecord', name: 't', topicId: TOPIC }, partition(0)]);
    const before = image.partition(TOPIC, 0);
    const delta = new MetadataDelta();
    image.replay(partitionChangeRecord(TOPIC, 0, { isr: [1] }), 2, delta);
    image.replay(partitionChangeRecord(TOPIC, 0, { leader: 2 }), 3, delta);
    image.replay(partition(1), 4, delta);
    expect(delta.partitions()).toEqual([
      { topicId: TOPIC, topic: 't', partition: 0, previous: before, next: image.partition(TOPIC, 0) },
      { topicId: TOPIC, topic: 't', partition: 1, previous: null, next: image.partition(TOPIC, 1) },
    ]);
    expect(delta.records).toBe(3);
  });

  it('tells a deleted topic with all its partitions, and nothing of one that only passed by', () => {
    const kept = imageOf([{ type: 'TopicRecord', name: 't', topicId: TOPIC }, partition(0), partition(1)]);
    const delta = new MetadataDelta();
    kept.replay({ type: 'RemoveTopicRecord', topicId: TOPIC }, 3, delta);
    expect(delta.partitions().map((change) => [change.partition, change.next])).toEqual([
      [0, null],
      [1, null],
    ]);
    expect([...delta.topicsDeleted.keys()]).toEqual([TOPIC]);
    const passing = new MetadataDelta();
    imageOf(
      [
        { type: 'TopicRecord', name: 't', topicId: TOPIC },
        partition(0),
        { type: 'RemoveTopicRecord', topicId: TOPIC },
      ],
      passing,
    );
    expect(passing.partitions()).toEqual([]);
    expect(passing.topicsCreated.size).toBe(0);
  });

  it('tells brokers, controllers, configurations and features that changed', () => {
    const stage = eventful();
    const delta = new MetadataDelta();
    imageOf(
      stage.log.map(({ record }) => record),
      delta,
    );
    expect(delta.brokers().map((broker) => [broker.id, broker.previous, broker.next?.fenced])).toEqual([
      [1, null, true],
      [2, null, false],
      [3, null, true],
    ]);
    expect(delta.configs).toContainEqual({ resourceType: ConfigResource.TOPIC, resourceName: 't' });
    expect(delta.featuresChanged).toBe(true);
  });
});

describe('a partition', () => {
  it('survives its snapshot record, with ELR fields left out when empty', () => {
    const image = imageOf([
      { type: 'TopicRecord', name: 't', topicId: TOPIC },
      partition(0, { leaderRecoveryState: 1, lastKnownElr: [2], isr: [2, 1] }),
    ]);
    const registration = image.partition(TOPIC, 0);
    if (registration === undefined) throw new Error('no partition');
    expect(partitionToRecord(TOPIC, 0, registration)).toEqual(
      partition(0, { leaderRecoveryState: 1, lastKnownElr: [2] }),
    );
  });
});
