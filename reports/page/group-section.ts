import type { GroupOutcome, Result } from '../../sim/result/index.ts';
import { groupLagChart } from '../chart/group-lag.ts';
import { ownershipChart } from '../chart/ownership.ts';
import { type RenderedChart, renderChart } from '../chart/render.ts';
import { causesOf, groupEvent, memberships } from '../series/groups.ts';
import { endUs } from '../series/timeline.ts';
import { escapeHtml, figure, table } from './html.ts';

/** Rows of a table that a page shows; the result file has all. */
const SHOWN = 50;

export interface Section {
  readonly html: string;
  readonly charts: readonly RenderedChart[];
}

/** A section for each consumer group; nothing when there was none. */
export async function groupSections(result: Result): Promise<Section> {
  const html: string[] = [];
  const charts: RenderedChart[] = [];
  for (const [i, group] of result.groups.entries()) {
    html.push(`<h2>Group ${escapeHtml(group.group)}</h2>`, summary(group));
    const drawn: RenderedChart[] = [];
    if (endUs(result) > 0 && group.rebalances.length > 0) {
      const title = `Group ${group.group}: who owns what`;
      drawn.push(await renderChart(`ownership-${i + 1}`, title, ownershipChart(result, group)));
    }
    if (endUs(result) > 0 && group.lagRead.length > 0) {
      const title = `Group ${group.group}: lag`;
      drawn.push(await renderChart(`lag-${i + 1}`, title, groupLagChart(result, group)));
    }
    charts.push(...drawn);
    html.push(...drawn.map(figure), memberTable(group), rebalanceTable(result, group), changeTable(group));
  }
  return { html: html.join('\n'), charts };
}

function summary(group: GroupOutcome): string {
  const { commits, longestUnavailableUs, unavailableUs, unownedUs } = group;
  const facts: [string, string][] = [
    ['partition-seconds in which no owner polled', (unavailableUs / 1e6).toFixed(3)],
    ['of these, without an owner', (unownedUs / 1e6).toFixed(3)],
    ['seconds, the longest of one partition', (longestUnavailableUs / 1e6).toFixed(3)],
    ['most records not read', peakOf(group.lagRead).toLocaleString('en')],
    ['commits', commits.ok.toLocaleString('en')],
    ['commits failed', commits.fail.toLocaleString('en')],
    ['commits unknown', commits.unknown.toLocaleString('en')],
  ];
  return `<ul class="facts">${facts.map(([label, value]) => `<li><b>${value}</b>${label}</li>`).join('')}</ul>`;
}

function memberTable(group: GroupOutcome): string {
  const members = memberships(group);
  if (members.length === 0) return '<p>Nobody ever became a member.</p>';
  const head = ['member', 'from', 'to', 'first generation or epoch', 'last', 'how many', 'member ids'];
  const rows = members
    .slice(0, SHOWN)
    .map(({ client, from, to, first, last, generations, memberIds }) => [
      client,
      seconds(from),
      seconds(to),
      first,
      last,
      generations,
      memberIds,
    ]);
  return table(head, rows) + more(members.length);
}

function rebalanceTable(result: Result, group: GroupOutcome): string {
  if (group.rebalances.length === 0) return '<p>No partition was ever assigned.</p>';
  const causes = causesOf(result, group);
  const rows = group.rebalances
    .slice(0, SHOWN)
    .map(({ at, client, kind, partitions, generationId }, i) => [
      seconds(at),
      client,
      kind,
      partitions.length === 0 ? 'none' : partitions.join(' '),
      generationId < 0 ? 'none' : generationId,
      causes[i]!,
    ]);
  const head = [
    'at',
    'member',
    'what',
    'partitions',
    'generation or epoch',
    'why, and what happened just before',
  ];
  return `<p>Rebalances, as the members saw them:</p>${table(head, rows)}${more(group.rebalances.length)}`;
}

/** The coordinators' own words; a generation that runs as it should is not in them. */
function changeTable(group: GroupOutcome): string {
  if (group.changes.length === 0) return '';
  const names = new Map(group.memberships.map(({ memberId, client }) => [memberId, client]));
  const rows = group.changes
    .slice(0, SHOWN)
    .map((change) => [
      seconds(change.at),
      change.node,
      change.kind,
      change.state,
      change.epoch,
      change.members,
      groupEvent(change, names),
    ]);
  const head = ['at', 'coordinator', 'protocol', 'state', 'generation or epoch', 'members', 'why'];
  return `<details><summary>The group, as its coordinators saw it</summary>${table(head, rows)}${more(group.changes.length)}</details>`;
}

function seconds(us: number): string {
  return `${(us / 1e6).toFixed(3)} s`;
}

function more(count: number): string {
  return count > SHOWN ? `<p class="dim">… and ${count - SHOWN} more in result.json.</p>` : '';
}

function peakOf(values: readonly number[]): number {
  return values.reduce((peak, value) => Math.max(peak, value), 0);
}
