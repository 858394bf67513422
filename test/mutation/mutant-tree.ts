import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Hunt, Mutation, Patch } from './mutation.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COPIED = ['engine', 'sim', 'scenarios', 'test/mutation', 'package.json', 'tsconfig.json'];
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
    for (const path of COPIED) cpSync(join(ROOT, path), join(this.#root, path), { recursive: true });
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
      return this.#run(mutation.scenario, 1, mutation.seeds, mutation.caughtBy);
    } finally {
      for (const [path, text] of originals) writeFileSync(path, text);
    }
  }

  /** The engine as it is, on the seed that caught the mutant: nothing of that may fire. */
  control(mutation: Mutation, seed: number): Hunt {
    return this.#run(mutation.scenario, seed, seed, mutation.caughtBy);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #run(scenario: string, first: number, last: number, checks: readonly string[]): Hunt {
    const script = join(this.#root, 'test/mutation/hunt.ts');
    const args = ['--import', 'tsx', script, scenario, String(first), String(last), ...checks];
    const { error, status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: this.#root,
      encoding: 'utf8',
      timeout: HUNT_TIMEOUT_MS,
      maxBuffer: 64 * 1_048_576,
    });
    // Not started, or not ended in time.
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`the hunt ended with ${status}:\n${stderr.slice(-2_000)}`);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Hunt;
  }
}
