import { describe, expect, it } from 'vitest';
import type { ClassicGroups, GroupRecord } from '../../../../../engine/coordinator/index.ts';
import { ErrorCode } from '../../../../../engine/wire/index.ts';
import { ClassicStage, GROUP, REBALANCE_MS, SESSION_MS, textOf } from './classic-stage.ts';

describe('a coordinator of classic groups', () => {
  it('that loads finds the group as it was assigned, and gives members a session to be heard of', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    const group = stage.find(stage.runtime.rebuild())!;
    expect([group.state, group.generationId, group.leaderId]).toEqual(['Stable', 1, leader]);
    expect(textOf(group.members.get(follower)?.assignment)).toBe('right');
    expect(group.isSubscribedToTopic('t')).toBe(true);
    expect(group.isSubscribedToTopic('u')).toBe(false);
  });

  it('that goes answers everybody who waits', () => {
    const stage = new ClassicStage();
    const { asked } = stage.enter();
    stage.runtime.shard.onUnloaded(stage.runtime.now, stage.runtime.out);
    expect(asked.body?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  it('that loads a group puts out who is not heard of within a session', () => {
    const stage = new ClassicStage();
    const { leader } = stage.stable();
    const next = new ClassicStage();
    const { shard, now, out } = next.runtime;
    for (const { record } of stage.runtime.records) shard.replay(0, -1, -1, record);
    shard.onLoaded(now, out);
    next.advance(SESSION_MS - 1);
    expect(next.heartbeat(leader, 1)).toBe(ErrorCode.NONE);
    next.advance(1);
    expect([next.group.state, [...next.group.members.keys()]]).toEqual(['PreparingRebalance', [leader]]);
  });

  it('that loads a group with more members than it may have makes it rebalance', () => {
    const stage = new ClassicStage();
    stage.stable();
    const small = new ClassicStage({ 'group.max.size': 1 });
    const { shard, now, out } = small.runtime;
    for (const { record } of stage.runtime.records) shard.replay(0, -1, -1, record);
    shard.onLoaded(now, out);
    expect(small.group.state).toBe('PreparingRebalance');
    // Nobody comes: it is empty in the end.
    small.advance(REBALANCE_MS);
    expect([small.group.state, small.group.memberCount]).toEqual(['Empty', 0]);
  });

  it('lists groups by state and kind, and deletes them when they are empty', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    const { shard } = stage.runtime;
    const list = (states: string[], types: string[]) =>
      shard.list(states, types, stage.runtime.committedOffset).map(({ groupState }) => groupState);
    expect([
      list([], []),
      list(['stable'], ['classic']),
      list(['empty'], []),
      list([], ['consumer']),
    ]).toEqual([['Stable'], ['Stable'], [], []]);
    const remove = (groupId: string): number => {
      let code = -1;
      stage.runtime.write((each) => {
        const records: GroupRecord[] = [];
        code = each.deleteGroups([groupId], records)[0]!.errorCode;
        return { records, settle: () => {} };
      });
      return code;
    };
    expect(remove(GROUP)).toBe(ErrorCode.NON_EMPTY_GROUP);
    stage.leave(leader);
    stage.leave(follower);
    stage.advance(REBALANCE_MS);
    expect(list([], [])).toEqual(['Empty']);
    expect([remove(GROUP), remove(GROUP)]).toEqual([ErrorCode.NONE, ErrorCode.GROUP_ID_NOT_FOUND]);
    expect(stage.find(stage.runtime.rebuild())).toBe(undefined);
  });

  it('lets a consumer group take a classic one’s place, and the other way round', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    const { shard, now, out } = stage.runtime;
    const classic = shard.classic as ClassicGroups;
    const again = stage.join(leader);
    classic.turnAway(now, stage.group, out);
    expect(again.body?.errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const seed = classic.seedOf(stage.group)!;
    expect(seed.members.map(({ memberId }) => memberId)).toEqual([leader, follower]);
    const records: GroupRecord[] = [];
    classic.adopt(now, { ...seed, generationId: 9 }, true, records, out);
    expect(records).toHaveLength(1);
    expect([stage.group.state, stage.group.generationId]).toEqual(['PreparingRebalance', 9]);
    expect(stage.heartbeat(follower, 9)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  it('does not let a timer of a group’s earlier life end a rebalance that is not there', () => {
    const stage = new ClassicStage();
    const { leader } = stage.stable();
    const { shard, now, out } = stage.runtime;
    const classic = shard.classic as ClassicGroups;
    stage.join(leader);
    const seed = classic.seedOf(stage.group)!;
    classic.adopt(now, seed, false, [], out);
    for (let each = 0; each < 15; each++) {
      stage.advance(REBALANCE_MS / 12);
      for (const { memberId } of seed.members) expect(stage.heartbeat(memberId, 1)).toBe(ErrorCode.NONE);
    }
    expect(stage.group.state).toBe('Stable');
  });

  it('describes a group, and says of one that is not there what the version knows', () => {
    const stage = new ClassicStage();
    const { leader } = stage.stable();
    const { classic } = stage.runtime.shard;
    const at = stage.runtime.committedOffset;
    expect(classic.describe(GROUP, 5, at)).toMatchObject({ groupState: 'Stable', protocolData: 'range' });
    expect(classic.describe(GROUP, 5, at).members[0]).toMatchObject({ memberId: leader, clientId: 'k' });
    expect(classic.describe('x', 5, at)).toMatchObject({ errorCode: 0, groupState: 'Dead' });
    expect(classic.describe('x', 6, at).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
  });
});
