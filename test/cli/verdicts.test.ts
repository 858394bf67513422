import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Result } from '../../sim/result/index.ts';
import { Scratch, smallFile, trial } from './command.ts';

const scratch = new Scratch();
const out = join(scratch.path, 'out');
const small = scratch.file('small.json', smallFile());
afterAll(() => scratch.remove());

describe('exit statuses', () => {
  it('0: a run that passes, with its report, its charts and its result beside each other', async () => {
    const said = await trial('run', small, '--out', out);
    expect(said).toMatchObject({ status: 0, stderr: '' });
    expect(said.stdout).toMatch(/small seed 1: .*pass/);
    expect(said.stdout).toContain('again   npm run -s trial -- run');
    for (const name of ['result.json', 'index.html', 'throughput.svg', 'lanes.svg'])
      expect(existsSync(join(out, 'small-1', name))).toBe(true);
  });

  it('1: a check was violated', async () => {
    const said = await trial('run', small, '--out', out, '--set', 'expect.probes=["crash: killed"]');
    expect(said.status).toBe(1);
    expect(said.stdout).toMatch(/Vacuous at .*"crash: killed", which never happened/);
  });

  it('3: stuck, and on whom it waits', async () => {
    const file = { ...smallFile(), faults: [{ kind: 'power-loss', target: 'b2', at: '1s' }], settle: '1s' };
    const said = await trial('run', scratch.file('stuck.json', file), '--out', out);
    expect(said.status).toBe(3);
    expect(said.stdout).toContain('not converged: b2 is not up');
  });

  it('4: a replay that does not come out as it was saved; 0 when it does', async () => {
    const file = join(out, 'small-1', 'result.json');
    const saved = (await trial('run', small, '--out', out, '--json')).stdout;
    const again = await trial('replay', file, '--out', out);
    expect(again.status).toBe(0);
    const trace = readFileSync(join(out, 'small-1.trace'), 'utf8').split('\n');
    expect(trace[0]).toMatch(/^ +1\.500000 c101 +log opened: log __cluster_metadata-0/);
    expect(again.stdout).toContain(`(${(trace.length - 1).toLocaleString('en')} lines)`);
    const altered = scratch.file('altered.json', {
      ...(JSON.parse(saved) as Result),
      traceHash: '0'.repeat(16),
    });
    const said = await trial('replay', altered, '--out', out);
    expect(said.status).toBe(4);
    expect(said.stdout).toMatch(/the saved one 0{16}/);
    expect(said.stdout).toContain('Two more runs agree in every event');
  });
});

describe('--json', () => {
  it('prints one document to stdout and everything else to stderr', async () => {
    const run = await trial('run', small, '--out', out, '--json');
    expect((JSON.parse(run.stdout) as Result).verdict).toBe('pass');
    expect(run.stderr).toContain('small seed 1');
    const list = await trial('list', '--json');
    expect(JSON.parse(list.stdout)).toContainEqual(
      expect.objectContaining({ name: 'rack-loss', group: 'durability' }),
    );
    const report = await trial('report', join(out, 'small-1', 'result.json'), '--out', out, '--json');
    expect(JSON.parse(report.stdout)).toEqual([join(out, 'small-1', 'index.html')]);
  });

  it('of a swarm has an outcome for each seed, whatever the number of workers', async () => {
    const swarm = (jobs: string) =>
      trial('swarm', small, '--seeds', '3', '--jobs', jobs, '--out', out, '--json');
    const said = await swarm('2');
    expect(said.status).toBe(0);
    const { outcomes } = JSON.parse(said.stdout) as { outcomes: { seed: string; traceHash: string }[] };
    expect(outcomes.map(({ seed }) => seed)).toEqual(['1', '2', '3']);
    expect(new Set(outcomes.map(({ traceHash }) => traceHash)).size).toBe(3);
    const hashes = ({ stdout }: { stdout: string }): string[] =>
      (JSON.parse(stdout) as { outcomes: { traceHash: string }[] }).outcomes.map(
        ({ traceHash }) => traceHash,
      );
    expect(hashes(await swarm('1'))).toEqual(hashes(said));
  });
});

describe('--until', () => {
  it('ends the traffic early and leaves out what would have come later', async () => {
    const said = await trial('run', 'leader-power-loss-acks-all', '--until', '2s', '--out', out, '--json');
    const result = JSON.parse(said.stdout) as Result;
    expect(result.scenario).toMatchObject({ duration: '2s', faults: [] });
    expect(result.verdict).toBe('pass');
  });
});
