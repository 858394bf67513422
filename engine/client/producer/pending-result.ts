import type { ClientError } from '../ports.ts';

/** How a call of the application ends, when it does (`TransactionalRequestResult`). */
export class PendingResult {
  #isCompleted = false;
  #error: ClientError | null = null;
  /** The application was told. */
  isAcked = false;

  get isCompleted(): boolean {
    return this.#isCompleted;
  }

  /** Null: it went well, or has not ended. */
  get error(): ClientError | null {
    return this.#error;
  }

  done(): void {
    this.#isCompleted = true;
  }

  /** Also after it had gone well, as long as nobody was told. */
  fail(error: ClientError): void {
    this.#isCompleted = true;
    this.#error = error;
  }
}
