import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Scratch, trial } from './command.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const brokers = Array.from({ length: 6 }, (_, i) => ({
  id: i + 1,
  domains: { fault: `fd${i % 3}`, update: `ud${i < 3 ? i : (i + 1) % 3}` },
}));

function file(name: string, replicas: readonly number[]): string {
  const path = join(scratch.path, name);
  const partitions = [{ topic: 'orders', partition: 0, replicas }];
  writeFileSync(path, JSON.stringify({ brokers, minIsr: { orders: 2 }, partitions }));
  return path;
}

describe('trial placement', () => {
  it('passes what survives the loss of any one domain', async () => {
    const said = await trial('placement', file('safe.json', [1, 2, 3]));
    expect(said.stdout).toMatch(/✓ 1 partitions on 6 brokers survive the loss of any one domain/);
    expect(said.status).toBe(0);
  });

  it('names what does not, and writes a plan that does', async () => {
    const plan = join(scratch.path, 'plan.json');
    const said = await trial('placement', file('risky.json', [1, 4, 2]), '--plan', plan);
    expect(said.stdout).toMatch(/orders-0: fault domain fd0 holds 2 of 3 replicas \(1, 4\)/);
    expect(said.status).toBe(1);
    const moves = JSON.parse(readFileSync(plan, 'utf8')) as { partitions: { replicas: number[] }[] };
    const mended = await trial('placement', file('mended.json', moves.partitions[0]!.replicas));
    expect(mended.status).toBe(0);
  });

  it('judges what the controller places for a scenario', async () => {
    const said = await trial('placement', 'rack-loss', '--scenario', '--json');
    expect(JSON.parse(said.stdout)).toMatchObject({ holds: true, risks: [] });
  });

  it('refuses a replica on a broker that nobody placed', async () => {
    const plan = join(scratch.path, 'none.json');
    const said = await trial('placement', file('unknown.json', [1, 2, 9]), '--plan', plan);
    expect(said.stderr).toMatch(/partitions\.0\.replicas\.2: no broker 9 among "brokers"/);
    expect(said.status).toBe(2);
    expect(existsSync(plan)).toBe(false);
  });
});
