import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { ConsumerGroupStage } from './consumer-group-stage.ts';
import { batch } from './consumer-stage.ts';

describe('joining', () => {
  test('the first heartbeat says everything, the acknowledgement what is owned', () => {
    const s = new ConsumerGroupStage({ 'client.rack': 'r1', 'group.remote.assignor': 'uniform' });
    s.committed = (partition) => (partition === 0 ? 42 : -1);
    s.boot();
    const join = s.beat();
    expect(join.broker).toBe(2);
    expect(join.body).toMatchObject({
      groupId: 'g',
      memberEpoch: 0,
      instanceId: null,
      rackId: 'r1',
      rebalanceTimeoutMs: 300_000,
      subscribedTopicNames: ['t'],
      subscribedTopicRegex: null,
      serverAssignor: 'uniform',
      topicPartitions: [],
    });
    expect(join.body.memberId).toHaveLength(22);
    expect(s.consumer.memberState).toBe('JOINING');
    s.target(join, 1, [0, 1]);
    s.run(200 * MS);
    const { memberId } = join.body;
    expect(s.takeEvents()).toEqual([
      `member ${memberId}@1`,
      'assigned t-0 t-1',
      'committed t-0 @42',
      'reset t-1 @0 e5',
    ]);
    const acknowledgement = s.beat();
    expect(acknowledgement.body).toMatchObject({
      memberEpoch: 1,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      serverAssignor: null,
      topicPartitions: [{ topicId: s.stage.topics.get('t')!.id, partitions: [0, 1] }],
    });
    expect(s.consumer.memberState).toBe('STABLE');
    s.answerBeat(acknowledgement, { memberEpoch: 1 });
    s.run(5 * SECOND);
    expect(s.beat().body).toMatchObject({ memberEpoch: 1, topicPartitions: null });
  });

  test('an empty assignment is acknowledged as well', () => {
    const s = new ConsumerGroupStage().boot();
    s.target(s.beat(), 1, []);
    s.run(100 * MS);
    expect(s.beat().body.topicPartitions).toEqual([]);
    expect(s.consumer.memberState).toBe('STABLE');
  });

  test('a coordinator that loads is asked again after a while, one that is not it any more is looked for', () => {
    const s = new ConsumerGroupStage().boot();
    s.answerBeat(s.beat(), { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS });
    expect(s.beats()).toEqual([]);
    s.run(150 * MS);
    const again = s.beat();
    expect(again.body.memberEpoch).toBe(0);
    s.coordinator = 3;
    s.answerBeat(again, { errorCode: ErrorCode.NOT_COORDINATOR });
    s.run(200 * MS);
    expect(s.beat().broker).toBe(3);
  });
});

describe('reconciling', () => {
  test('partitions are committed, revoked with their callback, and then the new ones are assigned', () => {
    const s = new ConsumerGroupStage({ 'enable.auto.commit': true, 'auto.commit.interval.ms': 60_000 });
    s.joined([0, 1]);
    s.run(5 * SECOND);
    s.takeEvents();
    s.target(s.beat(), 2, [1, 2]);
    s.run(200 * MS);
    expect(s.commits.map((commit) => commit.slice(22))).toEqual(['@2 t-0@0e-1 t-1@0e-1']);
    expect(s.takeEvents().filter((event) => !event.startsWith('member'))).toEqual([
      'auto commit t-0@0 t-1@0: ok',
      'revoked t-0',
      'assigned t-2',
    ]);
    expect(s.beat().body.topicPartitions).toEqual([
      { topicId: s.stage.topics.get('t')!.id, partitions: [1, 2] },
    ]);
  });

  test('a callback that commits holds the revocation up, and nothing is handed out meanwhile', () => {
    const s = new ConsumerGroupStage();
    s.joined([0, 1]);
    s.onRevoke = 'all positions';
    s.commitError = null;
    s.run(5 * SECOND);
    s.takeEvents();
    const fetches = s.fetches();
    s.target(s.beat(), 2, [1]);
    s.run(1 * SECOND);
    for (const each of fetches) s.give(each, batch(0, 3));
    s.run(2 * SECOND);
    expect(s.takeEvents().filter((event) => !event.startsWith('member'))).toEqual([]);
    s.commitError = ErrorCode.NONE;
    s.run(100 * MS);
    expect(s.takeEvents().slice(0, 2)).toEqual(['sync commit t-0@0 t-1@0: ok', 'revoked t-0']);
  });

  test('a stale epoch makes the commit before a revocation try again with the new one', () => {
    const s = new ConsumerGroupStage({ 'enable.auto.commit': true, 'auto.commit.interval.ms': 60_000 });
    s.joined([0, 1]);
    s.takeEvents();
    s.run(5 * SECOND);
    s.commitError = ErrorCode.STALE_MEMBER_EPOCH;
    s.target(s.beat(), 2, [1]);
    s.run(50 * MS);
    s.commitError = ErrorCode.NONE;
    s.run(500 * MS);
    expect(s.commits.map((commit) => commit.slice(22))).toEqual([
      '@2 t-0@0e-1 t-1@0e-1',
      '@2 t-0@0e-1 t-1@0e-1',
    ]);
    expect(s.takeEvents()).toContain('revoked t-0');
  });

  test('a commit before a revocation does not wait for a partition that is deleted', () => {
    const s = new ConsumerGroupStage({ 'enable.auto.commit': true, 'auto.commit.interval.ms': 60_000 });
    s.joined([0, 1]);
    s.takeEvents();
    s.run(5 * SECOND);
    s.commitError = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    s.target(s.beat(), 2, [1]);
    s.run(500 * MS);
    expect(s.commits).toHaveLength(1);
    expect(s.takeEvents()).toContain('revoked t-0');
  });

  test('a topic that metadata does not know yet waits for it; what is known goes ahead', () => {
    const s = new ConsumerGroupStage();
    s.boot(['t', 'u']);
    const { id } = s.stage.topics.get('t')!;
    const unknown = s.stage.topic('u', [1]);
    s.stage.answersMetadata = false;
    s.answerBeat(s.beat(), {
      memberEpoch: 1,
      assignment: {
        topicPartitions: [
          { topicId: id, partitions: [0] },
          { topicId: unknown.id, partitions: [0] },
        ],
      },
    });
    s.run(50 * MS);
    s.stage.answersMetadata = true;
    for (const request of s.stage.metadataRequests.splice(0)) s.stage.answerMetadata(request);
    s.run(200 * MS);
    for (const fetch of s.fetches()) s.answerFetch(fetch, []);
    s.run(1 * SECOND);
    const events = s.takeEvents().filter((event) => event.startsWith('assigned'));
    expect(events).toEqual(['assigned t-0', 'assigned u-0']);
  });
});

describe('losing its place', () => {
  test.each([
    ['FENCED_MEMBER_EPOCH', ErrorCode.FENCED_MEMBER_EPOCH],
    ['UNKNOWN_MEMBER_ID', ErrorCode.UNKNOWN_MEMBER_ID],
  ])('%s: what it has is lost, and it joins again with the same id', (_, code) => {
    const s = new ConsumerGroupStage().joined([0]);
    s.run(5 * SECOND);
    s.takeEvents();
    const beat = s.beat();
    s.answerBeat(beat, { errorCode: code });
    s.run(100 * MS);
    expect(s.takeEvents()).toEqual(['lost t-0']);
    const { memberId, memberEpoch, topicPartitions, subscribedTopicNames } = s.beat().body;
    expect([memberId, memberEpoch]).toEqual([beat.body.memberId, 0]);
    expect([topicPartitions, subscribedTopicNames]).toEqual([[], ['t']]);
  });

  test('an application that does not poll leaves, is stale, and joins again when it polls', () => {
    const s = new ConsumerGroupStage({ 'max.poll.interval.ms': 10_000 }).joined([0]);
    s.takeEvents();
    s.actions.push({ do: 'think', until: s.stage.now + 60 * SECOND });
    s.run(9 * SECOND);
    for (const beat of s.beats()) s.answerBeat(beat, { memberEpoch: 1 });
    s.run(2 * SECOND);
    expect(s.beats().at(-1)!.body.memberEpoch).toBe(-1);
    expect(s.consumer.memberState).toBe('STALE');
    expect(s.takeEvents()).toEqual([]);
    s.run(60 * SECOND);
    expect(s.takeEvents()).toEqual(['lost t-0']);
    expect(s.beats().at(-1)!.body.memberEpoch).toBe(0);
  });

  test.each([
    ['UNRELEASED_INSTANCE_ID', ErrorCode.UNRELEASED_INSTANCE_ID],
    ['FENCED_INSTANCE_ID', ErrorCode.FENCED_INSTANCE_ID],
    ['GROUP_MAX_SIZE_REACHED', ErrorCode.GROUP_MAX_SIZE_REACHED],
    ['UNSUPPORTED_ASSIGNOR', ErrorCode.UNSUPPORTED_ASSIGNOR],
    ['INVALID_REGULAR_EXPRESSION', ErrorCode.INVALID_REGULAR_EXPRESSION],
  ])('%s is fatal: what it has is lost, and it is silent', (name, code) => {
    const s = new ConsumerGroupStage({ 'group.instance.id': 'i' }).joined([0]);
    s.run(5 * SECOND);
    s.takeEvents();
    s.answerBeat(s.beat(), { errorCode: code });
    s.run(10 * SECOND);
    expect(s.takeEvents().toSorted()).toEqual([`failed --1 @-1: error ${name}`, 'lost t-0']);
    expect(s.consumer.memberState).toBe('FATAL');
    expect(s.beats()).toEqual([]);
  });
});

describe('leaving', () => {
  test('close commits, revokes, and says so with epoch -1', () => {
    const s = new ConsumerGroupStage({ 'enable.auto.commit': true }).joined([0]);
    s.takeEvents();
    s.actions.push({ do: 'close' });
    s.run(500 * MS);
    expect(s.takeEvents()).toEqual(['revoked t-0']);
    const leave = s.beats().at(-1)!;
    expect(leave.body.memberEpoch).toBe(-1);
    expect(s.stage.out.exited).toBeNull();
    s.answerBeat(leave, { memberEpoch: -1 });
    expect(s.stage.out.exited).toBe('clean');
  });

  test('a static member leaves for a while with epoch -2', () => {
    const s = new ConsumerGroupStage({ 'group.instance.id': 'i' }).joined([0]);
    s.actions.push({ do: 'close' });
    s.run(500 * MS);
    expect(s.beats().at(-1)!.body).toMatchObject({ memberEpoch: -2, instanceId: 'i' });
  });

  test('unsubscribe leaves, and a subscription joins again', () => {
    const s = new ConsumerGroupStage().joined([0]);
    s.takeEvents();
    s.actions.push({ do: 'unsubscribe' }, { do: 'subscribe', topics: ['t'] });
    s.run(200 * MS);
    const leave = s.beat();
    expect(leave.body.memberEpoch).toBe(-1);
    s.answerBeat(leave, { memberEpoch: -1 });
    s.run(200 * MS);
    expect(s.takeEvents()[0]).toBe('revoked t-0');
    expect(s.beat().body.memberEpoch).toBe(0);
  });
});

describe('patterns', () => {
  test('a pattern for the broker travels as it is, topics are learned by their ids', () => {
    const s = new ConsumerGroupStage();
    s.actions.push({ do: 'subscribe pattern', pattern: 't.*', matchedBy: 'broker' });
    s.stage.boot(s.consumer);
    s.run();
    const join = s.beat();
    expect(join.body).toMatchObject({ subscribedTopicNames: [], subscribedTopicRegex: 't.*' });
    s.target(join, 1, [0]);
    s.run(1 * SECOND);
    expect(s.takeEvents()).toContain('assigned t-0');
  });

  test('a pattern of the client is matched against all topics', () => {
    const s = new ConsumerGroupStage();
    s.stage.topic('other', [1]);
    s.stage.topic('t2', [1]);
    s.actions.push({ do: 'subscribe pattern', pattern: 't.?', matchedBy: 'client' });
    s.stage.boot(s.consumer);
    s.run(1 * SECOND);
    const beats = s.beats();
    const topics = beats.map(({ body }) => body.subscribedTopicNames);
    s.answerBeat(beats.at(-1)!, { memberEpoch: 1 });
    s.run(5 * SECOND);
    expect([...topics, ...s.beats().map(({ body }) => body.subscribedTopicNames)]).toContainEqual([
      't',
      't2',
    ]);
  });
});
