import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Result } from '../../sim/result/index.ts';
import { Scratch } from '../cli/command.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

/** Nodes to be found without a network: this one, and the one that the repository develops with. */
const PROGRAMS = [process.execPath, join('node_modules', 'node', 'bin', 'node')];
const nodes = new Map<string, string>();
for (const program of PROGRAMS) {
  const { stdout, status } = spawnSync(program, ['-v'], { encoding: 'utf8' });
  if (status === 0 && !nodes.has(stdout.trim())) nodes.set(stdout.trim(), program);
}
if (nodes.size === 1) {
  console.log(
    `skipped: only ${[...nodes.keys()][0]} is here; test/determinism/node-versions.ts brings others`,
  );
}

/** A kill, a power loss and an election, in twenty seconds: what `--json` prints, but for codec and host. */
function run(program: string, codec: string, seed = 'any text'): { result: string; traceHash: string } {
  const args = ['--import', 'tsx', 'cli/trial.ts', 'run', 'leader-power-loss-acks-all', '--until', '20s'];
  const rest = ['--seed', seed, '--codec', codec, '--out', scratch.path, '--json'];
  const { stdout, stderr } = spawnSync(program, [...args, ...rest], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (stdout === '') throw new Error(stderr);
  const { host: _, codec: __, ...result } = JSON.parse(stdout) as Result;
  return { result: JSON.stringify(result), traceHash: result.traceHash };
}

describe('processes of their own', () => {
  const here = run(process.execPath, 'objects');

  it.each(
    [...nodes].flatMap(([name, program]) =>
      ['objects', 'bytes'].map((codec) => [name, codec, program] as const),
    ),
  )('come to the same bytes on Node %s with codec %s', (_name, codec, program) => {
    const there = run(program, codec);
    expect(there.traceHash).toBe(here.traceHash);
    expect(there.result).toBe(here.result);
  });

  it('come to others under another seed', () => {
    expect(run(process.execPath, 'objects', 'other').traceHash).not.toBe(here.traceHash);
  });
});
