import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { colours as pc } from './colours.ts';
import { UsageError } from './usage-error.ts';

/** People read stdout; with `--json` it holds exactly one document and everything else goes to stderr. */
export class Output {
  readonly #json: boolean;

  constructor(json: boolean) {
    this.#json = json;
  }

  say(line = ''): void {
    (this.#json ? process.stderr : process.stdout).write(`${line}\n`);
  }

  document(value: unknown): void {
    if (this.#json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }
}

/** Makes a directory for reports, or says why it cannot be written to, before anything runs. */
export function writableDirectory(path: string): string {
  const directory = resolve(path);
  try {
    mkdirSync(directory, { recursive: true });
    const probe = join(directory, `.trial-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new UsageError(
      `--out ${path}: cannot be written to (${(error as Error).message}); name another directory`,
    );
  }
  return directory;
}

/** All of a file or nothing of it: written beside, then renamed. */
export function writeWhole(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  writeFileSync(partial, content);
  renameSync(partial, path);
}

/** Taken before any run begins: during one, the global is trapped. */
const wallNow = Date.now;

/** One line on a terminal that is drawn over; nothing in a pipe, nothing within the first second. */
export class Progress {
  readonly #from = wallNow();
  #drawnAt = 0;

  update(text: string): void {
    const now = wallNow();
    if (!process.stderr.isTTY || now - this.#from < 1_000 || now - this.#drawnAt < 100) return;
    this.#drawnAt = now;
    process.stderr.write(`\r\x1b[2K${pc.dim(text)}`);
  }

  clear(): void {
    if (this.#drawnAt > 0) process.stderr.write('\r\x1b[2K');
  }
}
