import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { points } from '../series/timeline.ts';
import { COLOUR } from './palette.ts';
import { timeChart } from './time-chart.ts';

/** Of what completed in each interval: from `send` to its acknowledgement, and to its first reader. */
export function latencyChart(result: Result): TopLevelSpec {
  return timeChart(result, {
    title: 'Latency (log scale)',
    unit: 'milliseconds',
    log: true,
    points: points(result, [
      ['acknowledged, p50', 'latencyP50', 1e-3],
      ['acknowledged, p99', 'latencyP99', 1e-3],
      ['read, p50', 'endToEndP50', 1e-3],
      ['read, p99', 'endToEndP99', 1e-3],
    ]).map((point) => (point.value === 0 ? { ...point, value: null } : point)),
    colours: {
      'acknowledged, p50': COLOUR.blue,
      'acknowledged, p99': COLOUR.sky,
      'read, p50': COLOUR.green,
      'read, p99': COLOUR.orange,
    },
  });
}
