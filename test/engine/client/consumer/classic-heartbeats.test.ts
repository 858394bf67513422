import { describe, expect, test } from 'vitest';
import type { ConsumerConfig } from '../../../../engine/client/index.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { GroupStage } from './group-stage.ts';

describe('heartbeats', () => {
  test('they go on while the application works', () => {
    const s = new GroupStage().boot();
    s.join(1, [0]);
    s.actions.push({ do: 'think', until: s.stage.now + 60 * SECOND });
    s.run(31 * SECOND);
    expect(s.heartbeats).toHaveLength(10);
    expect(s.heartbeats[0]).toEqual({ groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null });
  });

  test.each([
    ['ILLEGAL_GENERATION', ErrorCode.ILLEGAL_GENERATION, 'm'],
    ['UNKNOWN_MEMBER_ID', ErrorCode.UNKNOWN_MEMBER_ID, ''],
  ])('%s: what it has is lost, and it joins again', (_, code, memberId) => {
    const s = new GroupStage().boot();
    s.join(1, [0, 1]);
    s.run(100 * MS);
    s.takeEvents();
    s.heartbeatError = code;
    s.run(3 * SECOND);
    expect(s.takeEvents()).toEqual(['lost t-0 t-1']);
    expect(s.joins()[0]!.body.memberId).toBe(memberId);
  });

  test('a fenced static member throws, and joins again as if nothing had happened', () => {
    const s = new GroupStage({ 'group.instance.id': 'i' }).boot();
    s.join(1, [0]);
    s.run(100 * MS);
    s.takeEvents();
    s.heartbeatError = ErrorCode.FENCED_INSTANCE_ID;
    s.run(3 * SECOND);
    expect(s.takeEvents()).toEqual(['failed --1 @-1: error heartbeat: FENCED_INSTANCE_ID', 'lost t-0']);
    expect(s.joins()[0]!.body).toMatchObject({ memberId: '', groupInstanceId: 'i' });
  });

  test.each([
    ['', 1],
    ['i', 0],
  ])(
    'an application that does not poll for too long leaves, a static member %s %i times',
    (instance, leaves) => {
      const s = new GroupStage({ 'max.poll.interval.ms': 10_000, 'group.instance.id': instance }).boot();
      s.join(1, [0]);
      s.run(100 * MS);
      s.takeEvents();
      s.actions.push({ do: 'think', until: s.stage.now + 20 * SECOND });
      s.run(11 * SECOND);
      expect(s.leaves).toHaveLength(leaves);
      expect(s.takeEvents()).toEqual([]);
      s.run(10 * SECOND);
      expect(s.takeEvents()).toEqual(['lost t-0']);
      expect(s.joins()[0]!.body.memberId).toBe('');
    },
  );

  test('a coordinator that is silent for a session is looked for again', () => {
    const s = new GroupStage({ 'session.timeout.ms': 10_000 }).boot();
    s.join(1, [0]);
    s.heartbeatError = null;
    s.coordinator = 3;
    const { finds } = s;
    s.run(9 * SECOND);
    expect(s.finds).toBe(finds);
    s.run(2 * SECOND);
    expect(s.finds).toBe(finds + 1);
    s.heartbeatError = ErrorCode.NONE;
    s.run(4 * SECOND);
    expect(s.consumer.memberState).toBe('stable');
  });
});

describe('heartbeats to a coordinator that cannot be reached', () => {
  const cutOff = (config: Partial<ConsumerConfig>): GroupStage => {
    const setup = {
      'socket.connection.setup.timeout.ms': 1_000,
      'socket.connection.setup.timeout.max.ms': 1_000,
    };
    const s = new GroupStage({ ...setup, ...config }).boot();
    s.answersFetches = true;
    s.join(1, [0]);
    s.coordinator = 3;
    s.stage.silent.add(3);
    s.heartbeatError = ErrorCode.NOT_COORDINATOR;
    s.run(3 * SECOND + 100 * MS);
    s.heartbeatError = ErrorCode.NONE;
    return s;
  };

  test('wait for the connection, and do not keep the clock from moving', () => {
    const s = cutOff({ 'session.timeout.ms': 10_000 });
    s.run(2 * SECOND);
    expect(s.heartbeats).toHaveLength(1);
    s.stage.silent.delete(3);
    s.run(15 * SECOND);
    expect(s.heartbeats.length).toBeGreaterThan(1);
    expect(s.consumer.memberState).toBe('stable');
  });

  test('do not keep the clock from moving when the application is late, either', () => {
    const s = cutOff({ 'max.poll.interval.ms': 6_000 });
    s.takeEvents();
    s.actions.push({ do: 'think', until: s.stage.now + 30 * SECOND });
    s.run(10 * SECOND);
    s.stage.silent.delete(3);
    s.run(5 * SECOND);
    expect(s.consumer.memberState).toBe('unjoined');
  });
});
