/**
 * From results to pages. `series/` folds a result into rows, `chart/` has one Vega-Lite spec builder a chart,
 * `page/` puts the verdict, its evidence and the charts on one self-contained page. Reads results and nothing else;
 * the same result gives the same bytes.
 */

export { type RenderedChart, renderChart } from './chart/render.ts';
export { sweepCharts } from './chart/sweep-charts.ts';
export { type BuiltPage, buildPage } from './page/build-page.ts';
export { buildSweepPage } from './page/sweep-page.ts';
