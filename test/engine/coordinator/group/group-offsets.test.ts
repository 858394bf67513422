import { describe, expect, it } from 'vitest';
import {
  type GroupConfig,
  type GroupRecord,
  GroupShard,
  groupConfigDefaults,
} from '../../../../engine/coordinator/index.ts';
import { SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode, ZERO_UUID } from '../../../../engine/wire/index.ts';
import { DirectRuntime, emptyImage } from '../direct-runtime.ts';
import { makeSimpleRooms } from './simple-rooms.ts';

const A = 'TopicTopicTopicTopicAQ';
const B = 'TopicTopicTopicTopicBQ';
const DAY = 24 * 3600 * SECOND;

class Stage {
  readonly direct: DirectRuntime<GroupShard, GroupRecord>;

  constructor(config: Partial<GroupConfig> = {}) {
    const whole = { ...groupConfigDefaults, ...config };
    this.direct = new DirectRuntime(
      emptyImage(),
      (context) => new GroupShard(context, whole, makeSimpleRooms),
    );
  }

  /** Commits one position. A producer makes it transactional. */
  commit(offset: number, options: CommitOptions = {}): number {
    const { group = 'g', topic = 'a', producerId = -1 } = options;
    return this.direct.write(
      (shard, now, out) => {
        const plan = shard.offsets.commit(
          now,
          {
            groupId: group,
            memberId: '',
            instanceId: null,
            generationIdOrMemberEpoch: options.generation ?? -1,
            isTransactional: producerId !== -1,
            apiVersion: options.apiVersion ?? 9,
            retentionTimeMs: options.retentionTimeMs ?? -1,
            topics: [
              {
                name: topic,
                topicId: options.topicId ?? (topic === 'a' ? A : B),
                partitions: [
                  {
                    partitionIndex: options.partition ?? 0,
                    committedOffset: offset,
                    committedLeaderEpoch: 3,
                    committedMetadata: options.metadata ?? null,
                  },
                ],
              },
            ],
          },
          out,
        );
        if (typeof plan === 'number') return plan;
        const refused = plan.topics[0]!.partitions[0]!.errorCode;
        return refused !== ErrorCode.NONE ? refused : { records: plan.records, settle: () => {} };
      },
      producerId,
      0,
    );
  }

  /** The position, or the code of it (negative), or null when there is none. */
  fetch(options: FetchOptions = {}): number | null {
    const { group = 'g', topic = 'a', partition = 0, topicId = ZERO_UUID } = options;
    const atOffset = options.requireStable === true ? undefined : this.direct.committedOffset;
    const topics = [{ name: topic, topicId, partitionIndexes: [partition] }];
    const shard = options.shard ?? this.direct.shard;
    const fetched = shard.fetchOffsets({ groupId: group, memberId: null, memberEpoch: -1, topics }, atOffset);
    if (typeof fetched === 'number') return -fetched;
    const { committedOffset, errorCode } = fetched.topics[0]!.partitions[0]!;
    if (errorCode !== ErrorCode.NONE) return -errorCode;
    return committedOffset === -1 ? null : committedOffset;
  }
}

interface CommitOptions {
  readonly group?: string;
  readonly topic?: string;
  readonly topicId?: string;
  readonly partition?: number;
  readonly producerId?: number;
  readonly generation?: number;
  readonly apiVersion?: number;
  readonly retentionTimeMs?: number;
  readonly metadata?: string;
}

interface FetchOptions {
  readonly group?: string;
  readonly topic?: string;
  readonly topicId?: string;
  readonly partition?: number;
  readonly requireStable?: boolean;
  readonly shard?: GroupShard;
}

describe('group offsets', () => {
  it('makes a group of somebody who only stores positions', () => {
    const stage = new Stage();
    expect(stage.fetch()).toBeNull();
    expect(stage.commit(42)).toBe(ErrorCode.NONE);
    expect(stage.fetch()).toBe(42);
    expect(stage.direct.shard.list([], [], stage.direct.committedOffset)).toEqual([
      { groupId: 'g', protocolType: '', groupState: 'Empty', groupType: 'Classic' },
    ]);
    expect(stage.direct.shard.list(['stable'], [], stage.direct.committedOffset)).toEqual([]);
  });

  it('refuses members of groups that are not there, in the words of the version', () => {
    const stage = new Stage();
    expect(stage.commit(1, { generation: 4, apiVersion: 9 })).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    expect(stage.commit(1, { generation: 4, apiVersion: 8 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    const txn = { generation: 4, producerId: 7 };
    expect(stage.commit(1, { ...txn, apiVersion: 6 })).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    expect(stage.commit(1, { ...txn, apiVersion: 5 })).toBe(ErrorCode.ILLEGAL_GENERATION);
  });

  it('limits what an application may add', () => {
    const stage = new Stage({ 'offset.metadata.max.bytes': 4 });
    expect(stage.commit(1, { metadata: '12345' })).toBe(ErrorCode.OFFSET_METADATA_TOO_LARGE);
    expect(stage.commit(1, { metadata: '1234' })).toBe(ErrorCode.NONE);
  });

  it('shows what is replicated, and to who asks for stable positions what is newest', () => {
    const stage = new Stage();
    stage.commit(1);
    stage.direct.isHeld = true;
    stage.commit(2);
    expect(stage.fetch()).toBe(1);
    expect(stage.fetch({ requireStable: true })).toBe(2);
    stage.direct.release();
    expect(stage.fetch()).toBe(2);
  });

  it('forgets a commit whose append failed, and the group that it would have made', () => {
    const stage = new Stage();
    stage.direct.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    expect(stage.commit(1)).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
    stage.direct.failWith = 0;
    expect(stage.fetch({ requireStable: true })).toBeNull();
    expect(stage.direct.shard.groups.size).toBe(0);
  });

  it('holds positions of a transaction back until its marker commits', () => {
    const stage = new Stage();
    stage.commit(1);
    stage.commit(5, { producerId: 7 });
    expect(stage.fetch()).toBe(1);
    expect(stage.fetch({ requireStable: true })).toBe(-ErrorCode.UNSTABLE_OFFSET_COMMIT);
    stage.direct.endTransaction(7, 0, true);
    expect(stage.fetch({ requireStable: true })).toBe(5);
  });

  it('drops positions of a transaction that aborts', () => {
    const stage = new Stage();
    stage.commit(5, { producerId: 7 });
    stage.direct.endTransaction(7, 0, false);
    expect(stage.fetch({ requireStable: true })).toBeNull();
  });

  it('keeps the commit whose record is the later one, whichever way transactions end', () => {
    const stage = new Stage();
    stage.commit(5, { producerId: 7 });
    stage.commit(9);
    stage.commit(5, { partition: 1 });
    stage.commit(9, { partition: 1, producerId: 7 });
    stage.direct.endTransaction(7, 0, true);
    expect(stage.fetch({ requireStable: true })).toBe(9);
    expect(stage.fetch({ partition: 1, requireStable: true })).toBe(9);
  });

  it('waits for every producer that has something pending at a partition', () => {
    const stage = new Stage();
    stage.commit(5, { producerId: 7 });
    stage.commit(6, { producerId: 8 });
    stage.direct.endTransaction(7, 0, false);
    expect(stage.fetch({ requireStable: true })).toBe(-ErrorCode.UNSTABLE_OFFSET_COMMIT);
    stage.direct.endTransaction(8, 0, true);
    expect(stage.fetch({ requireStable: true })).toBe(6);
  });

  it('does not show positions of an earlier topic of the same name', () => {
    const stage = new Stage();
    stage.commit(5, { topicId: A });
    expect(stage.fetch({ topicId: A })).toBe(5);
    expect(stage.fetch({ topicId: B })).toBeNull();
    expect(stage.fetch({ topicId: ZERO_UUID })).toBe(5);
  });

  it('deletes positions one by one, pending ones too', () => {
    const stage = new Stage();
    stage.commit(5);
    stage.commit(6, { producerId: 7 });
    const topics = [{ name: 'a', partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }];
    stage.direct.write((shard) => {
      const plan = shard.offsets.delete({ groupId: 'g', topics });
      if (typeof plan === 'number') return plan;
      expect(plan.records).toHaveLength(1);
      return { records: plan.records, settle: () => {} };
    });
    expect(stage.fetch({ requireStable: true })).toBeNull();
    stage.direct.endTransaction(7, 0, true);
    expect(stage.fetch({ requireStable: true })).toBeNull();
    expect(stage.direct.shard.offsets.delete({ groupId: 'other', topics })).toBe(
      ErrorCode.GROUP_ID_NOT_FOUND,
    );
  });

  it('deletes positions of a topic that is gone, and not those of its successor', () => {
    const stage = new Stage();
    stage.commit(5);
    stage.commit(6, { partition: 1, topicId: B });
    stage.commit(7, { partition: 2, producerId: 9 });
    const records = stage.direct.shard.offsets.onTopicsDeleted([{ name: 'a', id: A }]);
    expect(records.map(({ key }) => key)).toEqual([
      { group: 'g', topic: 'a', partition: 0 },
      { group: 'g', topic: 'a', partition: 2 },
    ]);
  });

  it('deletes a group with everything that it stored', () => {
    const stage = new Stage();
    stage.commit(5);
    stage.commit(6, { topic: 'b', producerId: 7 });
    stage.direct.write((shard) => {
      const records: GroupRecord[] = [];
      expect(shard.deleteGroups(['g', 'other'], records)).toMatchObject([
        { groupId: 'g', errorCode: ErrorCode.NONE },
        { groupId: 'other', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
      ]);
      return { records, settle: () => {} };
    });
    expect(stage.direct.shard.groups.size).toBe(0);
    stage.direct.endTransaction(7, 0, true);
    expect(stage.fetch({ topic: 'b', requireStable: true })).toBeNull();
  });

  it('expires positions of simple groups a week after their commit, and then the group', () => {
    const stage = new Stage();
    stage.commit(5);
    stage.direct.advance(3 * DAY);
    stage.commit(6, { topic: 'b' });
    stage.direct.advance(3.9 * DAY);
    expect(stage.fetch()).toBe(5);
    stage.direct.advance(0.2 * DAY);
    expect(stage.fetch()).toBeNull();
    expect(stage.fetch({ topic: 'b' })).toBe(6);
    stage.direct.advance(3 * DAY);
    expect(stage.direct.shard.groups.size).toBe(0);
  });

  it('heeds what old clients said of their positions', () => {
    const stage = new Stage();
    stage.commit(5, { retentionTimeMs: 3_600_000 });
    stage.direct.advance(DAY / 48);
    expect(stage.fetch()).toBe(5);
    stage.direct.advance(DAY / 24);
    expect(stage.fetch()).toBeNull();
  });

  it('expires nothing at which a transaction has something pending', () => {
    const stage = new Stage();
    stage.commit(5);
    stage.commit(6, { producerId: 7 });
    stage.direct.advance(8 * DAY);
    expect(stage.fetch()).toBe(5);
    stage.direct.endTransaction(7, 0, false);
    stage.direct.advance(DAY);
    expect(stage.fetch()).toBeNull();
  });

  it('is the same after a failover', () => {
    const stage = new Stage();
    stage.commit(5);
    stage.commit(6, { topic: 'b', producerId: 7 });
    stage.commit(7, { group: 'h', partition: 3 });
    const again = stage.direct.rebuild();
    expect(stage.fetch({ shard: again, requireStable: true })).toBe(5);
    expect(stage.fetch({ shard: again, topic: 'b', requireStable: true })).toBe(
      -ErrorCode.UNSTABLE_OFFSET_COMMIT,
    );
    expect(stage.fetch({ shard: again, group: 'h', partition: 3, requireStable: true })).toBe(7);
  });
});
