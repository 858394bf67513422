import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { FAINT, INK } from './palette.ts';

export interface RenderedChart {
  /** File name without `.svg`. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

/** What every chart has in common. Text widths are estimated, not measured: the same bytes on every machine. */
const CONFIG = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: INK,
    titleColor: INK,
    tickColor: FAINT,
    domainColor: FAINT,
    gridColor: FAINT,
    gridOpacity: 0.15,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal' as const,
  },
  // Every plot begins and ends at the same place, whatever its labels: charts are read one under the other.
  axisY: { minExtent: 62, maxExtent: 62 },
  legend: {
    labelColor: INK,
    titleColor: INK,
    labelFontSize: 11,
    titleFontSize: 11,
    orient: 'top' as const,
    labelLimit: 260,
  },
  title: { color: INK, fontSize: 12, anchor: 'start' as const },
  header: { labelColor: INK, titleColor: INK },
};

/** A spec as SVG. No canvas, no network, no clock. */
export async function renderChart(name: string, title: string, spec: TopLevelSpec): Promise<RenderedChart> {
  const compiled = compile({ ...spec, config: { ...CONFIG, ...spec.config } } as TopLevelSpec).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return { name, title, svg: svg.replaceAll(INK, 'currentColor').replaceAll(FAINT, 'currentColor') };
}
