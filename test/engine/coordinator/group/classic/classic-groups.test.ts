import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../../../engine/wire/index.ts';
import { ClassicStage, DELAY_MS, GROUP, REBALANCE_MS, SESSION_MS, textOf } from './classic-stage.ts';

describe('joining a classic group', () => {
  it('gives a dynamic member its id first, and forgets an id that does not come back (KIP-394)', () => {
    const stage = new ClassicStage();
    const first = stage.join('');
    expect(first.body).toMatchObject({ errorCode: ErrorCode.MEMBER_ID_REQUIRED });
    expect(first.body!.memberId).toMatch(
      /^k-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    stage.advance(SESSION_MS + 1);
    expect(stage.join(first.body!.memberId).body?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('takes members of old versions without that detour', () => {
    const stage = new ClassicStage();
    expect(stage.join('', { version: 3 }).body).toBe(null);
    expect(stage.group.members.size).toBe(1);
  });

  it('waits at first for others, and longer while they come, but not beyond a rebalance time-out', () => {
    const stage = new ClassicStage();
    const { asked } = stage.enter();
    stage.advance(DELAY_MS - 1);
    const second = stage.enter().asked;
    stage.advance(DELAY_MS);
    expect(asked.body).toBe(null);
    stage.advance(1);
    expect(asked.body).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range' });
    expect(second.body).toMatchObject({ errorCode: 0, generationId: 1, members: [] });
  });

  it('makes the first one the leader, and tells it alone who is there', () => {
    const stage = new ClassicStage();
    const first = stage.enter();
    const second = stage.enter();
    stage.advance(2 * DELAY_MS);
    expect(first.asked.body!.leader).toBe(first.memberId);
    expect(second.asked.body!.leader).toBe(first.memberId);
    expect(first.asked.body!.members.map(({ memberId }) => memberId)).toEqual([
      first.memberId,
      second.memberId,
    ]);
  });

  it('refuses who shares no protocol with all others, or is for something else', () => {
    const stage = new ClassicStage();
    stage.stable();
    for (const other of [{ protocols: ['sticky'] }, { protocolType: 'connect' }])
      expect(stage.join('', other).body?.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  it('refuses who is one too many', () => {
    const stage = new ClassicStage({ 'group.max.size': 2 });
    stage.stable();
    expect(stage.join('').body?.errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
  });

  it('chooses what most members like best of what all can do', () => {
    const stage = new ClassicStage();
    stage.enter({ protocols: ['range', 'sticky'] });
    stage.enter({ protocols: ['roundrobin', 'sticky', 'range'] });
    stage.enter({ protocols: ['sticky', 'range'] });
    stage.advance(3 * DELAY_MS);
    expect(stage.group.protocolName).toBe('sticky');
  });

  it('puts out who does not rejoin in time; a leader among them is replaced', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    const third = stage.enter();
    expect(stage.group.state).toBe('PreparingRebalance');
    expect(stage.heartbeat(leader, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const again = stage.join(follower);
    for (let i = 0; i < REBALANCE_MS / 5_000; i++) {
      stage.heartbeat(leader, 1);
      stage.advance(5_000);
    }
    expect([...stage.group.members.keys()]).toEqual([follower, third.memberId]);
    expect(again.body).toMatchObject({ errorCode: 0, generationId: 2, leader: follower });
    expect(stage.heartbeat(leader, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('rebalances when the leader joins again, or a member that has changed; not for a lost answer', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    expect(stage.join(follower).body).toMatchObject({ generationId: 1, members: [] });
    expect(stage.group.state).toBe('Stable');
    stage.join(follower, { topics: ['t', 'u'] });
    expect(stage.group.state).toBe('PreparingRebalance');
    stage.join(leader);
    expect(stage.group.generationId).toBe(2);
  });

  it('answers a join that waits when the write that makes the group fails', () => {
    const stage = new ClassicStage();
    stage.runtime.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    const asked = stage.join('', { version: 3 });
    expect(asked.body?.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(stage.runtime.shard.groups.has(GROUP)).toBe(false);
  });
});

describe('syncing a classic group', () => {
  it('does not leave anybody waiting when nobody knows whether the write that makes the group failed', () => {
    const stage = new ClassicStage();
    const first = stage.joinHeld('', { version: 3 });
    expect(stage.group.awaitingJoinCount).toBe(1);
    first.settle(ErrorCode.REQUEST_TIMED_OUT);
    expect(first.asked.body?.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(stage.group.awaitingJoinCount).toBe(0);
  });

  it('hands out the leader’s assignment once it is replicated', () => {
    const stage = new ClassicStage();
    const leader = stage.enter().memberId;
    const follower = stage.enter().memberId;
    stage.advance(2 * DELAY_MS);
    const waiting = stage.sync(follower, 1);
    stage.runtime.isHeld = true;
    const assigned = stage.sync(leader, 1, { [leader]: 'left', [follower]: 'right' });
    expect([waiting.body, assigned.body]).toEqual([null, null]);
    stage.runtime.release();
    expect(textOf(waiting.body?.assignment)).toBe('right');
    expect(textOf(assigned.body?.assignment)).toBe('left');
    expect(stage.group.state).toBe('Stable');
    expect(textOf(stage.sync(follower, 1).body?.assignment)).toBe('right');
  });

  it('sends everybody back when the assignment cannot be stored', () => {
    const stage = new ClassicStage();
    const leader = stage.enter().memberId;
    const follower = stage.enter().memberId;
    stage.advance(2 * DELAY_MS);
    const waiting = stage.sync(follower, 1);
    stage.runtime.failWith = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    stage.sync(leader, 1, { [leader]: 'left' });
    expect(waiting.body?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(stage.group.state).toBe('PreparingRebalance');
  });

  it('refuses another generation, and another protocol', () => {
    const stage = new ClassicStage();
    const { leader } = stage.stable();
    expect(stage.sync(leader, 0).body?.errorCode).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(stage.sync('nobody', 1).body?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('puts out who joined and never syncs (KAFKA-12890)', () => {
    const stage = new ClassicStage();
    const leader = stage.enter().memberId;
    const silent = stage.enter().memberId;
    stage.advance(2 * DELAY_MS);
    stage.sync(leader, 1, { [leader]: 'all' });
    for (let i = 0; i < REBALANCE_MS / 5_000; i++) {
      stage.heartbeat(leader, 1);
      stage.heartbeat(silent, 1);
      stage.advance(5_000);
    }
    expect([...stage.group.members.keys()]).toEqual([leader]);
    expect(stage.group.state).toBe('PreparingRebalance');
  });
});

describe('members of a classic group', () => {
  it('are put out when nothing is heard of them for their session; a commit is heard', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    stage.advance(SESSION_MS - 1);
    expect(stage.heartbeat(leader, 1)).toBe(ErrorCode.NONE);
    expect(stage.commit(follower, 1)).toBe(ErrorCode.NONE);
    stage.advance(SESSION_MS - 1);
    stage.heartbeat(leader, 1);
    stage.advance(1);
    expect([...stage.group.members.keys()]).toEqual([leader]);
    expect(stage.group.state).toBe('PreparingRebalance');
  });

  it('that leave while they wait for their assignment are answered all the same', () => {
    const stage = new ClassicStage();
    stage.enter();
    const { memberId } = stage.enter();
    stage.advance(2 * DELAY_MS);
    const waiting = stage.sync(memberId, 1);
    expect(stage.leave(memberId)).toBe(ErrorCode.NONE);
    expect(waiting.body?.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('may join a group that all have left while somebody’s id was out', () => {
    const stage = new ClassicStage();
    const { memberId } = stage.enter();
    stage.join('');
    stage.leave(memberId);
    expect([stage.group.state, stage.group.members.size]).toEqual(['PreparingRebalance', 0]);
    expect(stage.join('').body?.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
  });

  it('leave, and the last one leaves an empty group whose generation is written', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    expect(stage.leave(follower)).toBe(ErrorCode.NONE);
    expect(stage.leave(follower)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(stage.leave(leader)).toBe(ErrorCode.NONE);
    expect(stage.group.state).toBe('Empty');
    expect(stage.runtime.records.at(-1)?.record).toMatchObject({ value: { generation: 2, members: [] } });
    expect(stage.runtime.timerKeys.filter((key) => key.includes(leader))).toEqual([]);
  });

  it('commit with their generation: not an older one, not while a new one is being assigned', () => {
    const stage = new ClassicStage();
    const { follower, leader } = stage.stable();
    expect(stage.commit(leader, 0)).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(stage.commit('', -1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    stage.join(leader);
    expect(stage.commit(follower, 1)).toBe(ErrorCode.NONE);
    stage.join(follower);
    expect(stage.group.state).toBe('CompletingRebalance');
    expect(stage.commit(follower, 2)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(stage.commit(follower, 2, true)).toBe(ErrorCode.NONE);
  });

  it('commit in transactions with their generation too: a zombie’s producer is not fenced by its own id (KIP-447)', () => {
    const stage = new ClassicStage();
    const { leader } = stage.stable();
    expect(stage.commit(leader, 0, true)).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(stage.commit('gone', 1, true)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    // Producers before KIP-447 say nothing of their group.
    expect(stage.commit('', -1, true)).toBe(ErrorCode.NONE);
  });
});

describe('a static member', () => {
  it('that comes back within its session is replaced without a rebalance, and its old self is fenced', () => {
    const stage = new ClassicStage();
    const { memberId } = stage.enter({ instanceId: 'one' });
    stage.advance(DELAY_MS);
    stage.sync(memberId, 1, { [memberId]: 'all' }, 'one');
    const back = stage.join('', { instanceId: 'one' });
    expect(back.body).toMatchObject({ errorCode: 0, generationId: 1, skipAssignment: true });
    expect(back.body!.memberId).not.toBe(memberId);
    expect(stage.heartbeat(memberId, 1, 'one')).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(textOf(stage.sync(back.body!.memberId, 1, {}, 'one').body?.assignment)).toBe('all');
    // KAFKA-10284: a coordinator that loads knows the new id.
    const rebuilt = stage.find(stage.runtime.rebuild())!;
    expect([...rebuilt.members.keys()]).toEqual([back.body!.memberId]);
  });

  it('that led and cannot skip the assignment is told that its old self leads, so that it does not assign', () => {
    const stage = new ClassicStage();
    const { memberId } = stage.enter({ instanceId: 'one' });
    stage.advance(DELAY_MS);
    stage.sync(memberId, 1, { [memberId]: 'all' }, 'one');
    const back = stage.join('', { instanceId: 'one', version: 8 }).body!;
    expect(back).toMatchObject({ errorCode: 0, leader: memberId, members: [], skipAssignment: false });
    expect(stage.group.leaderId).toBe(back.memberId);
  });

  it('keeps its old id when the new one cannot be stored', () => {
    const stage = new ClassicStage();
    const { memberId } = stage.enter({ instanceId: 'one' });
    stage.advance(DELAY_MS);
    stage.sync(memberId, 1, { [memberId]: 'all' }, 'one');
    stage.runtime.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    expect(stage.join('', { instanceId: 'one' }).body?.errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(stage.heartbeat(memberId, 1, 'one')).toBe(ErrorCode.NONE);
  });

  it('keeps its new id when it is in a later generation by the time that the write fails', () => {
    const stage = new ClassicStage();
    const { memberId } = stage.enter({ instanceId: 'one' });
    stage.advance(DELAY_MS);
    stage.sync(memberId, 1, { [memberId]: 'all' }, 'one');
    const back = stage.joinHeld('', { instanceId: 'one' });
    stage.enter();
    expect(back.asked.body).toMatchObject({ errorCode: 0, generationId: 2 });
    back.settle(ErrorCode.REQUEST_TIMED_OUT);
    expect(stage.group.staticMemberId('one')).toBe(back.asked.body!.memberId);
    expect(back.asked.answers).toBe(1);
  });

  it('is waited for until its session ends, and is removed by its instance alone', () => {
    const stage = new ClassicStage();
    const { memberId } = stage.enter({ instanceId: 'one' });
    stage.advance(DELAY_MS);
    stage.sync(memberId, 1, { [memberId]: 'all' }, 'one');
    expect(stage.leave('', 'one')).toBe(ErrorCode.NONE);
    expect(stage.group.state).toBe('Empty');
  });
});
