import type { SweepTable } from '../../sim/result/index.ts';
import { type RenderedChart, renderChart } from '../chart/render.ts';
import { sweepCharts } from '../chart/sweep-charts.ts';
import { label } from '../series/sweep.ts';
import type { BuiltPage } from './build-page.ts';
import { escapeHtml, page, table } from './html.ts';

/** A grid of configurations on one page. */
export async function buildSweepPage(sweep: SweepTable): Promise<BuiltPage> {
  const charts: RenderedChart[] = [];
  const specs = sweep.points.length === 0 ? [] : sweepCharts(sweep);
  for (const { name, title, spec } of specs) charts.push(await renderChart(name, title, spec));
  const body = `<h1>${escapeHtml(sweep.title)}</h1>
<p>${escapeHtml(sweep.why)}</p>
<p><b>Hardware profile ${escapeHtml(sweep.hardware)}:</b> ${escapeHtml(sweep.provenance)}.</p>
${charts.map((chart) => `<figure id="${chart.name}">${chart.svg}</figure>`).join('\n')}
<h2>Every configuration</h2>
${table(
  [
    'configuration',
    'records/s',
    'MiB/s',
    'replicated MiB/s',
    'p50 ms',
    'p99 ms',
    'binds',
    'busy',
    'bound MiB/s',
    'bound by',
    'verdict',
  ],
  sweep.points.map((point) => [
    label(point, sweep.axes),
    Math.round(point.recordsPerSecond),
    (point.bytesPerSecond / 1_048_576).toFixed(1),
    (point.replicatedBytesPerSecond / 1_048_576).toFixed(1),
    (point.latencyP50 / 1e3).toFixed(2),
    (point.latencyP99 / 1e3).toFixed(2),
    point.binding,
    `${(point.busyPerMille / 10).toFixed(0)} %`,
    (point.boundBytesPerSecond / 1_048_576).toFixed(1),
    point.boundName,
    point.verdict,
  ]),
)}`;
  return { html: page(sweep.title, body), charts };
}
