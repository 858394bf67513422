import { Bench } from 'tinybench';
import {
  findAnomalies,
  type History,
  PollLog,
  SendLog,
  scalarDetectors,
  transactionalDetectors,
} from '../../sim/check/index.ts';
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

/**
 * A million transactions of copying pipelines: each polls what another has sent, and sends what it makes of it to two
 * partitions. Two at a time are under way and write to one partition, the second of them first: what follows is not
 * always what began later, and there is no circle.
 */
export function longTransactions(transactions = OPERATIONS): History {
  const sends = new SendLog();
  const polls = new PollLog();
  for (let i = 0; i < transactions; i++) {
    const client = `pipe${i % CLIENTS}`;
    const read = i - CLIENTS;
    if (read >= 0) {
      polls.beginPoll(client, i * 10, i);
      for (let half = 0; half < 2; half++) {
        polls.beginRead(`t-${(read + half) % LOGS}`);
        for (let at = 0; at < 2; at++)
          polls.addRecord(offsetOf(read, half) + at, read * BATCH + half * 2 + at);
      }
    }
    const times = { invokedAt: i * 10, endedAt: i * 10 + 19, outcome: 'ok', isTransactional: true } as const;
    for (let half = 0; half < 2; half++) {
      const send = { client, log: `t-${(i + half) % LOGS}`, ...times, transaction: i };
      const id = i * BATCH + half * 2;
      sends.push({ ...send, baseOffset: offsetOf(i, half) }, [id, id + 1]);
    }
  }
  return { sends, polls, repositions: [] };
}

/** Of each two transactions the first half of the second stands before the second half of the first. */
function offsetOf(transaction: number, half: number): number {
  const isBehind = half === 1 && transaction % 2 === 0;
  return transaction * BATCH + half * 2 + (isBehind ? BATCH : 0);
}

/** How many operations of clients a second are checked for every scalar anomaly, and transactions for cycles. */
export async function historyBench(): Promise<BenchRow[]> {
  const scalar = await timed('history', longHistory(), scalarDetectors);
  const cycles = await timed('cycles', longTransactions(), transactionalDetectors);
  return [
    { name: 'history, scalar anomalies', unit: 'operations', ...scalar },
    { name: 'history, cycles of transactions', unit: 'transactions', ...cycles },
  ];
}

async function timed(
  name: string,
  history: History,
  detectors: typeof scalarDetectors,
): Promise<{ perSecond: number; rme: number }> {
  const bench = new Bench({ iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0, throws: true });
  bench.add(name, () => {
    if (findAnomalies(history, null, detectors).length > 0) throw new Error('an anomaly where there is none');
  });
  await bench.run();
  const { result } = bench.tasks[0]!;
  if (!('throughput' in result)) throw new Error(`${name} did not run`);
  return {
    perSecond: Math.round(result.throughput.mean * OPERATIONS),
    rme: Math.round(result.throughput.rme * 100) / 100,
  };
}
