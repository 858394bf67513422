import type { Result, Series } from '../../sim/result/index.ts';

/** One value of one line at one time; null breaks the line. */
export interface Point {
  /** Seconds from the start of the traffic. */
  readonly t: number;
  readonly series: string;
  readonly value: number | null;
}

/** A fault's time, to be drawn as a band. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface Election {
  readonly t: number;
  readonly kind: string;
  readonly label: string;
}

type NumberSeries = { [K in keyof Series]: Series[K] extends readonly number[] ? K : never }[keyof Series];

/** Lines out of a result's columns, scaled; -1 in a latency column means that nothing completed. */
export function points(
  result: Result,
  lines: readonly (readonly [label: string, column: NumberSeries, scale: number])[],
): Point[] {
  const { series } = result.metrics;
  const seconds = series.intervalUs / 1e6;
  return lines.flatMap(([label, column, scale]) =>
    series[column].map((value, i) => ({
      t: i * seconds,
      series: label,
      value: value < 0 ? null : value * scale,
    })),
  );
}

export function bands(result: Result): Band[] {
  return result.faults.map(({ fault, targets, from, to }) => ({
    from: from / 1e6,
    to: Math.min(to, endUs(result)) / 1e6,
    label: `${fault.kind} ${targets.join(' ')}`,
  }));
}

export function elections(result: Result): Election[] {
  return result.marks
    .filter(
      ({ kind, at }) => at >= 0 && (kind === 'partition leader elected' || kind === 'controller elected'),
    )
    .map(({ at, kind, label }) => ({ t: at / 1e6, kind, label }));
}

/** The end of what is drawn: the last interval of the series. */
export function endUs(result: Result): number {
  return result.metrics.series.intervalUs * result.metrics.series.acknowledged.length;
}
