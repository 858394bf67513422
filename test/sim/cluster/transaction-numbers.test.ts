import { describe, expect, it } from 'vitest';
import type { PolledBatch } from '../../../engine/client/index.ts';
import { HistoryRecorder } from '../../../sim/cluster/history-recorder.ts';
import { RunMetrics } from '../../../sim/metrics/index.ts';
import { ID_BYTES, writeRecordId } from '../../../sim/workload/index.ts';

function polled(id: number): PolledBatch[] {
  const value = new Uint8Array(ID_BYTES);
  writeRecordId(value, id);
  const record = { offset: id, timestamp: 0, key: null, value, headers: [] };
  return [{ topic: 'in', partition: 0, leaderEpoch: 0, records: [record], nextPosition: id + 1 }];
}

/** A process of a pipeline, as its consumer and its producer are heard. */
function pipeline() {
  let now = 0;
  const recorder = new HistoryRecorder(
    new RunMetrics(0, 1_000),
    () => now,
    () => {},
    () => false,
  );
  const consumer = recorder.member('m', 'group', () => {});
  const producer = recorder.transactional('m', 'id');
  return {
    recorder,
    poll: (at: number, id: number) => {
      now = at;
      consumer.onPolled(at, polled(id));
    },
    begin: (at: number) => {
      now = at;
      producer.onBegin(at, 1, 7, 0);
    },
    commit: (at: number, id: number) => {
      now = at;
      const record = {
        topic: 'out',
        partition: null,
        key: null,
        value: null,
        headers: [],
        timestamp: null,
        id,
      };
      producer.onSend(at, record as unknown as Parameters<typeof producer.onSend>[1]);
      producer.onAcked(at, 'out', 0, id, [id]);
      producer.onCall(at, 1, { do: 'commit' });
      producer.onResult(at, { call: 'commit', transaction: 1, outcome: 'ok' });
    },
    crash: () => recorder.onClientGone('m'),
    polls: () => [...recorder.history().polls].map(({ transaction }) => transaction),
    sends: () => [...recorder.history().sends].map(({ transaction }) => transaction),
  };
}

describe('what a pipeline polls', () => {
  it('belongs to the transaction that begins next, as what it sends then does', () => {
    const one = pipeline();
    one.poll(1, 1);
    one.poll(2, 2);
    expect(one.polls()).toEqual([undefined, undefined]);
    one.begin(3);
    one.commit(4, 100);
    one.poll(5, 3);
    one.begin(6);
    one.commit(7, 101);
    expect(one.polls()).toEqual([0, 0, 1]);
    expect(one.sends()).toEqual([0, 1]);
    expect(one.recorder.clientTransactions).toMatchObject([
      { number: 0, beganAt: 3, commitAskedAt: 4, endedAt: 4, outcome: 'ok' },
      { number: 1, beganAt: 6, commitAskedAt: 7, endedAt: 7, outcome: 'ok' },
    ]);
  });

  it('belongs to none when its process dies before it begins one', () => {
    const one = pipeline();
    one.poll(1, 1);
    one.crash();
    one.poll(2, 1);
    one.begin(3);
    expect(one.polls()).toEqual([undefined, 0]);
  });
});
