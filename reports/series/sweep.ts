import type { SweepPoint } from '../../sim/result/index.ts';

export function label(point: SweepPoint, axes: readonly string[]): string {
  return axes.map((axis) => `${axis}=${point.configuration[axis]}`).join(' ');
}
