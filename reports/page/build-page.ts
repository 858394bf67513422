import type { KnownWeakness, Quantiles, Result, Violation } from '../../sim/result/index.ts';
import { describeOperation } from '../../sim/scenario/index.ts';
import { isrChart } from '../chart/isr.ts';
import { consumerLagChart, highWatermarkLagChart } from '../chart/lag.ts';
import { lanesChart } from '../chart/lanes.ts';
import { latencyChart } from '../chart/latency.ts';
import { type RenderedChart, renderChart } from '../chart/render.ts';
import { throughputChart } from '../chart/throughput.ts';
import { groupSections } from './group-section.ts';
import { escapeHtml, figure, page, table } from './html.ts';
import { transactionSection } from './transaction-section.ts';

export interface BuiltPage {
  readonly html: string;
  readonly charts: readonly RenderedChart[];
}

/** Findings of each kind that a page shows; the result file has all. */
const SHOWN_OF_A_KIND = 5;

/** One trial on one self-contained page, and its charts as SVG. */
export async function buildPage(result: Result): Promise<BuiltPage> {
  const charts = await chartsOf(result);
  const groups = await groupSections(result);
  const transactions = await transactionSection(result);
  const body = [
    heading(result),
    evidence(result),
    `<h2>What happened</h2><p class="dim">${charts.length === 0 ? 'The run ended before there was any traffic.' : 'Shaded: a fault holds. Dashed: a leader was elected.'}</p>`,
    ...charts.map(figure),
    faults(result),
    operations(result),
    ...[groups.html, transactions.html].filter((html) => html !== ''),
    exercised(result),
    measured(result),
    again(result),
  ].join('\n');
  return {
    html: page(`${result.scenario.name}, seed ${result.seed}: ${result.verdict}`, body),
    charts: [...charts, ...groups.charts, ...transactions.charts],
  };
}

/** None when the run ended before the first sample: axes without a length say nothing. */
async function chartsOf(result: Result): Promise<RenderedChart[]> {
  if (result.metrics.series.acknowledged.length === 0) return [];
  return [
    await renderChart('throughput', 'Throughput', throughputChart(result)),
    await renderChart('latency', 'Latency', latencyChart(result)),
    await renderChart('isr', 'In-sync replicas', isrChart(result)),
    await renderChart('high-watermark-lag', 'High-watermark lag', highWatermarkLagChart(result)),
    await renderChart('consumer-lag', 'Consumer lag', consumerLagChart(result)),
    await renderChart('lanes', 'Nodes', lanesChart(result)),
  ];
}

function heading(result: Result): string {
  const { scenario, operations } = result;
  const facts: [string, string | number][] = [
    ['simulated', `${(result.simulatedUs / 1e6).toFixed(1)} s`],
    ['acknowledged', operations.produce?.ok ?? 0],
    ['read', operations.poll?.ok ?? 0],
    ['faults', result.faults.length],
    ['events', result.events],
    ['trace', result.traceHash],
  ];
  return `<h1>${escapeHtml(scenario.name)} <span class="verdict ${result.verdict}">${result.verdict}</span></h1>
<p>${escapeHtml(scenario.title)}</p>
<ul class="facts">${facts.map(([label, value]) => `<li><b>${escapeHtml(typeof value === 'number' ? value.toLocaleString('en') : value)}</b>${label}</li>`).join('')}</ul>
${scenario.why === '' ? '' : `<p><b>Why.</b> ${escapeHtml(scenario.why)}</p>`}
${scenario.lookFor === '' ? '' : `<p><b>What to look for.</b> ${escapeHtml(scenario.lookFor)}</p>`}`;
}

function evidence(result: Result): string {
  const parts: string[] = ['<h2>Verdict</h2>'];
  if (result.verdict === 'pass')
    parts.push('<p>Every check held, and after the last heal the cluster converged.</p>');
  if (result.violations.length > 0) parts.push(violationTable(result.violations));
  if (result.pending.length > 0) {
    parts.push('<p>Not converged when the time to settle ran out:</p>');
    parts.push(`<ul>${result.pending.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`);
  }
  if (result.allowed.length > 0) {
    parts.push(
      `<h2>What this configuration allows, and what happened</h2><p>${result.allowed.length.toLocaleString('en')} findings that are no violations: the configuration of this scenario does not promise otherwise.</p>`,
      violationTable(result.allowed),
    );
  }
  if (result.weaknesses.length > 0) parts.push(weaknessTable(result.weaknesses));
  return parts.join('\n');
}

/** Kafka's own: neither a fault of the engine nor a choice of the scenario. */
function weaknessTable(weaknesses: readonly KnownWeakness[]): string {
  const rows = leading(weaknesses, ({ weakness, check }) => `${weakness} ${check}`).map(
    ({ finding, more }) => {
      const { weakness, issue, check, at, message } = finding;
      return [weakness, issue, check, ...whenAndWhat(at, message, more)];
    },
  );
  const count = weaknesses.length.toLocaleString('en');
  return `<h2>Known weaknesses of Kafka that struck</h2><p>${count} findings that Kafka’s own design explains, each by what this run shows of it. They are no violations, and no promise is kept either. All of them are in result.json.</p>${table(['weakness', 'see', 'check', 'at', 'what'], rows)}`;
}

function violationTable(violations: readonly Violation[]): string {
  const rows = leading(violations, ({ check }) => check).map(({ finding, more }) => [
    finding.check,
    ...whenAndWhat(finding.at, finding.message, more),
  ]);
  const isAll = rows.length === violations.length;
  return (
    table(['check', 'at', 'what'], rows) + (isAll ? '' : '<p class="dim">All of them are in result.json.</p>')
  );
}

/** The first few of a kind say what it is about; the rest are counted with the last of them. */
function leading<T>(findings: readonly T[], kindOf: (finding: T) => string): { finding: T; more: number }[] {
  const kinds = new Map<string, T[]>();
  for (const finding of findings) {
    const kind = kindOf(finding);
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, [finding]);
    else known.push(finding);
  }
  return [...kinds.values()].flatMap((all) => {
    const shown = all.slice(0, SHOWN_OF_A_KIND);
    return shown.map((finding, i) => ({
      finding,
      more: i + 1 < shown.length ? 0 : all.length - shown.length,
    }));
  });
}

function whenAndWhat(at: number, message: string, more: number): string[] {
  const rest = more === 0 ? '' : ` … and ${more.toLocaleString('en')} more`;
  return [`${(at / 1e6).toFixed(6)}\u00a0s`, `${message}${rest}`];
}

function faults(result: Result): string {
  if (result.faults.length === 0) return '<h2>Faults</h2><p>None were injected.</p>';
  const rows = result.faults.map(({ fault, targets, from, to }) => [
    fault.kind,
    targets.join(' '),
    `${(from / 1e6).toFixed(3)} s`,
    `${(to / 1e6).toFixed(3)} s`,
    describeRest(fault),
  ]);
  return `<h2>Faults, as injected</h2>${table(['fault', 'hit', 'from', 'to', 'how'], rows)}`;
}

function operations({ adminOperations }: Result): string {
  if (adminOperations.length === 0) return '';
  const seconds = (us: number): string => (us < 0 ? '-' : `${(us / 1e6).toFixed(3)} s`);
  const rows = adminOperations.map(({ operation, from, to, outcome, error, attempts }) => [
    describeOperation(operation),
    seconds(from),
    seconds(to),
    error === null ? outcome : `${outcome}: ${error}`,
    attempts,
  ]);
  return `<h2>Operations</h2>${table(['operation', 'from', 'to', 'outcome', 'requests'], rows)}`;
}

function describeRest(fault: Result['faults'][number]['fault']): string {
  const known = new Set(['kind', 'at', 'until']);
  return Object.entries(fault)
    .filter(([key]) => !known.has(key))
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

function exercised(result: Result): string {
  const probes = Object.entries(result.probes);
  const chips = probes.map(
    ([name, times]) => `<span>${escapeHtml(name)} <b>${times.toLocaleString('en')}</b></span>`,
  );
  return `<h2>What the run exercised</h2><p class="dim">Rare branches of the engine, and how often each was taken. What is not here did not happen.</p><div class="chips">${chips.join('')}</div>`;
}

function measured(result: Result): string {
  const { produceLatency, endToEnd, utilisation, bytesOnWire } = result.metrics;
  const ms = (us: number): string => (us / 1e3).toFixed(2);
  const row = (name: string, q: Quantiles): (string | number)[] => [
    name,
    q.count,
    ms(q.mean),
    ms(q.p50),
    ms(q.p95),
    ms(q.p99),
    ms(q.p999),
    ms(q.max),
  ];
  const operations = Object.entries(result.operations).map(([name, { ok, fail, unknown }]) => [
    name,
    ok,
    fail,
    unknown,
  ]);
  const busy = utilisation
    .filter(({ perMille }) => perMille > 0)
    .map(({ node, resource, perMille }) => [node, resource, `${(perMille / 10).toFixed(1)} %`]);
  const latencies = [row('send to acknowledgement', produceLatency), row('send to first read', endToEnd)];
  const parts = [
    '<h2>Measured</h2>',
    table(['latency, ms', 'count', 'mean', 'p50', 'p95', 'p99', 'p99.9', 'max'], latencies),
    table(['operation', 'ok', 'fail', 'unknown'], operations),
    `<p class="dim">${bytesOnWire.toLocaleString('en')} bytes on the wire.</p>`,
  ];
  if (busy.length > 0) {
    const rows = table(['node', 'resource', 'busy'], busy);
    parts.push(`<details><summary>Utilisation by node and resource</summary>${rows}</details>`);
  }
  return parts.join('\n');
}

function again(result: Result): string {
  const { scenario, seed, codec, host } = result;
  const whole = escapeHtml(JSON.stringify(scenario, null, 2));
  const wall = (host.wallMs / 1e3).toFixed(1);
  return `<h2>Again</h2>
<p>The file beside this page holds all that this run was:</p>
<pre>npm run -s trial -- replay result.json</pre>
<details><summary>The scenario, as run with seed ${escapeHtml(seed)}</summary><pre>${whole}</pre></details>
<p class="dim">Simulated with codec ${codec} on Node ${escapeHtml(host.node)} in ${wall} s.</p>`;
}
