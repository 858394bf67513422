import type { TopLevelSpec } from 'vega-lite';
import type { SweepTable } from '../../sim/result/index.ts';
import { label } from '../series/sweep.ts';
import { COLOUR, INK } from './palette.ts';

const MIB = 1_048_576;

/** Latency against throughput, and peak throughput against the bound. */
export function sweepCharts(table: SweepTable): { name: string; title: string; spec: TopLevelSpec }[] {
  return [
    { name: 'throughput-latency', title: 'Throughput and latency', spec: throughputLatency(table) },
    { name: 'peak-throughput', title: 'Throughput and its bound', spec: peaks(table) },
  ];
}

function rows(table: SweepTable): Record<string, string | number>[] {
  return table.points.map((point) => ({
    ...Object.fromEntries(
      table.axes.map((axis) => [axis.replaceAll('.', ' '), String(point.configuration[axis])]),
    ),
    configuration: label(point, table.axes),
    throughput: point.bytesPerSecond / MIB,
    replicated: point.replicatedBytesPerSecond / MIB,
    p50: point.latencyP50 / 1e3,
    p99: point.latencyP99 / 1e3,
    bound: point.boundBytesPerSecond / MIB,
    binding: point.binding,
  }));
}

/** One mark a configuration: the first axis is the colour, the second the shape, the third the size. */
function throughputLatency(table: SweepTable): TopLevelSpec {
  const [first, second, third] = table.axes.map((axis) => axis.replaceAll('.', ' '));
  return {
    width: 720,
    height: 340,
    title: `${table.title}: latency (p99, log scale) against throughput`,
    data: { values: rows(table) },
    mark: { type: 'point', filled: true, opacity: 0.85, size: 90 },
    encoding: {
      x: { field: 'throughput', type: 'quantitative', title: 'acknowledged, MiB/s' },
      y: {
        field: 'p99',
        type: 'quantitative',
        scale: { type: 'log' },
        title: 'send to acknowledgement p99, ms',
      },
      color: {
        field: first,
        type: 'nominal',
        sort: null,
        scale: { range: [COLOUR.blue, COLOUR.orange, COLOUR.green, COLOUR.purple, COLOUR.red, COLOUR.sky] },
      },
      ...(second === undefined ? {} : { shape: { field: second, type: 'nominal', sort: null } }),
      ...(third === undefined
        ? {}
        : { size: { field: third, type: 'ordinal', sort: null, scale: { range: [50, 260] } } }),
    },
  } as TopLevelSpec;
}

/** Bars with the analytic bound as a tick and the binding resource as colour. */
function peaks(table: SweepTable): TopLevelSpec {
  const y = {
    field: 'configuration',
    type: 'nominal' as const,
    sort: null,
    title: null,
    axis: { labelLimit: 340, maxExtent: 360 },
  };
  return {
    width: 560,
    height: { step: 17 },
    title: `${table.title}: throughput, its analytic bound (tick), and what binds`,
    data: { values: rows(table) },
    layer: [
      {
        mark: { type: 'bar', height: 11 },
        encoding: {
          y,
          x: { field: 'replicated', type: 'quantitative', title: 'acknowledged and replicated, MiB/s' },
          color: {
            field: 'binding',
            type: 'nominal',
            title: 'binding resource',
            scale: {
              range: [COLOUR.blue, COLOUR.orange, COLOUR.green, COLOUR.purple, COLOUR.grey, COLOUR.sky],
            },
          },
        },
      },
      {
        mark: { type: 'tick', thickness: 2, height: 15, color: INK },
        encoding: { y, x: { field: 'bound', type: 'quantitative' } },
      },
    ],
  } as TopLevelSpec;
}
