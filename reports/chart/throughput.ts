import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { points } from '../series/timeline.ts';
import { COLOUR } from './palette.ts';
import { timeChart } from './time-chart.ts';

/** Records handed to producers, acknowledged to them, and read by consumers. */
export function throughputChart(result: Result): TopLevelSpec {
  const perSecond = 1e6 / result.metrics.series.intervalUs;
  return timeChart(result, {
    title: 'Throughput',
    unit: 'records per second',
    points: points(result, [
      ['sent', 'produced', perSecond],
      ['acknowledged', 'acknowledged', perSecond],
      ['read', 'consumed', perSecond],
    ]),
    namesFaults: true,
    colours: { sent: COLOUR.grey, acknowledged: COLOUR.blue, read: COLOUR.green },
  });
}
