import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { bands, endUs } from '../series/timeline.ts';
import { COLOUR, INK } from './palette.ts';
import { CHART_WIDTH } from './time-chart.ts';

/** A name too long for the room left of the plot loses its middle: a partition is told by its number. */
const SHORT_NAME =
  "length(datum.label) > 11 ? substring(datum.label, 0, 4) + '…' + slice(datum.label, -6) : datum.label";

export interface SpanChart {
  readonly title: string;
  readonly lanes: readonly string[];
  /** Each with `lane`, `from`, `to`, `colour` and `label`. */
  readonly bars: readonly object[];
  readonly colours: Readonly<Record<string, string>>;
  /** Each with `lane`, `t` and `kind`. */
  readonly ticks: readonly object[];
  readonly tickColours: Readonly<Record<string, string>>;
}

/** Lanes of coloured bars with ticks on them, under the faults' bands, on the axis that all charts share. */
export function spanChart(result: Result, chart: SpanChart): TopLevelSpec {
  const x = { type: 'quantitative' as const, scale: { domain: [0, endUs(result) / 1e6], nice: false } };
  const time = { title: 'simulated seconds since the traffic began', grid: false };
  const y = {
    field: 'lane',
    type: 'nominal' as const,
    sort: chart.lanes,
    scale: { domain: chart.lanes },
    title: null,
    axis: { labelExpr: SHORT_NAME },
  };
  const coloured = (field: string, title: string | null, colours: Readonly<Record<string, string>>) => ({
    field,
    type: 'nominal',
    title,
    legend: { columns: 6, orient: 'bottom' },
    scale: { domain: Object.keys(colours), range: Object.values(colours) },
  });
  const ticks = {
    data: { values: chart.ticks },
    mark: { type: 'tick', thickness: 2, height: 16 },
    encoding: { y, x: { ...x, field: 't' }, color: coloured('kind', 'event', chart.tickColours) },
  };
  return {
    width: CHART_WIDTH,
    height: { step: 24 },
    title: chart.title,
    resolve: { scale: { color: 'independent' } },
    layer: [
      {
        data: { values: bands(result) },
        mark: { type: 'rect', color: COLOUR.red, opacity: 0.13 },
        encoding: { x: { ...x, field: 'from', axis: time }, x2: { field: 'to' } },
      },
      {
        data: { values: chart.bars },
        mark: { type: 'bar', height: 14, opacity: 0.65 },
        encoding: {
          y,
          x: { ...x, field: 'from', axis: time },
          x2: { field: 'to' },
          color: coloured('colour', null, chart.colours),
        },
      },
      ...(chart.ticks.length > 0 ? [ticks] : []),
      {
        data: { values: chart.bars },
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 10, color: INK },
        encoding: { y, x: { ...x, field: 'from' }, text: { field: 'label', type: 'nominal' } },
      },
    ],
  } as TopLevelSpec;
}
