import type { TopLevelSpec } from 'vega-lite';
import type { GroupOutcome, Result } from '../../sim/result/index.ts';
import { LAG_LINES, lagPoints } from '../series/groups.ts';
import { COLOUR } from './palette.ts';
import { timeChart } from './time-chart.ts';

/** How far a group was behind the high watermarks of its partitions. */
export function groupLagChart(result: Result, group: GroupOutcome): TopLevelSpec {
  const [read, committed] = LAG_LINES;
  const points = lagPoints(result, group);
  const isCommitted = points.some(({ series }) => series === committed);
  return timeChart(result, {
    title: `Group ${group.group}: lag, high watermark minus what is read and minus what is committed`,
    unit: 'records',
    points,
    colours: { [read]: COLOUR.green, ...(isCommitted ? { [committed]: COLOUR.blue } : {}) },
    height: 130,
  });
}
