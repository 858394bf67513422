import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPage, buildPage } from '../../reports/index.ts';
import type { GroupOutcome, TransactionSpan } from '../../sim/result/index.ts';
import { smallResult } from './small-result.ts';
import { malformed } from './well-formed.ts';

/** Two members of group g; k-2 is killed in the second generation, and k-1 takes its partition over. */
const GROUP: GroupOutcome = {
  group: 'g',
  memberships: [
    { client: 'k-1', memberId: 'm1', generationId: 1, from: 100_000, to: 500_000 },
    { client: 'k-1', memberId: 'm1', generationId: 2, from: 500_000, to: 3_500_000 },
    { client: 'k-2', memberId: 'm2', generationId: 2, from: 500_000, to: 1_000_000 },
    { client: 'k-1', memberId: 'm1', generationId: 3, from: 3_500_000, to: 4_000_000 },
  ],
  ownership: [
    { client: 'k-2', log: 't-10', from: 500_000, to: 1_000_000 },
    { client: 'k-1', log: 't-10', from: 3_500_000, to: 4_000_000 },
    { client: 'k-1', log: 't-2', from: 500_000, to: 4_000_000 },
  ],
  rebalances: [
    { at: 500_000, client: 'k-1', kind: 'assigned', partitions: ['t-2'], generationId: 2 },
    { at: 500_000, client: 'k-2', kind: 'assigned', partitions: ['t-10'], generationId: 2 },
    { at: 2_500_000, client: 'k-1', kind: 'revoked', partitions: [], generationId: 2 },
    { at: 3_500_000, client: 'k-1', kind: 'assigned', partitions: ['t-10'], generationId: 3 },
  ],
  commits: { ok: 7, fail: 3, unknown: 5 },
  unownedUs: 2_500_000,
  unavailableUs: 3_250_000,
  longestUnavailableUs: 1_125_000,
  lagRead: [0, 4_321, 7, 0],
  lagCommitted: [10, 5_000, 17, 10],
  changes: [
    {
      at: 400_000,
      node: 'b2',
      kind: 'classic',
      state: 'PreparingRebalance',
      epoch: 1,
      members: 2,
      reason: 'm2 has joined',
    },
    {
      at: 3_400_000,
      node: 'b2',
      kind: 'classic',
      state: 'PreparingRebalance',
      epoch: 2,
      members: 1,
      reason: 'the session of m2 has expired',
    },
    {
      at: 3_450_000,
      node: 'b2',
      kind: 'classic',
      state: 'Stable',
      epoch: 3,
      members: 1,
      reason: 'the assignment is there',
    },
  ],
};

function transaction(changes: Partial<TransactionSpan>): TransactionSpan {
  return {
    client: 'p1',
    transactionalId: 'tx1',
    producerId: 1,
    producerEpoch: 0,
    from: 0,
    to: 10_000,
    records: 5,
    outcome: 'ok',
    ...changes,
  };
}

/** The small result, its fault hitting a member of the group instead of a broker. */
function grouped() {
  const result = smallResult();
  const faults = result.faults.map((fault) => ({ ...fault, targets: ['k-2'] }));
  return { ...result, faults, groups: [GROUP] };
}

/** Bars of a colour; the legend's symbols are none. */
function bars(svg: string, colour: string): number {
  return [...svg.matchAll(/<path[^>]*aria-roledescription="bar"[^>]*>/g)].filter(([path]) =>
    path.includes(`fill="${colour}"`),
  ).length;
}

describe('consumer groups on a trial’s page', () => {
  let built: BuiltPage;

  beforeAll(async () => {
    built = await buildPage(grouped());
  });

  it('draws who owns what, a lane per partition in order of number, with the generation on the bar', () => {
    const { svg } = built.charts.find(({ name }) => name === 'ownership-1')!;
    expect(malformed(svg)).toBeNull();
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.indexOf('>t-2<')).toBeGreaterThan(0);
    expect(svg.indexOf('>t-10<')).toBeGreaterThan(svg.indexOf('>t-2<'));
    for (const label of ['>k-1<', '>k-2<', '>3<', '>revoked<']) expect(svg).toContain(label);
    expect(malformed(built.html)).toBeNull();
    expect(built.html).toContain('<figure id="ownership-1"');
  });

  it('says who was a member, in which generations, and what became of commits and partitions', () => {
    for (const shown of [
      '<b>7</b>commits</li>',
      '<b>3</b>commits failed</li>',
      '<b>5</b>commits unknown</li>',
      '<b>3.250</b>partition-seconds in which no owner polled</li>',
      '<b>2.500</b>of these, without an owner</li>',
      '<b>1.125</b>seconds, the longest of one partition</li>',
      '<b>4,321</b>most records not read</li>',
      '<td>k-1</td><td>0.100 s</td><td>4.000 s</td><td class="n">1</td><td class="n">3</td><td class="n">3</td>',
      '<td>k-2</td><td>0.500 s</td><td>1.000 s</td><td class="n">2</td><td class="n">2</td><td class="n">1</td>',
    ])
      expect(built.html).toContain(shown);
  });

  it('names what happened just before each rebalance: who came, which fault, which member fell silent', () => {
    for (const shown of [
      '<td>assigned</td><td>t-2</td><td class="n">2</td><td>the coordinator: k-2 has joined, 0.1 s before; k-2 became a member at that moment</td>',
      '<td>revoked</td><td>none</td><td class="n">2</td><td>the coordinator: k-2 has joined, 2.1 s before; kill k-2 began 1.5 s before</td>',
      '<td class="n">3</td><td>the coordinator: the session of k-2 has expired, 0.1 s before; kill k-2 was over 0.5 s before; kill k-2 began 2.5 s before</td>',
    ])
      expect(built.html).toContain(shown);
  });

  it('says of a member that stops that it stops, and of one that only left that it is a member no more', async () => {
    const result = grouped();
    const revoked = { ...GROUP.rebalances[2]!, client: 'k-2', at: 1_000_000, partitions: ['t-10'] };
    const group = { ...GROUP, changes: [], rebalances: [revoked] };
    const down = { node: 'k-2', from: 1_050_000, to: 3_000_000, state: 'down', label: '' } as const;
    const stopped = await buildPage({ ...result, groups: [group], lanes: [...result.lanes, down] });
    expect(stopped.html).toContain('<td>k-2 stops, and leaves</td>');
    const left = await buildPage({ ...result, faults: [], groups: [group] });
    expect(left.html).toContain('<td>k-2 was a member no more at that moment</td>');
  });

  it('names a process that a fault took down among others, when it went and when it was back', async () => {
    const result = grouped();
    const down = { node: 'k-2', from: 1_000_000, to: 2_400_000, state: 'down', label: '' } as const;
    const group = { ...GROUP, changes: [] };
    const { html } = await buildPage({ ...result, faults: [], groups: [group], lanes: [down] });
    expect(html).toContain('<td>k-2 was started 0.1 s before; k-2 went down 1.5 s before</td>');
  });

  it('counts the members where an epoch of a consumer group rose', async () => {
    const change = { node: 'b2', kind: 'consumer', state: 'Reconciling', reason: 'a member leaves' } as const;
    const changes = [
      { ...change, at: 100_000, epoch: 4, members: 3 },
      { ...change, at: 2_300_000, epoch: 5, members: 2 },
      { ...change, at: 2_400_000, epoch: 5, members: 2, reason: 'a heartbeat' },
    ];
    const { html } = await buildPage({ ...grouped(), faults: [], groups: [{ ...GROUP, changes }] });
    expect(html).toContain('the coordinator: a member leaves (3 to 2 members), 0.2 s before');
    expect(html).toContain('<td>a heartbeat</td>');
  });

  it('draws the lag, and what is not committed only where somebody commits', async () => {
    const chart = (page: BuiltPage) => page.charts.find(({ name }) => name === 'lag-1')!;
    expect(malformed(chart(built).svg)).toBeNull();
    expect(chart(built).svg).toContain('>not committed<');
    const never = { ...GROUP, lagCommitted: [10, 20, 30, 40] };
    const { svg } = chart(await buildPage({ ...grouped(), groups: [never] }));
    expect(svg).toContain('>not read<');
    expect(svg).not.toContain('>not committed<');
    const old = await buildPage({ ...grouped(), groups: [{ ...GROUP, lagRead: [], lagCommitted: [] }] });
    expect(old.charts.map(({ name }) => name)).not.toContain('lag-1');
  });

  it('does not blame a fault that hit no member, nor one longer ago than the session', async () => {
    const result = grouped();
    const late = { ...GROUP, changes: [], rebalances: [{ ...GROUP.rebalances[2]!, at: 60_000_000 }] };
    const { html } = await buildPage({ ...result, groups: [late] });
    expect(html).toContain(
      '<td>nothing within a second, and no member silenced within the session time</td>',
    );
    const just = { ...GROUP, rebalances: [{ ...GROUP.rebalances[2]!, at: 49_000_000 }] };
    expect((await buildPage({ ...result, groups: [just] })).html).toContain('kill k-2 began 48.0 s before');
    const other = await buildPage({ ...result, faults: smallResult().faults });
    expect(other.html).not.toContain('began 1.5 s before');
  });

  it('are not there when there were none', async () => {
    const { html, charts } = await buildPage(smallResult());
    expect(html).not.toMatch(/<h2>(Group|Transactions)/);
    expect(charts.map(({ name }) => name).join()).not.toMatch(/ownership|transactions/);
  });

  it('are escaped and bounded, whatever they are called and however many', async () => {
    const nasty = '<b>"&';
    const rebalances = Array.from({ length: 60 }, () => ({ ...GROUP.rebalances[0]!, client: nasty }));
    const { html } = await buildPage({ ...grouped(), groups: [{ ...GROUP, group: nasty, rebalances }] });
    expect(malformed(html)).toBeNull();
    expect(html).toContain('… and 10 more in result.json');
  });
});

describe('transactions on a trial’s page', () => {
  it('are drawn by outcome and counted with their durations', async () => {
    const transactions = [
      transaction({}),
      transaction({ from: 1_000_000, to: 1_030_000 }),
      transaction({ from: 2_000_000, to: 2_020_000, outcome: 'fail' }),
      transaction({ from: 3_000_000, to: 3_500_000, outcome: 'unknown', transactionalId: 'tx2' }),
    ];
    const { html, charts } = await buildPage(smallResult({ transactions }));
    const { svg } = charts.find(({ name }) => name === 'transactions')!;
    expect(malformed(svg)).toBeNull();
    expect(malformed(html)).toBeNull();
    expect([bars(svg, '#009e73'), bars(svg, '#e69f00'), bars(svg, '#cc79a7')]).toEqual([2, 1, 1]);
    const row = (id: string, outcome: string, count: number, records: number, times: string) =>
      `<td>${id}</td><td>${outcome}</td><td class="n">${count}</td><td class="n">${records}</td>${times}`;
    expect(html).toContain(
      row('tx1', 'committed', 2, 10, '<td>10.0 ms</td><td>30.0 ms</td><td>30.0 ms</td>'),
    );
    expect(html).toContain(row('tx1', 'aborted', 1, 5, '<td>20.0 ms</td>'));
    expect(html).toContain(row('tx2', 'unknown', 1, 5, '<td>500.0 ms</td>'));
  });

  it('that follow each other closely are one bar: the chart’s size does not follow the run’s length', async () => {
    const transactions = Array.from({ length: 3_000 }, (_, i) =>
      transaction({ from: i * 1_000, to: i * 1_000 + 900 }),
    );
    const { charts } = await buildPage(smallResult({ transactions }));
    const { svg } = charts.find(({ name }) => name === 'transactions')!;
    expect(bars(svg, '#009e73')).toBe(1);
  });
});
