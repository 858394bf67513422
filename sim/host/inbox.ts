import { assert, type Input } from '../../engine/machine/index.ts';
import type { Connection } from './sockets.ts';
import type { Timer } from './timer-table.ts';

/** At most so many inputs wait for a process. A process this far behind would be out of memory. */
export const INBOX_LIMIT = 1_000_000;

/** What an input is about, so that it can be dropped when that is gone by the time the input's turn comes. */
export type InputSubject = Connection | Timer | null;

/** Inputs that wait for a thread, oldest first. Most wait alone: the arrays keep their room when they run empty. */
export class Inbox {
  #inputs: (Input | null)[] = [];
  #subjects: InputSubject[] = [];
  #head = 0;
  /** Exclusive. */
  #tail = 0;

  get size(): number {
    return this.#tail - this.#head;
  }

  push(input: Input, subject: InputSubject): void {
    assert(this.size < INBOX_LIMIT, 'the inbox is full: the process is too far behind');
    const at = this.#tail++;
    this.#inputs[at] = input;
    this.#subjects[at] = subject;
  }

  /** What the first one is about. */
  get subject(): InputSubject {
    return this.#subjects[this.#head]!;
  }

  take(): Input {
    const at = this.#head++;
    const input = this.#inputs[at]!;
    this.#inputs[at] = null;
    this.#subjects[at] = null;
    if (this.#head === this.#tail) this.#head = this.#tail = 0;
    else if (this.#head > 1_024 && this.#head * 2 > this.#tail) this.#compact();
    return input;
  }

  clear(): void {
    this.#inputs = [];
    this.#subjects = [];
    this.#head = this.#tail = 0;
  }

  #compact(): void {
    this.#inputs = this.#inputs.slice(this.#head, this.#tail);
    this.#subjects = this.#subjects.slice(this.#head, this.#tail);
    this.#tail -= this.#head;
    this.#head = 0;
  }
}
