import { describe, expect, it } from 'vitest';
import type { GroupRecord, GroupShard } from '../../../../engine/coordinator/index.ts';
import { SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { ClassicStage } from './classic/classic-stage.ts';
import { GROUP, GroupStage } from './consumer/group-stage.ts';

const MINUTE = 60 * SECOND;
const CONFIG = { 'offsets.retention.minutes': 10, 'offsets.retention.check.interval.ms': 60_000 };

/** A position of another topic than those that members read, and one of theirs, written down at this moment. */
function commit({ runtime }: ClassicStage | GroupStage, groupId: string): void {
  const records: GroupRecord[] = ['t', 'u'].map((topic) => ({
    type: 'OffsetCommit',
    key: { group: groupId, topic, partition: 0 },
    value: {
      offset: 5,
      leaderEpoch: -1,
      metadata: '',
      commitTimestamp: runtime.nowMs,
      expireTimestamp: -1,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    },
  }));
  runtime.write(() => ({ records, settle: () => {} }));
}

function topicsOf(shard: GroupShard, groupId: string): readonly string[] {
  return [...(shard.offsets.offsets.topics(groupId)?.keys() ?? [])];
}

describe('positions of a classic group (KIP-211)', () => {
  it('stay while members read their topic; those of other topics go so long after their commit', () => {
    const stage = new ClassicStage(CONFIG);
    const { follower, leader } = stage.stable();
    commit(stage, 'g');
    const beat = (until: number) => {
      while (stage.runtime.now < until) {
        stage.advance(5_000);
        expect([stage.heartbeat(leader, 1), stage.heartbeat(follower, 1)]).toEqual([0, 0]);
      }
    };
    const committedAt = stage.runtime.now;
    beat(committedAt + 9 * MINUTE);
    expect(topicsOf(stage.runtime.shard, 'g')).toEqual(['t', 'u']);
    beat(committedAt + 11 * MINUTE);
    expect(topicsOf(stage.runtime.shard, 'g')).toEqual(['t']);
    expect(stage.group.state).toBe('Stable');
  });

  it('do not go while it rebalances, and afterwards count from when it became empty; then the group goes', () => {
    const stage = new ClassicStage(CONFIG);
    const { follower, leader } = stage.stable();
    commit(stage, 'g');
    stage.join(leader);
    const until = stage.runtime.now + 15 * MINUTE;
    while (stage.runtime.now < until) {
      // The follower never comes: whoever waits is not put out.
      stage.advance(5_000);
      if (stage.group.state === 'PreparingRebalance') stage.heartbeat(follower, 1);
      else stage.leave(leader);
      if (stage.group.isEmpty) break;
    }
    expect(stage.group.state).toBe('Empty');
    expect(topicsOf(stage.runtime.shard, 'g')).toEqual(['t', 'u']);
    stage.advance(9 * 60_000);
    expect(topicsOf(stage.runtime.shard, 'g')).toEqual(['t', 'u']);
    stage.advance(2 * 60_000);
    expect(stage.runtime.shard.groups.has('g')).toBe(false);
  });

  it('that was used long after their commit are not gone the moment that it is empty', () => {
    const stage = new ClassicStage(CONFIG);
    const { follower, leader } = stage.stable();
    commit(stage, 'g');
    for (let beats = 0; beats < 12 * 12; beats++) {
      stage.advance(5_000);
      stage.heartbeat(leader, 1);
      stage.heartbeat(follower, 1);
    }
    stage.leave(follower);
    stage.advance(60_000);
    stage.leave(leader);
    stage.advance(9 * 60_000);
    expect(topicsOf(stage.runtime.shard, 'g')).toContain('t');
    stage.advance(2 * 60_000);
    expect(stage.runtime.shard.groups.has('g')).toBe(false);
  });

  it('are looked at again at the next time when their tombstones cannot be written', () => {
    const stage = new ClassicStage(CONFIG);
    const { follower, leader } = stage.stable();
    commit(stage, 'g');
    stage.leave(follower);
    stage.leave(leader);
    stage.advance(9.5 * 60_000);
    stage.runtime.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    stage.advance(60_000);
    stage.runtime.failWith = 0;
    expect(topicsOf(stage.runtime.shard, 'g')).toEqual(['t', 'u']);
    stage.advance(60_000);
    expect(stage.runtime.shard.groups.has('g')).toBe(false);
  });
});

describe('positions of a consumer group (KIP-211)', () => {
  it('stay while a member names their topic, else go so long after their commit, and the group with the last', () => {
    const stage = new GroupStage(CONFIG, { t: 1, u: 1 });
    stage.join('a');
    commit(stage, GROUP);
    const committedAt = stage.runtime.now;
    const beat = (until: number) => {
      while (stage.runtime.now < until) {
        stage.runtime.advance(20 * SECOND);
        expect(stage.beat('a', 2, { t: [0] }).errorCode).toBe(0);
      }
    };
    beat(committedAt + 9 * MINUTE);
    expect(topicsOf(stage.shard, GROUP)).toEqual(['t', 'u']);
    beat(committedAt + 11 * MINUTE);
    expect(topicsOf(stage.shard, GROUP)).toEqual(['t']);
    stage.beat('a', -1);
    stage.runtime.advance(2 * MINUTE);
    expect(stage.shard.groups.has(GROUP)).toBe(false);
    expect(stage.runtime.rebuild().groups.size).toBe(0);
  });
});
