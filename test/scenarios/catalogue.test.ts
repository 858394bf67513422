import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, loadDataset, loadScenario, loadSweep } from '../../scenarios/load/index.ts';

const SWEEPS = readdirSync('scenarios/sweep').map((file) => `scenarios/sweep/${file}`);

describe('the shipped scenarios', () => {
  it('are there', () => {
    expect(catalogue().length).toBeGreaterThan(5);
    expect(new Set(catalogue().map(({ name }) => name)).size).toBe(catalogue().length);
  });

  it.each(catalogue().map(({ name }) => name))(
    '%s loads under its own name, and says why and what to look for',
    async (name) => {
      const scenario = await loadScenario(name);
      expect(scenario.name).toBe(name);
      expect(scenario.title).toMatch(/\.$/);
      expect(scenario.why.length).toBeGreaterThan(40);
      expect(scenario.lookFor.length).toBeGreaterThan(40);
    },
  );

  it.each(catalogue().map(({ name }) => name))('%s expects its faults to have shown', async (name) => {
    const scenario = await loadScenario(name);
    if (scenario.faults.length > 0) expect(scenario.expect.probes).not.toEqual([]);
  });

  it('change only where --set says', async () => {
    const plain = await loadScenario('rack-loss');
    const changed = await loadScenario('rack-loss', [
      'duration=45s',
      'cluster.topics.0.config.min.insync.replicas=1',
    ]);
    const [topic] = plain.cluster.topics;
    expect(changed).toEqual({
      ...plain,
      duration: '45s',
      cluster: { ...plain.cluster, topics: [{ ...topic, config: { 'min.insync.replicas': 1 } }] },
    });
  });
});

describe('the shipped sweeps', () => {
  it.each(SWEEPS)('%s loads: every combination is a scenario', async (file) => {
    const { axes, cells } = await loadSweep(file);
    expect(cells.length).toBeGreaterThan(1);
    expect(new Set(cells.map(({ configuration }) => JSON.stringify(configuration))).size).toBe(cells.length);
    for (const { configuration } of cells) expect(Object.keys(configuration)).toEqual(axes);
  });
});

describe('the flights', () => {
  it('are twenty thousand, keyed by airport, in order of time', () => {
    const { events } = loadDataset('us-flights');
    expect(events).toHaveLength(20_000);
    expect(events.every(({ key }) => /^[A-Z]{3}$/.test(key))).toBe(true);
    expect(events.every(({ atUs }, i) => i === 0 || atUs >= events[i - 1]!.atUs)).toBe(true);
  });
});
