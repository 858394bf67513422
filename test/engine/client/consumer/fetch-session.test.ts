import { describe, expect, test } from 'vitest';
import { MS } from '../../../../engine/machine/index.ts';
import { ApiKey, ErrorCode, ZERO_UUID } from '../../../../engine/wire/index.ts';
import { asked, batch, ConsumerStage } from './consumer-stage.ts';

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
