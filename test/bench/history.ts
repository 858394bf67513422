import { Bench } from 'tinybench';
import { findAnomalies, type History, PollLog, SendLog } from '../../sim/check/index.ts';
import type { BenchRow } from './kernel.ts';

const OPERATIONS = 1_000_000;
const LOGS = 12;
const CLIENTS = 8;
/** Values of a send, and records that a poll returns of a partition. */
const BATCH = 4;

/** Half a million sends and half a million polls that read them back, of four values each, without an anomaly. */
export function longHistory(operations = OPERATIONS): History {
  const sends = new SendLog();
  const polls = new PollLog();
  const next = new Array<number>(LOGS).fill(0);
  for (let i = 0; i < operations / 2; i++) {
    const log = `t-${i % LOGS}`;
    const client = `p${i % CLIENTS}`;
    const baseOffset = next[i % LOGS]!;
    next[i % LOGS] = baseOffset + BATCH;
    const ids = Array.from({ length: BATCH }, (_, at) => i * BATCH + at);
    const times = { invokedAt: i * 10, endedAt: i * 10 + 5 };
    sends.push({ client, log, ...times, outcome: 'ok', isTransactional: false, baseOffset }, ids);
    polls.beginPoll(`k${i % LOGS}`, i * 10 + 7);
    polls.beginRead(log);
    for (let at = 0; at < BATCH; at++) polls.addRecord(baseOffset + at, ids[at]!);
  }
  return { sends, polls, repositions: [] };
}

/** How many operations of clients a second are checked for every scalar anomaly. */
export async function historyBench(): Promise<BenchRow[]> {
  const history = longHistory();
  const bench = new Bench({ iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0, throws: true });
  bench.add('history', () => {
    if (findAnomalies(history).length > 0) throw new Error('an anomaly where there is none');
  });
  await bench.run();
  const { result } = bench.tasks[0]!;
  if (!('throughput' in result)) throw new Error('history did not run');
  return [
    {
      name: 'history, scalar anomalies',
      unit: 'operations',
      perSecond: Math.round(result.throughput.mean * OPERATIONS),
      rme: Math.round(result.throughput.rme * 100) / 100,
    },
  ];
}
