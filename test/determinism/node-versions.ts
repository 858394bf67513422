import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../scenarios/load/index.ts';
import type { Result } from '../../sim/result/index.ts';

/**
 * One trace hash on every supported version of Node, with both codecs: `npm run determinism`, or
 * `node --import tsx test/determinism/node-versions.ts [SCENARIO]...`. Versions come as the packages `node@22` and
 * `node@26`; one that cannot be had is skipped and named.
 */
const VERSIONS = ['22', '24', '26'] as const;
const CODECS = ['objects', 'bytes'] as const;

const home = mkdtempSync(join(tmpdir(), 'kafka-trial-nodes-'));

interface Runtime {
  readonly name: string;
  readonly program: string;
}

/** The version as an npm package in a directory of its own; null when there is none to be had. */
function install(version: string): Runtime | null {
  if (process.version.startsWith(`v${version}.`)) return { name: process.version, program: process.execPath };
  const prefix = join(home, version);
  spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', prefix, `node@${version}`]);
  const program = join(prefix, 'node_modules', 'node', 'bin', 'node');
  const { status, stdout } = spawnSync(program, ['-v'], { encoding: 'utf8' });
  return existsSync(program) && status === 0 ? { name: stdout.trim(), program } : null;
}

/** All of a result but how messages travelled and what it ran on. */
function deterministicPart(
  runtime: Runtime,
  scenario: string,
  codec: string,
): { hash: string; text: string } {
  const args = ['--import', 'tsx', 'cli/trial.ts', 'run', scenario, '--codec', codec, '--json'];
  const { stdout, stderr } = spawnSync(runtime.program, [...args, '--out', join(home, 'out')], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (stdout === '') throw new Error(`${runtime.name} ${scenario}: ${stderr}`);
  const { host: _, codec: __, ...rest } = JSON.parse(stdout) as Result;
  return { hash: rest.traceHash, text: JSON.stringify(rest) };
}

const asked = process.argv.slice(2);
const scenarios = asked.length > 0 ? asked : catalogue().map(({ name }) => name);
const runtimes: Runtime[] = [];
for (const version of VERSIONS) {
  const runtime = install(version);
  if (runtime === null) console.log(`skipped: node@${version} cannot be had here`);
  else runtimes.push(runtime);
}
let differences = 0;
for (const scenario of scenarios) {
  const seen = new Map<string, string[]>();
  const hashes = new Set<string>();
  for (const runtime of runtimes) {
    for (const codec of CODECS) {
      const { hash, text } = deterministicPart(runtime, scenario, codec);
      seen.set(text, [...(seen.get(text) ?? []), `${runtime.name} ${codec}`]);
      hashes.add(hash);
    }
  }
  const same = seen.size === 1;
  if (!same) differences++;
  const groups = [...seen.values()].map((who) => who.join(', ')).join(' | ');
  console.log(`${same ? 'same     ' : 'DIFFERENT'} ${scenario} ${[...hashes].join(' ')} (${groups})`);
}
rmSync(home, { recursive: true });
process.exitCode = differences === 0 ? 0 : 4;
