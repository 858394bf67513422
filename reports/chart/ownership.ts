import type { TopLevelSpec } from 'vega-lite';
import type { GroupOutcome, Result } from '../../sim/result/index.ts';
import { logsOf, membersOf, ownershipBars, rebalanceTicks } from '../series/groups.ts';
import { COLOUR, INK } from './palette.ts';
import { spanChart } from './span-chart.ts';

/** Lanes, bars and ticks that are drawn; the result file has all. */
const MAX_LANES = 48;
const MAX_DRAWN = 3_000;

/** Members take these in turn. Red is for faults, and black for the rebalances. */
const MEMBER_COLOURS = [
  COLOUR.blue,
  COLOUR.orange,
  COLOUR.green,
  COLOUR.purple,
  COLOUR.sky,
  '#b8860b',
  COLOUR.grey,
];

/** A lane per partition: in whose hands it was, by the members' own word, and when that changed. */
export function ownershipChart(result: Result, group: GroupOutcome): TopLevelSpec {
  const all = logsOf(group);
  const lanes = all.slice(0, MAX_LANES);
  const drawn = new Set(lanes);
  const bars = ownershipBars(result, group).filter(({ log }) => drawn.has(log));
  const ticks = rebalanceTicks(result, group).filter(({ log }) => drawn.has(log));
  const isCut = all.length > MAX_LANES || Math.max(bars.length, ticks.length) > MAX_DRAWN;
  return spanChart(result, {
    title: `Group ${group.group}: who owns what, in which generation or epoch${isCut ? ' (the first of many)' : ''}`,
    lanes,
    bars: bars.slice(0, MAX_DRAWN).map(({ log, client, ...bar }) => ({ ...bar, lane: log, colour: client })),
    colours: Object.fromEntries(
      membersOf(group).map((client, i) => [client, MEMBER_COLOURS[i % MEMBER_COLOURS.length]!]),
    ),
    ticks: ticks.slice(0, MAX_DRAWN).map(({ log, kind, t }) => ({ lane: log, kind, t })),
    tickColours: { assigned: INK, revoked: COLOUR.grey, lost: COLOUR.red },
  });
}
