import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { buildBatch, buildControlBatch, ControlType } from '../../../../engine/records/index.ts';
import { ApiKey, ErrorCode, utf8Encode, ZERO_UUID } from '../../../../engine/wire/index.ts';
import { asked, batch, ConsumerStage } from './consumer-stage.ts';

describe('reading', () => {
  test('starts at the reset position, hands out records and asks for the next ones at once', () => {
    const s = new ConsumerStage().start();
    expect(s.events).toEqual(['reset t-0 @0 e5']);
    const [fetch] = s.fetches();
    expect(asked(fetch!)).toBe('b1 s0/0: 0@0e5');
    expect(fetch!.body).toMatchObject({
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 50 * 1024 * 1024,
      isolationLevel: 0,
    });
    s.give(fetch!, batch(0, 3), batch(3, 1, 6));
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0,r1,r2 >3', 't-0 e6 r3 >4']);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: 0@4e5']);
  });

  test('takes no more than max.poll.records a poll, and asks for more only when all is taken', () => {
    const s = new ConsumerStage({ 'max.poll.records': 5 });
    s.thinkUs = 10 * MS;
    s.start();
    s.settle(20 * MS);
    s.give(s.fetches()[0]!, batch(0, 8));
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0..r4 >5']);
    expect(s.fetches()).toEqual([]);
    s.settle(10 * MS);
    expect(s.events.slice(2)).toEqual(['t-0 e5 r5,r6,r7 >8']);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: 0@8e5']);
  });

  test('leaves out what lies before the position in the first batch', () => {
    const s = new ConsumerStage({ 'auto.offset.reset': 'latest' });
    s.offsets = () => 2;
    s.start();
    s.give(s.fetches()[0]!, batch(0, 4));
    expect(s.events.slice(1)).toEqual(['t-0 e5 r2,r3 >4']);
  });

  test('passes over control batches', () => {
    const s = new ConsumerStage().start();
    const marker = buildControlBatch({ baseOffset: 1, leaderEpoch: 5, producerId: 9, producerEpoch: 0 }, 0, [
      { type: ControlType.COMMIT, message: { coordinatorEpoch: 0 } as never },
    ]);
    s.give(s.fetches()[0]!, batch(0, 1), marker);
    s.settle(200 * MS);
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0 >1']);
    expect(s.consumer.view()[0]!.position).toBe(2);
  });

  test('reading committed, hides aborted transactions up to their marker', () => {
    const s = new ConsumerStage({ 'isolation.level': 'read_committed' }).start();
    const [fetch] = s.fetches();
    expect(fetch!.body.isolationLevel).toBe(1);
    const txn = (baseOffset: number, value: string) =>
      buildBatch(
        {
          baseOffset,
          leaderEpoch: 5,
          producerId: 9,
          producerEpoch: 0,
          baseSequence: baseOffset,
          isTransactional: true,
        },
        [{ timestamp: 1, key: null, value: utf8Encode(value) }],
      );
    const marker = buildControlBatch(
      { baseOffset: 1, leaderEpoch: 5, producerId: 9, producerEpoch: 0, isTransactional: true },
      0,
      [{ type: ControlType.ABORT, message: { coordinatorEpoch: 0 } as never }],
    );
    s.answerFetch(fetch!, [
      {
        partitionIndex: 0,
        abortedTransactions: [{ producerId: 9, firstOffset: 0 }],
        records: [txn(0, 'aborted'), marker, txn(2, 'kept')],
      },
    ]);
    expect(s.events.slice(1)).toEqual(['t-0 e5 kept >3']);
  });

  test('a batch with a wrong check sum is never handed out, and stays in the way until a seek', () => {
    const s = new ConsumerStage().start();
    const broken = batch(1, 2);
    // In a value: nothing but the check sum can tell.
    broken[broken.length - 2]! ^= 1;
    s.give(s.fetches()[0]!, batch(0, 1), broken);
    s.settle(120 * MS);
    expect(s.events.slice(1, 4)).toEqual([
      't-0 e5 r0 >1',
      'failed t-0 @1: corrupt record',
      'failed t-0 @1: corrupt record',
    ]);
    s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 3 });
    s.settle(120 * MS);
    expect(s.events.at(-1)).toBe('seek t-0 @3 e-1');
    expect(s.fetches().map(asked).at(-1)).toBe('b1 s77/1: 0@3e5');
  });

  test('check.crcs off lets it through', () => {
    const s = new ConsumerStage({ 'check.crcs': false }).start();
    const broken = batch(0, 1);
    broken[17]! ^= 1;
    s.give(s.fetches()[0]!, broken);
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0 >1']);
  });

  test('a paused partition keeps what was read ahead, and others go on', () => {
    const s = new ConsumerStage({ 'max.poll.records': 1 });
    s.thinkUs = 10 * MS;
    s.start([1]);
    s.settle(20 * MS);
    s.give(s.fetches()[0]!, batch(0, 3));
    s.actions.push({ do: 'pause', partitions: [{ topic: 't', partition: 0 }] });
    s.settle(300 * MS);
    const before = s.events.length;
    expect(s.fetches()).toEqual([]);
    s.actions.push({ do: 'resume', partitions: [{ topic: 't', partition: 0 }] });
    s.settle(300 * MS);
    expect(s.events.slice(before)).toContain('t-0 e5 r2 >3');
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: 0@3e5']);
  });
});

describe('fetch sessions', () => {
  test('a first fetch names all, later ones only what changed, and epochs count up', () => {
    const s = new ConsumerStage().start([1, 1]);
    const [first] = s.fetches();
    expect(asked(first!)).toBe('b1 s0/0: 0@0e5 1@0e5');
    s.answerFetch(first!, [
      { partitionIndex: 0, records: [batch(0, 2)] },
      { partitionIndex: 1, records: [] },
    ]);
    const [second] = s.fetches();
    expect(asked(second!)).toBe('b1 s77/1: 0@2e5');
    s.answerFetch(second!, []);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/2: ']);
  });

  test('a partition that is no longer assigned is forgotten', () => {
    const s = new ConsumerStage().start([1, 1]);
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0 }, { partitionIndex: 1 }]);
    s.assign([1]);
    s.settle(100 * MS);
    s.answerFetch(s.fetches()[0]!, []);
    s.settle(100 * MS);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/2: -0']);
  });

  test.each([
    ['the broker does not know the session', ErrorCode.FETCH_SESSION_ID_NOT_FOUND, 'b1 s0/0: 0@0e5'],
    ['the epochs do not match', ErrorCode.INVALID_FETCH_SESSION_EPOCH, 'b1 s77/0: 0@0e5'],
  ])('starts over when %s', (_, errorCode, expected) => {
    const s = new ConsumerStage().start();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0 }]);
    s.answerFetch(s.fetches()[0]!, [], { errorCode, sessionId: 0 });
    expect(s.fetches().map(asked)).toEqual([expected]);
    expect(s.stage.out.probes).toContain('fetch session starts over');
  });

  test('starts over after a lost connection, for nobody knows what the broker saw', () => {
    const s = new ConsumerStage().start();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0 }]);
    s.stage.drop(s.fetches()[0]!);
    s.settle(500 * MS);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/0: 0@0e5']);
  });

  test('does without when the broker gives none', () => {
    const s = new ConsumerStage().start();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, records: [batch(0, 1)] }], { sessionId: 0 });
    expect(s.fetches().map(asked)).toEqual(['b1 s0/0: 0@1e5']);
  });

  test('a topic that was made anew is another topic to the session', () => {
    const s = new ConsumerStage().start();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0 }]);
    const [open] = s.fetches();
    const old = s.stage.topics.get('t')!.id;
    s.stage.topics.get('t')!.id = `9${'A'.repeat(21)}`;
    s.stage.topics.get('t')!.partitions[0] = { leader: 1, leaderEpoch: 0 };
    s.stage.answer(open!, {
      ...emptyFetch,
      responses: [{ topic: '', topicId: old, partitions: [unknownTopicId] }],
    });
    let last = open!;
    for (let i = 0; i < 40 && last.body.topics[0]?.topicId !== s.stage.topics.get('t')!.id; i++) {
      s.settle(10 * MS);
      for (const each of s.fetches()) {
        last = each;
        if (each.body.topics.length === 0) s.stage.answer(each, emptyFetch);
      }
    }
    expect(last.body.topics[0]!.topicId).toBe(`9${'A'.repeat(21)}`);
    expect(last.body.forgottenTopicsData[0]!.topicId).toBe(old);
  });

  test('a shutdown closes the sessions', () => {
    const s = new ConsumerStage().start();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0 }]);
    s.fetches();
    s.stage.input({ kind: 'shutdown' });
    expect(s.fetches().map(asked)).toEqual(['b1 s77/-1: ']);
    expect(s.stage.out.exited).toBe('clean');
  });

  test('an older broker is asked by name', () => {
    const s = new ConsumerStage();
    s.stage.maxVersions.set(ApiKey.Fetch, 12);
    s.start();
    const [fetch] = s.fetches();
    expect(fetch!.body.topics[0]).toMatchObject({ topic: 't', topicId: ZERO_UUID });
    s.stage.answer(fetch!, {
      ...emptyFetch,
      responses: [
        {
          topic: 't',
          topicId: ZERO_UUID,
          partitions: [{ ...unknownTopicId, errorCode: 0, records: [batch(0, 1)] }],
        },
      ],
    });
    expect(s.events.slice(1)).toEqual(['t-0 e5 r0 >1']);
  });
});

const emptyFetch = { throttleTimeMs: 0, errorCode: 0, sessionId: 77, responses: [], nodeEndpoints: [] };
const unknownTopicId = {
  partitionIndex: 0,
  errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  divergingEpoch: { epoch: -1, endOffset: -1 },
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
  snapshotId: { endOffset: -1, epoch: -1 },
  abortedTransactions: null,
  preferredReadReplica: -1,
  records: null,
};

describe('where to start', () => {
  test.each([
    ['earliest', 'earliest' as const, -2],
    ['latest', 'latest' as const, -1],
    ['by_duration', { byDurationMs: 60_000 }, 1_700_000_000_000 - 60_000],
  ])('%s asks for the offset of its time', (_, policy, timestamp) => {
    const s = new ConsumerStage({ 'auto.offset.reset': policy });
    s.offsets = null;
    s.start();
    const [lookup] = s.lookups();
    expect(lookup!.body.topics[0]!.partitions[0]).toEqual({
      partitionIndex: 0,
      currentLeaderEpoch: 5,
      timestamp,
    });
  });

  test('none is an error at the first poll, until the application seeks', () => {
    const s = new ConsumerStage({ 'auto.offset.reset': 'none' }).start();
    expect(s.events).toEqual(['failed t-0 @-1: no offset']);
    s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 7 });
    s.settle(100 * MS);
    expect(s.fetches().map(asked)).toEqual(['b1 s0/0: 0@7e5']);
  });

  test('out of range resets by the policy', () => {
    const s = new ConsumerStage({ 'auto.offset.reset': 'latest' }).start();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }]);
    s.offsets = () => 33;
    s.settle(100 * MS);
    expect(s.events.at(-1)).toBe('reset t-0 @33 e5');
  });

  test('out of range is an error without a policy', () => {
    const s = new ConsumerStage({ 'auto.offset.reset': 'none' });
    s.stage.topic('t', [1]);
    s.assign([0]);
    s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 7 });
    s.stage.boot(s.consumer);
    s.settle(100 * MS);
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }]);
    expect(s.events.at(-1)).toBe('failed t-0 @7: offset out of range');
  });

  test('a look-up that fails is asked again, of whoever leads then', () => {
    const s = new ConsumerStage();
    s.offsets = null;
    s.start();
    s.stage.drop(s.lookups()[0]!);
    s.stage.move('t', 0, 2);
    s.settle(500 * MS);
    expect(s.lookups().map(({ broker }) => broker)).toEqual([2]);
  });

  test('seeking to the end looks the end up', () => {
    const s = new ConsumerStage().start();
    s.actions.push({ do: 'seek to end', partitions: [{ topic: 't', partition: 0 }] });
    s.settle(150 * MS);
    s.give(s.fetches()[0]!, batch(0, 2));
    s.settle(10 * MS);
    expect(s.events.at(-1)).toBe('reset t-0 @50 e5');
  });

  test('what arrives for a position that has moved is dropped', () => {
    const s = new ConsumerStage().start();
    const [fetch] = s.fetches();
    s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 40 });
    s.settle(100 * MS);
    s.give(fetch!, batch(0, 3));
    expect(s.events.at(-1)).toBe('seek t-0 @40 e-1');
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: 0@40e5']);
  });
});

describe('a leader that changes', () => {
  /** Has read offsets 0 to 2 of epoch 5 from broker 1, and then learns that broker 2 leads with epoch 6. */
  function moved(config: ConstructorParameters<typeof ConsumerStage>[0] = {}): ConsumerStage {
    const s = new ConsumerStage(config);
    if (config['auto.offset.reset'] === 'none') {
      s.stage.topic('t', [1]);
      s.assign([0]);
      s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 0 });
      s.stage.boot(s.consumer);
      s.settle(50 * MS);
    } else s.start();
    s.give(s.fetches()[0]!, batch(0, 3));
    s.settle(200 * MS);
    s.stage.move('t', 0, 2);
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }]);
    s.settle(300 * MS);
    return s;
  }

  /** Until metadata comes the old leader may be asked once more: that is Kafka's way, too. */
  const atNewLeader = (s: ConsumerStage) =>
    s
      .fetches()
      .filter(({ broker }) => broker === 2)
      .map(asked);

  test('the position is validated at the new leader before anything is read there', () => {
    const s = moved();
    const [query] = s.epochQueries();
    expect(query!.broker).toBe(2);
    expect(query!.body.topics[0]!.partitions).toEqual([
      { partition: 0, currentLeaderEpoch: 6, leaderEpoch: 5 },
    ]);
    expect(atNewLeader(s)).toEqual([]);
    s.answerEpochs(query!, 5, 3);
    expect(atNewLeader(s)).toEqual(['b2 s0/0: 0@3e6']);
  });

  test('a log that was cut below the position sends it back to where they part', () => {
    const s = moved();
    s.answerEpochs(s.epochQueries()[0]!, 4, 1);
    expect(s.events.at(-1)).toBe('truncated t-0 @1 e4');
    expect(atNewLeader(s)).toEqual(['b2 s0/0: 0@1e6']);
    expect(s.stage.out.probes).toContain('consumer met a truncated log');
  });

  test('an epoch that the leader does not know at all resets', () => {
    const s = moved();
    s.answerEpochs(s.epochQueries()[0]!, -1, -1);
    s.settle();
    expect(s.events.at(-1)).toBe('reset t-0 @0 e5');
  });

  test('without a policy the application is told what was cut, and decides', () => {
    const s = moved({ 'auto.offset.reset': 'none' });
    s.answerEpochs(s.epochQueries()[0]!, 4, 1);
    expect(s.events.at(-1)).toBe('failed t-0 @3: log truncation 1 e4');
    expect(atNewLeader(s)).toEqual([]);
  });

  test('a validation that fails is asked again after a backoff', () => {
    const s = moved();
    s.answerEpochs(s.epochQueries()[0]!, -1, -1, ErrorCode.FENCED_LEADER_EPOCH);
    expect(s.epochQueries()).toEqual([]);
    s.settle(150 * MS);
    expect(s.epochQueries().length).toBe(1);
  });

  test('a leader named by the error is taken at once', () => {
    const s = new ConsumerStage().start();
    s.give(s.fetches()[0]!, batch(0, 3));
    s.stage.answersMetadata = false;
    s.settle(200 * MS);
    s.answerFetch(
      s.fetches()[0]!,
      [
        {
          partitionIndex: 0,
          errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
          currentLeader: { leaderId: 3, leaderEpoch: 9 },
        },
      ],
      { nodeEndpoints: [{ nodeId: 3, host: 'b3', port: 9092, rack: null }] as never[] },
    );
    expect(s.epochQueries().map(({ broker }) => broker)).toEqual([3]);
  });

  test('UNKNOWN_LEADER_EPOCH is asked again: the broker is behind, not the client', () => {
    const s = new ConsumerStage().start();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH }]);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: ']);
  });
});

describe('reading from a follower (KIP-392)', () => {
  function following(): ConsumerStage {
    const s = new ConsumerStage({ 'client.rack': 'r2', 'metadata.max.age.ms': 5_000 }).start();
    const [fetch] = s.fetches();
    expect(fetch!.body.rackId).toBe('r2');
    s.answerFetch(fetch!, [{ partitionIndex: 0, preferredReadReplica: 2 }]);
    return s;
  }

  test('goes where the leader sends it', () => {
    const s = following();
    expect(s.fetches().map(asked)).toEqual(['b2 s0/0: 0@0e5']);
  });

  test('asks the leader first when the follower says out of range', () => {
    const s = following();
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }]);
    expect(s.fetches().map(({ broker }) => broker)).toEqual([1]);
    expect(s.events).toEqual(['reset t-0 @0 e5']);
  });

  test('comes back to the leader when the follower is gone', () => {
    const s = following();
    s.stage.brokers = [1, 3];
    s.stage.down.add(2);
    s.stage.drop(s.fetches()[0]!);
    s.settle(300 * MS);
    expect(s.fetches().map(({ broker }) => broker)).toEqual([1]);
  });

  test('asks the leader again when the advice is old', () => {
    const s = following();
    s.settle(5_100 * MS);
    s.answerFetch(s.fetches().at(-1)!, [{ partitionIndex: 0, records: [batch(0, 1)] }]);
    expect(s.fetches().map(({ broker }) => broker)).toEqual([1]);
  });
});

describe('a poll', () => {
  test('ends empty at its time-out', () => {
    const s = new ConsumerStage();
    let polls = 0;
    const next = s.next.bind(s);
    s.next = (now) => {
      const action = next(now);
      if (action.do === 'poll') polls++;
      return action;
    };
    s.start();
    expect(polls).toBe(1);
    s.settle(350 * MS);
    expect(polls).toBe(4);
  });

  test('responses arrive while the application works, requests wait for the next poll', () => {
    const s = new ConsumerStage({ 'max.poll.records': 2 });
    s.start();
    s.actions.push({ do: 'think', until: s.stage.now + 5 * SECOND });
    s.give(s.fetches()[0]!, batch(0, 2));
    const before = s.events.length;
    s.give(s.fetches()[0]!, batch(2, 2));
    s.settle(1 * SECOND);
    expect(s.events.length).toBe(before);
    expect(s.fetches()).toEqual([]);
    s.settle(4 * SECOND);
    expect(s.events.at(-1)).toBe('t-0 e5 r2,r3 >4');
  });

  test('tells of a topic that may not be read', () => {
    const s = new ConsumerStage();
    s.stage.metadata = () => {
      const whole = Object.getPrototypeOf(s.stage).metadata.call(s.stage, null);
      const errorCode = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
      return { ...whole, topics: [{ ...whole.topics[0], errorCode, partitions: [] }] };
    };
    s.start();
    expect(s.events).toEqual(['failed t--1 @-1: error TOPIC_AUTHORIZATION_FAILED']);
  });

  test('partitions take turns', () => {
    const s = new ConsumerStage({ 'max.poll.records': 2 });
    s.thinkUs = 1 * MS;
    s.start([1, 1]);
    s.settle(10 * MS);
    s.answerFetch(s.fetches()[0]!, [
      { partitionIndex: 0, records: [batch(0, 2)] },
      { partitionIndex: 1, records: [batch(0, 2)] },
    ]);
    s.settle(10 * MS);
    expect(s.events.slice(2)).toEqual(['t-0 e5 r0,r1 >2', 't-1 e5 r0,r1 >2']);
    const [next] = s.fetches();
    expect(asked(next!)).toBe('b1 s77/1: 0@2e5 1@2e5');
  });
});
