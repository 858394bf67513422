import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { asked, batch } from './consumer-stage.ts';
import { GroupStage } from './group-stage.ts';

function joined(config: ConstructorParameters<typeof GroupStage>[0] = {}): GroupStage {
  const s = new GroupStage(config).boot();
  s.join(1, [0]);
  s.run(100 * MS);
  for (const fetch of s.fetches()) s.give(fetch, batch(0, 5));
  s.run(100 * MS);
  s.takeEvents();
  s.answersFetches = true;
  return s;
}

describe('commits', () => {
  test('a sync commit says the position after what was handed out, with its epoch', () => {
    const s = joined();
    s.actions.push({ do: 'commit sync', offsets: null });
    s.run(200 * MS);
    expect(s.commits).toEqual(['m@1 t-0@5e5']);
    expect(s.takeEvents()).toEqual(['sync commit t-0@5: ok']);
  });

  test('given offsets are committed as they are', () => {
    const s = joined();
    const offsets = [{ topic: 't', partition: 0, offset: 2, leaderEpoch: -1, metadata: 'x' }];
    s.actions.push({ do: 'commit async', offsets });
    s.run(300 * MS);
    expect(s.commits).toEqual(['m@1 t-0@2e-1']);
    expect(s.takeEvents()).toEqual(['async commit t-0@2: ok']);
  });

  test.each([
    ['COORDINATOR_LOAD_IN_PROGRESS', ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
    ['NOT_COORDINATOR', ErrorCode.NOT_COORDINATOR],
    ['REQUEST_TIMED_OUT', ErrorCode.REQUEST_TIMED_OUT],
    ['UNKNOWN_TOPIC_OR_PARTITION', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
  ])('%s: a sync commit is tried again, an async one is not', (_, code) => {
    const s = joined();
    s.commitError = code;
    s.actions.push({ do: 'commit async', offsets: null });
    s.run(200 * MS);
    expect(s.takeEvents()[0]).toMatch(/^async commit t-0@5: retriable/);
    s.actions.push({ do: 'commit sync', offsets: null });
    s.run(1 * SECOND);
    s.commitError = ErrorCode.NONE;
    s.run(5 * SECOND);
    expect(s.takeEvents()).toEqual(['sync commit t-0@5: ok']);
  });

  test('a sync commit gives up after default.api.timeout.ms', () => {
    const s = joined({ 'default.api.timeout.ms': 5_000 });
    s.commitError = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    s.actions.push({ do: 'commit sync', offsets: null });
    s.run(4_500 * MS);
    expect(s.takeEvents()).toEqual([]);
    s.run(1_500 * MS);
    expect(s.takeEvents()).toEqual(['sync commit t-0@5: retriable fail']);
  });

  test('a lost connection leaves the outcome open', () => {
    const s = joined();
    s.commitError = null;
    s.actions.push({ do: 'commit async', offsets: null });
    s.run(200 * MS);
    const [commit] = s.stage.take(8);
    s.stage.drop(commit!);
    s.run(200 * MS);
    expect(s.takeEvents()).toEqual(['async commit t-0@5: retriable unknown']);
  });

  test.each([
    ['UNKNOWN_MEMBER_ID', ErrorCode.UNKNOWN_MEMBER_ID, 'commit failed', ''],
    ['ILLEGAL_GENERATION', ErrorCode.ILLEGAL_GENERATION, 'commit failed', 'm'],
    ['REBALANCE_IN_PROGRESS', ErrorCode.REBALANCE_IN_PROGRESS, 'rebalance in progress', 'm'],
  ])('%s: it has failed, and the member joins again', (_, code, errorClass, memberId) => {
    const s = joined();
    s.commitError = code;
    s.actions.push({ do: 'commit sync', offsets: null });
    s.run(200 * MS);
    const revoked = code === ErrorCode.REBALANCE_IN_PROGRESS ? 'revoked t-0' : 'lost t-0';
    expect(s.takeEvents()).toEqual([`sync commit t-0@5: ${errorClass} fail`, revoked]);
    expect(s.joins()[0]!.body.memberId).toBe(memberId);
  });

  test('a fenced static member is told by its next poll', () => {
    const s = joined({ 'group.instance.id': 'i' });
    s.commitError = ErrorCode.FENCED_INSTANCE_ID;
    s.actions.push({ do: 'commit async', offsets: null });
    s.run(200 * MS);
    expect(s.takeEvents()).toEqual([
      'async commit t-0@5: fenced instance id fail',
      'failed --1 @-1: error FENCED_INSTANCE_ID',
    ]);
  });

  test('there is nothing to commit while a rebalance goes on', () => {
    const s = joined();
    s.heartbeatError = ErrorCode.REBALANCE_IN_PROGRESS;
    s.run(3 * SECOND);
    s.takeEvents();
    const offsets = [{ topic: 't', partition: 0, offset: 5, leaderEpoch: 5, metadata: '' }];
    s.actions.push({ do: 'commit sync', offsets });
    s.run(200 * MS);
    expect(s.takeEvents()).toEqual(['sync commit t-0@5: rebalance in progress fail']);
    expect(s.commits).toEqual([]);
  });

  test('auto commits come every interval, within a poll', () => {
    const s = joined({ 'enable.auto.commit': true });
    s.run(12 * SECOND);
    expect(s.commits).toEqual(['m@1 t-0@5e5', 'm@1 t-0@5e5']);
  });

  test('a consumer that assigns itself its partitions commits as nobody, and starts from what is committed', () => {
    const s = new GroupStage();
    s.committed = () => 7;
    s.assign([0]);
    s.stage.boot(s.consumer);
    s.run(100 * MS);
    expect(s.takeEvents()).toEqual(['committed t-0 @7']);
    expect(s.fetches().map(asked)).toEqual(['b1 s0/0: 0@7e5']);
    s.actions.push({ do: 'commit sync', offsets: null });
    s.run(200 * MS);
    expect(s.commits).toEqual(['@-1 t-0@7e5']);
    expect(s.joins()).toEqual([]);
  });

  test('an offset that a transaction may still change is asked for again', () => {
    const s = new GroupStage();
    s.fetchError = ErrorCode.UNSTABLE_OFFSET_COMMIT;
    s.committed = () => 7;
    s.boot();
    s.join(1, [0]);
    s.run(2 * SECOND);
    expect(s.takeEvents()).toEqual(['member m@1', 'assigned t-0']);
    s.fetchError = ErrorCode.NONE;
    s.run(2 * SECOND);
    expect(s.takeEvents()).toEqual(['committed t-0 @7']);
  });

  test('a process that was paused for longer than its session goes on where it was, as who it was', () => {
    const s = joined();
    s.actions.push({ do: 'think', until: s.stage.now + 1 * SECOND }, { do: 'commit sync', offsets: null });
    s.run(150 * MS);
    // Nothing of it runs for two minutes: then its timers are late.
    s.stage.now += 120 * SECOND;
    s.commitError = ErrorCode.UNKNOWN_MEMBER_ID;
    s.run(1_000 * MS);
    // The first one is lost with the connection: its session is over, and the coordinator is looked for again.
    expect(s.commits).toEqual(['m@1 t-0@5e5', 'm@1 t-0@5e5']);
    expect(s.takeEvents()).toEqual(['sync commit t-0@5: commit failed unknown', 'lost t-0']);
  });
});
