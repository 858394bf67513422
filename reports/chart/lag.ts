import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { points } from '../series/timeline.ts';
import { COLOUR } from './palette.ts';
import { timeChart } from './time-chart.ts';

/** What the leaders have and is not replicated yet. */
export function highWatermarkLagChart(result: Result): TopLevelSpec {
  return timeChart(result, {
    title: 'High-watermark lag: log end minus high watermark, over all leaders',
    unit: 'records',
    points: points(result, [['not yet replicated', 'highWatermarkLag', 1]]),
    colours: { 'not yet replicated': COLOUR.purple },
    height: 110,
  });
}

/** What is replicated and not read yet. */
export function consumerLagChart(result: Result): TopLevelSpec {
  return timeChart(result, {
    title: 'Consumer lag: high watermark minus position, over all consumers',
    unit: 'records',
    points: points(result, [['not yet read', 'consumerLag', 1]]),
    colours: { 'not yet read': COLOUR.green },
    height: 110,
  });
}
