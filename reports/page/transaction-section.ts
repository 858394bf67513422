import type { Result } from '../../sim/result/index.ts';
import { renderChart } from '../chart/render.ts';
import { transactionsChart } from '../chart/transactions.ts';
import { endUs } from '../series/timeline.ts';
import { transactionCounts } from '../series/transactions.ts';
import type { Section } from './group-section.ts';
import { figure, table } from './html.ts';

/** Rows that a page shows; the result file has all. */
const SHOWN = 60;

/** Transactions by id and outcome; nothing when there was none. */
export async function transactionSection(result: Result): Promise<Section> {
  if (result.transactions.length === 0) return { html: '', charts: [] };
  const charts =
    endUs(result) > 0 ? [await renderChart('transactions', 'Transactions', transactionsChart(result))] : [];
  const counts = transactionCounts(result);
  const rows = counts
    .slice(0, SHOWN)
    .map(({ id, outcome, count, records, p50, p99, max }) => [
      id,
      outcome,
      count,
      records,
      milliseconds(p50),
      milliseconds(p99),
      milliseconds(max),
    ]);
  const head = ['transactional id', 'outcome', 'transactions', 'records', 'p50', 'p99', 'longest'];
  const html = [
    '<h2>Transactions</h2>',
    ...charts.map(figure),
    table(head, rows),
    counts.length > SHOWN ? `<p class="dim">… and ${counts.length - SHOWN} more in result.json.</p>` : '',
  ];
  return { html: html.join('\n'), charts };
}

function milliseconds(us: number): string {
  return `${(us / 1e3).toFixed(1)} ms`;
}
