import { closeSync, openSync, writeSync } from 'node:fs';

/** Bytes, about, that go to the file at once. */
const CHUNK = 1 << 20;

/** A trace on its way to a file: written while the run is under way, for it may be longer than memory. */
export class TraceFile {
  readonly path: string;
  readonly #file: number;
  #pending = '';
  lines = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'w');
  }

  write(line: string): void {
    this.#pending += `${line}\n`;
    this.lines++;
    if (this.#pending.length >= CHUNK) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#pending);
    this.#pending = '';
  }
}
