import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { main } from '../../cli/main.ts';

export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command in this process: as `trial ARGS`, with what it writes caught. */
export async function trial(...args: string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  try {
    return { status: await main(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** The command as a person runs it: a process of its own. */
export function spawnTrial(...args: string[]): Said {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'cli/trial.ts', ...args],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return { status: status ?? -1, stdout, stderr };
}

/** One message with the mend, status 2, no stack, stdout empty, nothing written. */
export function expectMistakeIn(out: string, said: Said, message: RegExp): void {
  expect(said.stderr).toMatch(message);
  expect(said.stderr).not.toMatch(/\n\s+at .*[:(]\d+/);
  expect(said.stderr.match(/error:/g)).toHaveLength(1);
  expect(said.stdout).toBe('');
  expect(said.status).toBe(2);
  expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
}

/** A directory for one test file. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'kafka-trial-'));

  file(name: string, content: unknown): string {
    const file = join(this.path, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A scenario file's content: three brokers, two seconds. */
export function smallFile(): Record<string, unknown> & {
  cluster: { topics: Record<string, unknown>[] } & Record<string, unknown>;
} {
  return {
    name: 'small',
    cluster: {
      brokers: 3,
      controllers: 1,
      topics: [{ name: 't', partitions: 1, replicationFactor: 3 }],
    },
    traffic: {
      producers: [{ name: 'p1', topic: 't', workload: { kind: 'synthetic', rate: 20 } }],
      consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
    },
    duration: '2s',
  };
}
