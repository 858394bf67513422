import { describe, expect, test } from 'vitest';
import { MS } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { asked, batch, ConsumerStage } from './consumer-stage.ts';

describe('where to start', () => {
  test.each([
    ['earliest', 'earliest' as const, -2],
    ['latest', 'latest' as const, -1],
    ['by_duration', 'by_duration:PT1M' as const, 1_700_000_000_000 - 60_000],
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

  test('by_duration with no record that young asks again, and moves nowhere meanwhile', () => {
    const s = new ConsumerStage({ 'auto.offset.reset': 'by_duration:P1D' });
    s.offsets = () => -1;
    s.start();
    s.settle(29_900 * MS);
    expect(s.events).toEqual([]);
    s.offsets = () => 12;
    s.settle(400 * MS);
    expect(s.events).toEqual(['reset t-0 @12 e5']);
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

  test('a seek while the validation is under way wins: the answer says nothing of the new position', () => {
    const s = moved();
    const [query] = s.epochQueries();
    s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 40 });
    s.settle(100 * MS);
    s.answerEpochs(query!, 4, 1);
    expect(s.events.at(-1)).toBe('seek t-0 @40 e-1');
    expect(atNewLeader(s)).toEqual(['b2 s0/0: 0@40e6']);
  });

  test('a leader that changes again while the validation is under way is asked anew (KAFKA-9840)', () => {
    const s = moved({ 'metadata.max.age.ms': 1_000 });
    const [query] = s.epochQueries();
    s.stage.move('t', 0, 3);
    for (const each of s.fetches()) s.answerFetch(each, []);
    s.settle(1_000 * MS);
    s.answerEpochs(query!, 5, 3);
    expect(atNewLeader(s)).toEqual([]);
    const [again] = s.epochQueries();
    expect(again!.broker).toBe(3);
    expect(again!.body.topics[0]!.partitions[0]).toMatchObject({ currentLeaderEpoch: 7, leaderEpoch: 5 });
    s.answerEpochs(again!, 5, 3);
    s.settle(100 * MS);
    expect(s.fetches().at(-1)!.broker).toBe(3);
  });

  test('a position that nobody knows the epoch of is not validated', () => {
    const s = new ConsumerStage().start();
    s.settle(200 * MS);
    s.stage.move('t', 0, 2);
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }]);
    s.settle(300 * MS);
    expect(s.epochQueries()).toEqual([]);
    expect(s.fetches().at(-1)!.broker).toBe(2);
  });

  test('a reset that is under way does not undo a seek', () => {
    const s = new ConsumerStage();
    s.offsets = null;
    s.start();
    s.actions.push({ do: 'seek', topic: 't', partition: 0, offset: 9 });
    s.settle(100 * MS);
    s.offsets = () => 0;
    s.settle(100 * MS);
    expect(s.events).toEqual(['seek t-0 @9 e-1']);
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

  test('comes back to the leader when the follower cannot be reached, though it is there', () => {
    const s = new ConsumerStage({ 'client.rack': 'r2' }).start();
    s.stage.down.add(2);
    s.answerFetch(s.fetches()[0]!, [{ partitionIndex: 0, preferredReadReplica: 2 }]);
    s.settle(150 * MS);
    expect(s.fetches().map(asked)).toEqual(['b1 s77/1: ']);
  });

  test('sent there again by the leader, it waits for the backoff before it tries again', () => {
    const s = new ConsumerStage({ 'client.rack': 'r2' }).start();
    s.stage.down.add(2);
    let asks = 0;
    for (let i = 0; i < 200; i++) {
      for (const fetch of s.fetches()) {
        asks++;
        s.answerFetch(fetch, [{ partitionIndex: 0, preferredReadReplica: 2 }]);
      }
      s.settle(10 * MS);
    }
    expect(asks).toBeLessThan(10);
    s.stage.down.delete(2);
    s.settle(2_000 * MS);
    expect(s.fetches().map(({ broker }) => broker)).toContain(2);
  });

  test('asks the leader again when the advice is old', () => {
    const s = following();
    s.settle(5_100 * MS);
    s.answerFetch(s.fetches().at(-1)!, [{ partitionIndex: 0, records: [batch(0, 1)] }]);
    expect(s.fetches().map(({ broker }) => broker)).toEqual([1]);
  });
});
