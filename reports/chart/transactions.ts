import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { OUTCOME_NAME, transactionalIds, transactionBars } from '../series/transactions.ts';
import { COLOUR } from './palette.ts';
import { spanChart } from './span-chart.ts';

/** Lanes and bars that are drawn; the result file has more. */
const MAX_LANES = 48;
const MAX_DRAWN = 4_000;

/** A lane per transactional id: when it had a transaction open, and what its producer was told in the end. */
export function transactionsChart(result: Result): TopLevelSpec {
  const all = transactionalIds(result);
  const lanes = all.slice(0, MAX_LANES);
  const drawn = new Set(lanes);
  const bars = transactionBars(result).filter(({ id }) => drawn.has(id));
  const isCut = all.length > MAX_LANES || bars.length > MAX_DRAWN;
  return spanChart(result, {
    title: `Transactions, by their outcome as the producer saw it${isCut ? ' (the first of many)' : ''}`,
    lanes,
    bars: bars
      .slice(0, MAX_DRAWN)
      .map(({ id, from, to, outcome }) => ({ lane: id, from, to, colour: outcome, label: '' })),
    colours: {
      [OUTCOME_NAME.ok]: COLOUR.green,
      [OUTCOME_NAME.fail]: COLOUR.orange,
      [OUTCOME_NAME.unknown]: COLOUR.purple,
    },
    // Seldom and short, and what a reader looks for: never thinner than a tick.
    ticks: bars
      .filter(({ outcome }) => outcome === OUTCOME_NAME.unknown)
      .slice(0, MAX_DRAWN)
      .map(({ id, from }) => ({ lane: id, t: from, kind: 'outcome unknown' })),
    tickColours: { 'outcome unknown': COLOUR.red },
  });
}
