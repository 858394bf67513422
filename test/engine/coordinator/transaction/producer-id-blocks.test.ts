import { describe, expect, test } from 'vitest';
import { ProducerIdBlocks } from '../../../../engine/coordinator/index.ts';
import { ACTIVE_CONTROLLER, type Reply } from '../../../../engine/exchange/index.ts';
import { MS } from '../../../../engine/machine/index.ts';
import { ApiKey, ErrorCode, LONG_MAX } from '../../../../engine/wire/index.ts';
import { RecordingRpc } from '../../broker/recording-rpc.ts';
import { RecordingOutbox } from '../../recording-outbox.ts';

const { COORDINATOR_LOAD_IN_PROGRESS, NONE } = ErrorCode;

function stage() {
  const rpc = new RecordingRpc();
  const out = new RecordingOutbox();
  const requestTimeoutMs = 30_000;
  const blocks = new ProducerIdBlocks({
    brokerId: 3,
    brokerEpoch: () => 44,
    rpc,
    owner: 11,
    requestTimeoutMs,
  });
  const take = (now = 0) => {
    const taken = blocks.take(now, out);
    return typeof taken === 'number' ? `error ${taken}` : taken.id;
  };
  const reply = (answer: Reply, now = 0) => blocks.onReply(now, answer, out);
  const give = (producerIdStart: number, producerIdLen: number, errorCode: number = NONE, now = 0) => {
    const body = { throttleTimeMs: 0, errorCode, producerIdStart, producerIdLen };
    reply({ kind: 'response', apiVersion: 0, body }, now);
  };
  return { rpc, take, give, reply };
}

const NOTHING = `error ${COORDINATOR_LOAD_IN_PROGRESS}`;

describe('blocks of producer ids', () => {
  test('come from the active controller, asked for by the first who needs one', () => {
    const { give, rpc, take } = stage();
    expect(rpc.sent).toEqual([]);
    expect(take()).toBe(NOTHING);
    expect(rpc.sent).toMatchObject([
      {
        node: ACTIVE_CONTROLLER,
        owner: 11,
        apiKey: ApiKey.AllocateProducerIds,
        body: { brokerId: 3, brokerEpoch: 44 },
      },
    ]);
    expect(take()).toBe(NOTHING);
    expect(rpc.sent).toHaveLength(1);
    give(2_000, 10);
    expect(take()).toBe(2_000);
    expect(take()).toBe(2_001);
  });

  test('the next one is asked for at nine tenths, and nobody waits for it', () => {
    const { give, rpc, take } = stage();
    take();
    give(0, 10);
    for (let each = 0; each < 9; each++) expect(take()).toBe(each);
    expect(rpc.sent).toHaveLength(1);
    expect(take()).toBe(9);
    expect(rpc.sent).toHaveLength(2);
    give(70, 10);
    expect(take()).toBe(70);
  });

  test.each([
    ['an error', (s: ReturnType<typeof stage>) => s.give(0, 0, ErrorCode.STALE_BROKER_EPOCH)],
    [
      'a broken connection',
      (s: ReturnType<typeof stage>) => s.reply({ kind: 'failed', reason: 'disconnected' }),
    ],
    ['a block of before', (s: ReturnType<typeof stage>) => s.give(5, 10)],
    ['a block beyond all numbers', (s: ReturnType<typeof stage>) => s.give(LONG_MAX - 5, 10)],
    ['a block without ids', (s: ReturnType<typeof stage>) => s.give(50, 0)],
  ])('%s: nothing is asked for 50 ms', (_what, fail) => {
    const all = stage();
    const { give, rpc, take } = all;
    take();
    give(0, 10);
    for (let each = 0; each < 10; each++) take();
    fail(all);
    expect(take(49 * MS)).toBe(NOTHING);
    expect(rpc.sent).toHaveLength(2);
    expect(take(50 * MS)).toBe(NOTHING);
    expect(rpc.sent).toHaveLength(3);
    give(20, 10, NONE, 51 * MS);
    expect(take(51 * MS)).toBe(20);
  });

  test('silence is followed by another request at once', () => {
    const { reply, rpc, take } = stage();
    take();
    reply({ kind: 'failed', reason: 'timed out' }, 30_000 * MS);
    take(30_000 * MS);
    expect(rpc.sent).toHaveLength(2);
  });

  test('no id is given twice', () => {
    const { give, rpc, take } = stage();
    const given = new Set<number>();
    let start = 0;
    let asked = 0;
    for (let each = 0; each < 200; each++) {
      const id = take();
      if (typeof id === 'number') {
        expect(given.has(id)).toBe(false);
        given.add(id);
      }
      if (each % 3 === 0 && rpc.sent.length > asked) {
        asked = rpc.sent.length;
        give(start, 7);
        start += 7;
      }
    }
    expect(given.size).toBeGreaterThan(100);
  });
});
