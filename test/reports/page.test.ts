import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPage, buildPage } from '../../reports/index.ts';
import { smallResult } from './small-result.ts';
import { malformed } from './well-formed.ts';

describe('a trial’s page', () => {
  let built: BuiltPage;

  beforeAll(async () => {
    built = await buildPage(smallResult());
  });

  it('needs nothing but itself: no script, no address, no file beside it', () => {
    const { html } = built;
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i);
    // Names of XML dialects are no addresses: nobody asks them.
    expect(html.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|\/\/\w/);
    expect(html).not.toMatch(/(?:src|href)=/);
  });

  it('is well-formed, as is each chart by itself', () => {
    expect(malformed(built.html)).toBeNull();
    expect(built.charts.map(({ name }) => name)).toEqual([
      'throughput',
      'latency',
      'isr',
      'high-watermark-lag',
      'consumer-lag',
      'lanes',
    ]);
    for (const { svg } of built.charts) {
      expect(svg).toMatch(/^<svg [^>]*viewBox="/);
      expect(malformed(svg)).toBeNull();
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('has the same bytes for the same result', async () => {
    const again = await buildPage(smallResult());
    expect(again.html).toBe(built.html);
    expect(again.charts).toEqual(built.charts);
  });

  it('shows the verdict, the fault and whom it hit, the probes, the numbers, and how to run it again', () => {
    for (const shown of [
      'small <span class="verdict pass">pass</span>',
      'A title',
      'A reason.',
      'A sign.',
      'Every check held',
      'reassign t-0 to [1,2]',
      'failed: UNKNOWN_TOPIC_OR_PARTITION',
      '<td>kill</td><td>b1</td><td>1.000 s</td><td>3.000 s</td>',
      'crash: killed <b>1</b>',
      '12.3 %',
      '98,765 bytes on the wire',
      'trial -- replay result.json',
    ])
      expect(built.html).toContain(shown);
  });

  it('escapes whatever a scenario, a check or a file says', async () => {
    const nasty = '<script>alert("1")</script> & \'more\'';
    const result = smallResult();
    const { html } = await buildPage({
      ...result,
      scenario: { ...result.scenario, title: nasty, why: nasty, lookFor: nasty },
      seed: nasty,
      verdict: 'violation',
      violations: [{ check: nasty, at: 1, message: nasty, evidence: {} }],
      allowed: [{ check: nasty, at: 1, message: nasty, evidence: {} }],
      weaknesses: [{ weakness: nasty, issue: nasty, check: nasty, at: 1, message: nasty, evidence: {} }],
      pending: [nasty],
      probes: { [nasty]: 1 },
      operations: { [nasty]: { ok: 1, fail: 0, unknown: 0 } },
      lanes: [{ node: nasty, from: 0, to: 1_000_000, state: 'up', label: nasty }],
      host: { ...result.host, node: nasty },
    });
    expect(html).not.toContain('<script');
    expect(malformed(html)).toBeNull();
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp;');
  });

  it('shows violations, what was allowed, and what had not converged', async () => {
    const finding = (check: string) => ({ check, at: 2_500_000, message: `${check} happened`, evidence: {} });
    const { html } = await buildPage(
      smallResult({
        verdict: 'violation',
        violations: [
          ...Array.from({ length: 51 }, () => finding('NoReplicatedRecordLost')),
          finding('LogMatching'),
        ],
        allowed: [finding('duplicate')],
        pending: ['b2 is not up'],
      }),
    );
    expect(html).toContain('<span class="verdict violation">violation</span>');
    expect(html).toContain(
      '<td>NoReplicatedRecordLost</td><td>2.500000\u00a0s</td><td>NoReplicatedRecordLost happened</td>',
    );
    // The first five say what it is about, and hide no other check.
    expect(html.split('NoReplicatedRecordLost happened')).toHaveLength(6);
    expect(html).toContain('NoReplicatedRecordLost happened … and 46 more</td>');
    expect(html).toContain('<td>LogMatching happened</td>');
    expect(html).toContain('All of them are in result.json.');
    expect(html).toContain('<td>duplicate happened</td>');
    expect(html).toContain('<li>b2 is not up</li>');
    expect(html).not.toContain('Every check held');
  });

  it('shows known weaknesses of Kafka apart from violations and from what was allowed', async () => {
    const struck = {
      weakness: 'delayed EndTxn decides another transaction',
      issue: 'KAFKA-17754',
      ...{ check: 'G1a', at: 2_500_000, message: 'value 7 was read', evidence: {} },
    };
    const { html } = await buildPage(smallResult({ weaknesses: [struck] }));
    expect(html).toContain('<h2>Known weaknesses of Kafka that struck</h2>');
    expect(html).toContain(
      '<td>delayed EndTxn decides another transaction</td><td>KAFKA-17754</td><td>G1a</td><td>2.500000\u00a0s</td><td>value 7 was read</td>',
    );
    expect(html).not.toContain('What this configuration allows');
    expect((await buildPage(smallResult())).html).not.toContain('Known weaknesses');
  });

  it('is whole for a run that ended before its traffic: nothing is drawn, and it says so', async () => {
    const { series } = smallResult().metrics;
    const none = Object.fromEntries(Object.keys(series).map((name) => [name, []]));
    const empty = smallResult({ faults: [], lanes: [], marks: [], probes: {}, verdict: 'stuck' });
    const { html, charts } = await buildPage({
      ...empty,
      metrics: { ...empty.metrics, series: { ...series, ...none, intervalUs: 50_000 }, utilisation: [] },
    });
    expect(malformed(html)).toBeNull();
    expect(html).toContain('None were injected');
    expect(html).toContain('before there was any traffic');
    expect(charts).toEqual([]);
  });
});
