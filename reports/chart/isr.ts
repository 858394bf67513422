import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { points } from '../series/timeline.ts';
import { COLOUR } from './palette.ts';
import { timeChart } from './time-chart.ts';

/** Sizes of in-sync replica sets, and the partitions that lack members or a leader. */
export function isrChart(result: Result): TopLevelSpec {
  return timeChart(result, {
    title: 'In-sync replicas',
    unit: 'partitions, members',
    points: points(result, [
      ['under-replicated partitions', 'underReplicated', 1],
      ['partitions without a leader', 'leaderless', 1],
      ['smallest ISR', 'isrMin', 1],
    ]),
    colours: {
      'under-replicated partitions': COLOUR.orange,
      'partitions without a leader': COLOUR.red,
      'smallest ISR': COLOUR.blue,
    },
  });
}
