import { assert, type Input } from '../../engine/machine/index.ts';
import type { Connection } from './sockets.ts';
import type { Timer } from './timer-table.ts';

/** At most so many inputs wait for a process. A process this far behind would be out of memory. */
export const INBOX_LIMIT = 1_000_000;

/** What an input is about, so that it can be dropped when that is gone by the time the input's turn comes. */
export type InputSubject = Connection | Timer | null;

/** Inputs that wait for a thread, oldest first. */
export class Inbox {
  #inputs: Input[] = [];
  #subjects: InputSubject[] = [];
  #head = 0;

  get size(): number {
    return this.#inputs.length - this.#head;
  }

  push(input: Input, subject: InputSubject): void {
    assert(this.size < INBOX_LIMIT, 'the inbox is full: the process is too far behind');
    this.#inputs.push(input);
    this.#subjects.push(subject);
  }

  /** What the first one is about. */
  get subject(): InputSubject {
    return this.#subjects[this.#head]!;
  }

  take(): Input {
    const input = this.#inputs[this.#head++]!;
    if (this.#head === this.#inputs.length) this.clear();
    else if (this.#head > 1_024 && this.#head * 2 > this.#inputs.length) this.#compact();
    return input;
  }

  clear(): void {
    this.#inputs.length = 0;
    this.#subjects.length = 0;
    this.#head = 0;
  }

  #compact(): void {
    this.#inputs = this.#inputs.slice(this.#head);
    this.#subjects = this.#subjects.slice(this.#head);
    this.#head = 0;
  }
}
