import { describe, expect, it } from 'vitest';
import { buildSweepPage } from '../../reports/index.ts';
import type { SweepPoint, SweepTable } from '../../sim/result/index.ts';
import { malformed } from './well-formed.ts';

function table(): SweepTable {
  return {
    format: 1,
    name: 'acks-batch',
    title: 'acks x <batch.size>',
    why: 'What waiting costs.',
    hardware: 'invented-small',
    provenance: 'invented: not calibrated',
    axes: ['acks', 'batch.size'],
    points: ['1', 'all'].flatMap((acks, i): SweepPoint[] =>
      [4_096, 16_384].map((size) => ({
        configuration: { acks, 'batch.size': size },
        recordsPerSecond: 10_000 * (i + 1),
        bytesPerSecond: 10_485_760 * (i + 1),
        replicatedBytesPerSecond: 10_485_760,
        latencyP50: 1_000,
        latencyP99: 5_000 + size,
        binding: i === 0 ? 'disk' : 'waiting',
        busyPerMille: 900,
        boundBytesPerSecond: 52_428_800,
        boundName: 'disk',
        verdict: 'pass',
      })),
    ),
  };
}

describe('a sweep’s page', () => {
  it('has a row and a mark for every configuration, and says where the prices come from', async () => {
    const { html, charts } = await buildSweepPage(table());
    expect(malformed(html)).toBeNull();
    expect(html.match(/<td>acks=/g)).toHaveLength(4);
    expect(html).toContain('<td>acks=all batch.size=4096</td>');
    expect(html).toContain('invented: not calibrated');
    expect(html).toContain('acks x &lt;batch.size&gt;');
    expect(html).not.toMatch(/<script|<link|src=|href=/);
    expect(charts.map(({ name }) => name)).toEqual(['throughput-latency', 'peak-throughput']);
    for (const { svg } of charts) {
      expect(malformed(svg)).toBeNull();
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('has the same bytes for the same table', async () => {
    expect((await buildSweepPage(table())).html).toBe((await buildSweepPage(table())).html);
  });

  it('is drawn when nothing was acknowledged and no run ended', async () => {
    const nothing = table().points.map((point) => ({
      ...point,
      bytesPerSecond: 0,
      latencyP99: 0,
      latencyP50: 0,
    }));
    for (const points of [nothing, []]) {
      const { html, charts } = await buildSweepPage({ ...table(), points });
      expect(malformed(html)).toBeNull();
      for (const { svg } of charts) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
});
