import type { TopLevelSpec } from 'vega-lite';
import type { Result } from '../../sim/result/index.ts';
import { bands, elections, endUs, type Point } from '../series/timeline.ts';
import { COLOUR, INK } from './palette.ts';

export interface TimeChart {
  readonly title: string;
  readonly points: readonly Point[];
  readonly colours: Readonly<Record<string, string>>;
  readonly log?: boolean;
  readonly unit: string;
  readonly height?: number;
  /** Writes each fault's name into its band: once on a page is enough. */
  readonly namesFaults?: boolean;
}

export const CHART_WIDTH = 860;

/** Lines over simulated time, with the faults as bands and elections as rules, on the axis that all charts share. */
export function timeChart(result: Result, chart: TimeChart): TopLevelSpec {
  const x = { type: 'quantitative' as const, scale: { domain: [0, endUs(result) / 1e6], nice: false } };
  const time = { title: 'simulated seconds since the traffic began', grid: false };
  return {
    width: CHART_WIDTH,
    height: chart.height ?? 150,
    title: chart.title,
    layer: [
      {
        data: { values: bands(result) },
        mark: { type: 'rect', color: COLOUR.red, opacity: 0.13 },
        encoding: { x: { ...x, field: 'from', axis: time }, x2: { field: 'to' } },
      },
      ...(chart.namesFaults === true ? [faultNames(result, x)] : []),
      {
        data: { values: elections(result).map(({ t, kind }) => ({ t, kind })) },
        mark: { type: 'rule', strokeWidth: 1, opacity: 0.45, strokeDash: [2, 2], color: INK },
        encoding: { x: { ...x, field: 't' } },
      },
      {
        data: { values: chart.points },
        mark: {
          type: 'line',
          strokeWidth: 1.5,
          interpolate: 'linear',
          invalid: 'break-paths-filter-domains',
        },
        encoding: {
          x: { ...x, field: 't', axis: time },
          y: {
            field: 'value',
            type: 'quantitative',
            title: chart.unit,
            scale: chart.log === true ? { type: 'log' } : { zero: true },
            axis: { tickCount: 4 },
          },
          color: {
            field: 'series',
            type: 'nominal',
            title: null,
            scale: { domain: Object.keys(chart.colours), range: Object.values(chart.colours) },
          },
        },
      },
    ],
  } as TopLevelSpec;
}

function faultNames(result: Result, x: object) {
  return {
    data: { values: bands(result) },
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'top',
      dx: 3,
      dy: 3,
      fontSize: 10,
      color: INK,
      opacity: 0.8,
    },
    encoding: { x: { ...x, field: 'from' }, y: { value: 0 }, text: { field: 'label', type: 'nominal' } },
  };
}
