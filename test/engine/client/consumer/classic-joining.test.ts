import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { batch } from './consumer-stage.ts';
import { assignmentsIn, GroupStage, subscriptionIn, subscriptionOf } from './group-stage.ts';

describe('joining', () => {
  test('a new member is given an id, joins with it, and reads from what was committed', () => {
    const s = new GroupStage();
    s.committed = (partition) => (partition === 0 ? 42 : -1);
    s.boot();
    const [first] = s.joins();
    expect(first!.broker).toBe(2);
    expect(first!.body.memberId).toBe('');
    expect(first!.body.protocols.map(({ name }) => name)).toEqual(['range', 'cooperative-sticky']);
    expect(subscriptionIn(first!).topics).toEqual(['t']);
    s.answerJoin(first!, { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: 'm' });
    const [second] = s.joins();
    expect(second!.body.memberId).toBe('m');
    s.follow(second!, 1);
    const [sync] = s.syncs();
    expect([sync!.body.memberId, sync!.body.generationId, sync!.body.assignments]).toEqual(['m', 1, []]);
    s.answerSync(sync!, [0, 1]);
    s.run(10 * MS);
    expect(s.takeEvents()).toEqual([
      'member m@1',
      'assigned t-0 t-1',
      'committed t-0 @42',
      'reset t-1 @0 e5',
    ]);
    expect(s.consumer.memberState).toBe('stable');
  });

  test('the leader assigns to all, and joins again when partitions are added', () => {
    const s = new GroupStage().boot();
    const members = [
      { memberId: 'm', metadata: subscriptionOf(['t']) },
      { memberId: 'n', metadata: subscriptionOf(['t', 'u']) },
    ];
    s.stage.topic('u', [1]);
    s.answerJoin(s.joins()[0]!, {
      generationId: 1,
      memberId: 'm',
      leader: 'm',
      protocolName: 'range',
      members,
    });
    const [sync] = s.syncs();
    expect(assignmentsIn(sync!)).toEqual(['m: t-0 t-1', 'n: t-2 t-3 u-0']);
    s.answerSync(sync!, [0, 1]);
    s.run(100 * MS);
    for (const fetch of s.fetches()) s.answerFetch(fetch, []);
    expect(s.joins()).toEqual([]);
    s.stage.topics.get('u')!.partitions.push({ leader: 1, leaderEpoch: 1 });
    for (let i = 0; i < 310; i++) {
      s.run(1 * SECOND);
      for (const fetch of s.fetches()) s.answerFetch(fetch, []);
      if (s.consumer.memberState === 'preparing') break;
    }
    expect(s.joins()[0]!.body.reason).toBe('cached metadata has changed');
  });

  test('the leader keeps the assignment when it is told to (KIP-814)', () => {
    const s = new GroupStage({ 'group.instance.id': 'i' }).boot();
    const members = [{ memberId: 'm', groupInstanceId: 'i', metadata: subscriptionOf(['t']) }];
    const join = s.joins()[0]!;
    expect(join.body.groupInstanceId).toBe('i');
    s.answerJoin(join, {
      generationId: 1,
      memberId: 'm',
      leader: 'm',
      protocolName: 'range',
      members,
      skipAssignment: true,
    });
    expect(s.syncs()[0]!.body.assignments).toEqual([]);
  });

  test.each([
    ['COORDINATOR_LOAD_IN_PROGRESS', ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 0],
    ['NOT_COORDINATOR', ErrorCode.NOT_COORDINATOR, 1],
    ['COORDINATOR_NOT_AVAILABLE', ErrorCode.COORDINATOR_NOT_AVAILABLE, 1],
  ])(
    '%s to a join: it is asked again after a while, the coordinator looked for %i times',
    (_, errorCode, finds) => {
      const s = new GroupStage().boot();
      const before = s.finds;
      s.answerJoin(s.joins()[0]!, { errorCode });
      expect(s.joins()).toEqual([]);
      s.run(300 * MS);
      expect(s.finds - before).toBe(finds);
      expect(s.joins()).toHaveLength(1);
    },
  );

  test('UNKNOWN_MEMBER_ID to a join: it joins as a new member at once', () => {
    const s = new GroupStage().boot();
    s.answerJoin(s.joins()[0]!, { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: 'm' });
    s.answerJoin(s.joins()[0]!, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(s.joins()[0]!.body.memberId).toBe('');
  });

  test.each([
    ['FENCED_INSTANCE_ID', ErrorCode.FENCED_INSTANCE_ID],
    ['INCONSISTENT_GROUP_PROTOCOL', ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
    ['INVALID_SESSION_TIMEOUT', ErrorCode.INVALID_SESSION_TIMEOUT],
    ['GROUP_AUTHORIZATION_FAILED', ErrorCode.GROUP_AUTHORIZATION_FAILED],
    ['GROUP_MAX_SIZE_REACHED', ErrorCode.GROUP_MAX_SIZE_REACHED],
  ])('%s to a join is thrown', (name, errorCode) => {
    const s = new GroupStage().boot();
    s.answerJoin(s.joins()[0]!, { errorCode });
    expect(s.takeEvents()).toEqual([`failed --1 @-1: error join: ${name}`]);
  });

  test.each([
    ['REBALANCE_IN_PROGRESS', ErrorCode.REBALANCE_IN_PROGRESS, 'm'],
    ['ILLEGAL_GENERATION', ErrorCode.ILLEGAL_GENERATION, 'm'],
    ['UNKNOWN_MEMBER_ID', ErrorCode.UNKNOWN_MEMBER_ID, ''],
  ])('%s to a sync: it joins again', (_, code, memberId) => {
    const s = new GroupStage().boot();
    s.follow(s.joins()[0]!, 1);
    s.answerSync(s.syncs()[0]!, [], code);
    expect(s.joins()[0]!.body.memberId).toBe(memberId);
  });

  test('a join that is answered while the application works waits for its next poll; a sync does not', () => {
    const s = new GroupStage().boot();
    const [join] = s.joins();
    s.actions.push({ do: 'think', until: s.stage.now + 10 * SECOND });
    s.run(200 * MS);
    s.follow(join!, 1);
    s.run(9 * SECOND);
    expect(s.syncs()).toEqual([]);
    s.run(1 * SECOND);
    const [sync] = s.syncs();
    s.actions.push({ do: 'think', until: s.stage.now + 10 * SECOND });
    s.run(200 * MS);
    s.answerSync(sync!, [0]);
    expect(s.consumer.memberState).toBe('stable');
    expect(s.takeEvents()).toEqual([]);
    s.run(10 * SECOND);
    expect(s.takeEvents().slice(0, 2)).toEqual(['member m@1', 'assigned t-0']);
  });
});

describe('rebalancing', () => {
  test('an eager member commits, gives up everything and joins', () => {
    const s = new GroupStage({ 'enable.auto.commit': true }).boot();
    s.join(1, [0, 1]);
    s.run(100 * MS);
    for (const fetch of s.fetches()) {
      s.answerFetch(fetch, [{ partitionIndex: 0, records: [batch(0, 3)] }, { partitionIndex: 1 }]);
    }
    s.run(100 * MS);
    s.takeEvents();
    s.heartbeatError = ErrorCode.REBALANCE_IN_PROGRESS;
    s.run(3 * SECOND);
    s.heartbeatError = ErrorCode.NONE;
    expect(s.commits).toEqual(['m@1 t-1@0e-1 t-0@3e5']);
    expect(s.takeEvents()).toEqual(['auto commit t-1@0 t-0@3: ok', 'revoked t-0 t-1']);
    const [join] = s.joins();
    expect(join!.body.memberId).toBe('m');
    expect(subscriptionIn(join!).ownedPartitions).toEqual([]);
  });

  test('a cooperative member keeps reading, gives up what it is told to, and joins again', () => {
    const s = new GroupStage({ 'partition.assignment.strategy': 'cooperative-sticky' }).boot();
    s.join(1, [0, 1], 'cooperative-sticky');
    s.run(100 * MS);
    s.takeEvents();
    s.heartbeatError = ErrorCode.REBALANCE_IN_PROGRESS;
    s.run(3 * SECOND);
    s.heartbeatError = ErrorCode.NONE;
    const [join] = s.joins();
    expect(subscriptionIn(join!)).toMatchObject({
      ownedPartitions: [{ topic: 't', partitions: [0, 1] }],
      generationId: 1,
    });
    for (const fetch of s.fetches()) {
      s.answerFetch(fetch, [{ partitionIndex: 0, records: [batch(0, 2)] }, { partitionIndex: 1 }]);
    }
    s.run(100 * MS);
    expect(s.takeEvents()).toEqual(['t-0 e5 r0,r1 >2']);
    s.follow(join!, 2, 'm', 'cooperative-sticky');
    s.answerSync(s.syncs()[0]!, [1]);
    expect(s.takeEvents()).toEqual(['member m@2', 'revoked t-0', 'assigned ']);
    const [again] = s.joins();
    expect(subscriptionIn(again!).ownedPartitions).toEqual([{ topic: 't', partitions: [1] }]);
    s.follow(again!, 3, 'm', 'cooperative-sticky');
    s.answerSync(s.syncs()[0]!, [1, 2]);
    expect(s.takeEvents()).toEqual(['member m@3', 'assigned t-2']);
    expect(s.joins()).toEqual([]);
  });

  test('a cooperative member that is put out while it joins has lost what it had (KAFKA-12983)', () => {
    const s = new GroupStage({ 'partition.assignment.strategy': 'cooperative-sticky' }).boot();
    s.answersFetches = true;
    s.join(1, [0, 1], 'cooperative-sticky');
    s.run(100 * MS);
    s.takeEvents();
    s.heartbeatError = ErrorCode.REBALANCE_IN_PROGRESS;
    s.run(3 * SECOND);
    s.heartbeatError = ErrorCode.NONE;
    const [join] = s.joins();
    expect(subscriptionIn(join!).ownedPartitions).toEqual([{ topic: 't', partitions: [0, 1] }]);
    s.answerJoin(join!, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    s.run(SECOND);
    expect(s.takeEvents()).toEqual(['lost t-0 t-1']);
    const [again] = s.joins();
    expect(again!.body.memberId).toBe('');
    expect(subscriptionIn(again!).ownedPartitions).toEqual([]);
  });

  test('a callback that commits does so as the old generation, before the join', () => {
    const s = new GroupStage().boot();
    s.join(1, [0]);
    s.run(100 * MS);
    s.onRevoke = 'all positions';
    s.commitError = null;
    s.heartbeatError = ErrorCode.REBALANCE_IN_PROGRESS;
    s.takeEvents();
    s.run(4 * SECOND);
    expect([s.joins(), s.takeEvents()]).toEqual([[], []]);
    s.commitError = ErrorCode.NONE;
    s.heartbeatError = ErrorCode.NONE;
    s.run(10 * MS);
    expect(s.commits).toEqual(['m@1 t-0@0e-1']);
    expect(s.takeEvents()).toEqual(['sync commit t-0@0: ok', 'revoked t-0']);
    expect(s.joins()).toHaveLength(1);
  });

  test('another subscription is another rebalance', () => {
    const s = new GroupStage().boot();
    s.join(1, [0]);
    s.stage.topic('u', [1]);
    s.actions.push({ do: 'subscribe', topics: ['u'] });
    s.run(200 * MS);
    const [join] = s.joins();
    expect(join!.body.reason).toBe('subscription has changed');
    expect(subscriptionIn(join!).topics).toEqual(['u']);
  });

  test('an assignment of what is not subscribed any more is not taken over', () => {
    const s = new GroupStage().boot();
    const [join] = s.joins();
    s.follow(join!, 1);
    const [sync] = s.syncs();
    s.actions.push({ do: 'subscribe', topics: ['u'] });
    s.run(200 * MS);
    s.answerSync(sync!, [0]);
    expect(s.takeEvents()).toEqual(['member m@1']);
    expect(subscriptionIn(s.joins()[0]!).topics).toEqual(['u']);
  });
});

describe('leaving', () => {
  test('close commits, revokes and leaves', () => {
    const s = new GroupStage({ 'enable.auto.commit': true }).boot();
    s.join(1, [0]);
    s.run(100 * MS);
    s.takeEvents();
    s.actions.push({ do: 'close' });
    s.run(200 * MS);
    expect(s.commits).toEqual(['m@1 t-0@0e-1']);
    expect(s.leaves[0]!.members[0]!.memberId).toBe('m');
    expect(s.takeEvents()).toEqual(['revoked t-0', 'auto commit t-0@0: ok']);
    expect(s.stage.out.exited).toBe('clean');
  });

  test('a static member closes without leaving', () => {
    const s = new GroupStage({ 'group.instance.id': 'i' }).boot();
    s.join(1, [0]);
    s.actions.push({ do: 'close' });
    s.run(200 * MS);
    expect(s.leaves).toEqual([]);
    expect(s.stage.out.exited).toBe('clean');
  });

  test('close gives up after a while when nobody answers', () => {
    const s = new GroupStage({ 'enable.auto.commit': true }).boot();
    s.join(1, [0]);
    s.run(100 * MS);
    s.commitError = null;
    s.actions.push({ do: 'close' });
    s.run(29 * SECOND);
    expect(s.stage.out.exited).toBeNull();
    s.run(2 * SECOND);
    expect(s.stage.out.exited).toBe('clean');
  });

  test('unsubscribe revokes and leaves; a subscription joins as a new member', () => {
    const s = new GroupStage().boot();
    s.join(1, [0]);
    s.run(100 * MS);
    s.takeEvents();
    s.actions.push({ do: 'unsubscribe' }, { do: 'subscribe', topics: ['t'] });
    s.run(200 * MS);
    expect(s.takeEvents()).toEqual(['revoked t-0']);
    expect(s.leaves).toHaveLength(1);
    expect(s.joins()[0]!.body.memberId).toBe('');
  });
});
