import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { endUs } from '../series/timeline.ts';
import { COLOUR, INK, STATE_COLOUR } from './palette.ts';
import { CHART_WIDTH } from './time-chart.ts';

const MARK_COLOUR: Readonly<Record<string, string>> = {
  'partition leader elected': INK,
  'controller elected': COLOUR.blue,
  'isr shrunk': COLOUR.orange,
  'isr expanded': COLOUR.green,
  'broker fenced': COLOUR.red,
  'broker unfenced': COLOUR.sky,
  'log recovered': COLOUR.purple,
  'operation begun': COLOUR.grey,
  'operation done': COLOUR.green,
  'operation failed': COLOUR.red,
  crash: COLOUR.red,
};

/** A lane per node: what it was (bands) and what it did (ticks). */
export function lanesChart(result: Result): TopLevelSpec {
  const end = endUs(result);
  const seconds = (us: number): number => Math.min(Math.max(us, 0), end) / 1e6;
  const nodes = [...new Set(result.lanes.map(({ node }) => node))];
  const x = { type: 'quantitative' as const, scale: { domain: [0, end / 1e6], nice: false } };
  const y = { field: 'node', type: 'nominal' as const, sort: nodes, title: null };
  const order = Object.keys(STATE_COLOUR);
  return {
    width: CHART_WIDTH,
    height: { step: 20 },
    title: 'Nodes: what they were and what they did',
    resolve: { scale: { color: 'independent' } },
    layer: [
      {
        data: {
          values: result.lanes
            .filter(({ from, to }) => to > 0 && from < end)
            .map(({ node, from, to, state }) => ({ node, from: seconds(from), to: seconds(to), state }))
            .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)),
        },
        mark: { type: 'bar', height: 14 },
        encoding: {
          y,
          x: {
            ...x,
            field: 'from',
            title: 'simulated seconds since the traffic began',
            axis: { grid: false },
          },
          x2: { field: 'to' },
          color: {
            field: 'state',
            type: 'nominal',
            title: 'state',
            legend: { columns: 3, orient: 'bottom' },
            scale: { domain: order, range: Object.values(STATE_COLOUR) },
          },
        },
      },
      {
        data: {
          values: result.marks
            .filter(({ at }) => at >= 0 && at <= end)
            .map(({ node, at, kind }) => ({ node, t: seconds(at), kind })),
        },
        mark: { type: 'tick', thickness: 2, height: 16 },
        encoding: {
          y,
          x: { ...x, field: 't' },
          color: {
            field: 'kind',
            type: 'nominal',
            title: 'event',
            legend: { columns: 3, orient: 'bottom' },
            scale: { domain: Object.keys(MARK_COLOUR), range: Object.values(MARK_COLOUR) },
          },
        },
      },
    ],
  } as TopLevelSpec;
}
