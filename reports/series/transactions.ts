import type { Result, TransactionSpan } from '../../sim/result/index.ts';
import { endUs } from './timeline.ts';

export const OUTCOME_NAME: Readonly<Record<TransactionSpan['outcome'], string>> = {
  ok: 'committed',
  fail: 'aborted',
  unknown: 'unknown',
};

/** Seconds from the start of the traffic. */
export interface TransactionBar {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly outcome: string;
}

/** Transactions of one id with one outcome; durations in microseconds, exact. */
export interface TransactionCount {
  readonly id: string;
  readonly outcome: string;
  readonly count: number;
  readonly records: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function transactionalIds(result: Result): string[] {
  return [...new Set(result.transactions.map(({ transactionalId }) => transactionalId))].sort();
}

/** Neighbours on a lane with one outcome and less than this share of the chart between them are one bar. */
const JOINED_SHARE = 0.001;

/** Bars, joined where the eye could not part them: a chart's size follows its width and not the run's length. */
export function transactionBars(result: Result): TransactionBar[] {
  const end = endUs(result);
  const gap = end * JOINED_SHARE;
  const bars: { id: string; from: number; to: number; outcome: string }[] = [];
  const last = new Map<string, (typeof bars)[number]>();
  const spans = result.transactions.filter(({ from, to }) => to >= 0 && from < end);
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const { transactionalId: id, outcome } = span;
    const [from, to] = [Math.max(span.from, 0), Math.min(span.to, end)];
    const key = `${outcome} ${id}`;
    const before = last.get(key);
    if (before !== undefined && from - before.to <= gap) {
      before.to = Math.max(before.to, to);
      continue;
    }
    const bar = { id, from, to, outcome: OUTCOME_NAME[outcome] };
    bars.push(bar);
    last.set(key, bar);
  }
  return bars.map((bar) => ({ ...bar, from: bar.from / 1e6, to: bar.to / 1e6 }));
}

export function transactionCounts(result: Result): TransactionCount[] {
  const counts: TransactionCount[] = [];
  for (const id of transactionalIds(result)) {
    for (const [outcome, name] of Object.entries(OUTCOME_NAME)) {
      const spans = result.transactions.filter(
        (span) => span.transactionalId === id && span.outcome === outcome,
      );
      if (spans.length === 0) continue;
      const durations = spans.map(({ from, to }) => to - from).sort((a, b) => a - b);
      const rank = (percent: number): number =>
        durations[Math.max(0, Math.ceil((durations.length * percent) / 100) - 1)]!;
      counts.push({
        id,
        outcome: name,
        count: spans.length,
        records: spans.reduce((sum, { records }) => sum + records, 0),
        p50: rank(50),
        p99: rank(99),
        max: rank(100),
      });
    }
  }
  return counts;
}
