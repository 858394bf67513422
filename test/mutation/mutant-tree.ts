import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Hunt, isHuntedInTest, type Mutation, type Patch } from './mutation.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COPIED = ['engine', 'sim', 'scenarios', 'test/engine', 'test/mutation'];
const COPIED_FILES = ['package.json', 'tsconfig.json', 'vitest.config.ts'];
/** A broken engine may loop for ever. */
const HUNT_TIMEOUT_MS = 600_000;

/** The text with a patch applied; throws when the text to replace is not there, or not alone. */
export function patched(text: string, { file, find, replace }: Patch): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file}: ${parts.length - 1} places, not one, have:\n${find}`);
  return parts.join(replace);
}

/** Throws when a patch of the mutation does not fit the engine as it is. */
export function assertFits({ id, patches }: Mutation): void {
  const texts = new Map<string, string>();
  for (const patch of patches) {
    const { file } = patch;
    try {
      texts.set(file, patched(texts.get(file) ?? readFileSync(join(ROOT, file), 'utf8'), patch));
    } catch (error) {
      throw new Error(`mutation ${id} no longer fits: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** A copy of the tree outside of it, where an engine can be broken and run. */
export class MutantTree {
  readonly #root = mkdtempSync(join(tmpdir(), 'kafka-trial-mutant-'));

  constructor() {
    for (const path of [...COPIED, ...COPIED_FILES])
      cpSync(join(ROOT, path), join(this.#root, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#root, 'node_modules'));
  }

  /** Breaks the engine, hunts, mends it. */
  hunt(mutation: Mutation): Hunt {
    const originals = new Map<string, string>();
    try {
      for (const patch of mutation.patches) {
        const path = join(this.#root, patch.file);
        const text = readFileSync(path, 'utf8');
        if (!originals.has(path)) originals.set(path, text);
        writeFileSync(path, patched(text, patch));
      }
      return isHuntedInTest(mutation) ? this.#test(mutation) : this.#run(mutation, 1, mutation.seeds);
    } finally {
      for (const [path, text] of originals) writeFileSync(path, text);
    }
  }

  /** The engine as it is, on the seed that caught the mutant: nothing of that may fire. */
  control(mutation: Mutation, seed: number): Hunt {
    return isHuntedInTest(mutation) ? this.#test(mutation) : this.#run(mutation, seed, seed);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #run({ caughtBy, scenario }: Mutation, first: number, last: number): Hunt {
    const script = join(this.#root, 'test/mutation/hunt.ts');
    const { status, stderr, stdout } = this.#spawn([
      ...['--import', 'tsx', script, scenario, String(first), String(last)],
      ...caughtBy,
    ]);
    if (status !== 0) throw new Error(`the hunt ended with ${status}:\n${stderr.slice(-2_000)}`);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Hunt;
  }

  /** Runs a test file; a named test that is not in it, or is passed over, is an error. */
  #test({ caughtBy, scenario }: Mutation): Hunt {
    const vitest = join(this.#root, 'node_modules/vitest/vitest.mjs');
    const report = join(this.#root, 'report.json');
    const output = ['--reporter=json', `--outputFile=${report}`];
    const { stderr } = this.#spawn([vitest, 'run', '--root', this.#root, ...output, scenario]);
    if (!existsSync(report)) throw new Error(`the tests did not run:\n${stderr.slice(-2_000)}`);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as TestReport;
    rmSync(report);
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    if (tests.length === 0) throw new Error(`${scenario} could not be loaded: ${testResults[0]?.message}`);
    let caught: Hunt['caught'] = null;
    for (const name of caughtBy) {
      const test = tests.find(({ fullName }) => fullName === name);
      if (test?.status !== 'failed' && test?.status !== 'passed') {
        throw new Error(`${scenario} has no test "${name}"`);
      }
      if (test.status === 'failed') {
        caught ??= { check: name, seed: 1, message: test.failureMessages.join('\n').slice(0, 500) };
      }
    }
    const others = tests.filter(
      ({ fullName, status }) => status === 'failed' && !caughtBy.includes(fullName),
    );
    return { caught, others: others.map(({ fullName }) => fullName).sort(), seeds: 1 };
  }

  #spawn(args: readonly string[]) {
    const ended = spawnSync(process.execPath, args, {
      cwd: this.#root,
      encoding: 'utf8',
      timeout: HUNT_TIMEOUT_MS,
      maxBuffer: 64 * 1_048_576,
    });
    // Not started, or not ended in time.
    if (ended.error !== undefined) throw ended.error;
    return ended;
  }
}

/** What is used of vitest's JSON report. */
interface TestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}
