import { DenseIndex } from '../dense-index.ts';
import type { SendOperation } from '../history.ts';
import { NameTable, NumberColumn } from '../number-column.ts';
import type { SendVisitor } from '../visit.ts';
import { IntColumn } from './int-column.ts';

/** Of a value that nobody is known to have sent. */
export const NO_WRITER = -1;
const NONE = -1;

const OUTCOMES: readonly SendOperation['outcome'][] = ['ok', 'fail', 'unknown'];
const OK = 0;

/**
 * What may depend on one another: transactions, each with all that it sent and what was polled for it; sends and polls
 * by themselves. In columns, by number; all sends are added before the first poll.
 */
export class Operations implements SendVisitor {
  readonly #names = new NameTable();
  readonly #clients = new IntColumn();
  readonly #beganAt = new NumberColumn();
  readonly #endedAt = new NumberColumn();
  readonly #outcomes = new IntColumn();
  readonly #transactions = new IntColumn();
  /** By number of a transaction: its operation, plus one. */
  readonly #byTransaction = new IntColumn();
  /** The first so many have sent something. */
  #senders = 0;
  readonly #values = new DenseIndex();
  /** Whose the next write is. */
  #sender = NONE;
  /** By place of the value. */
  readonly #writers = new IntColumn();

  get length(): number {
    return this.#clients.length;
  }

  /** A send; those of one transaction are one operation. What is written next is its. */
  send(
    client: string,
    invokedAt: number,
    endedAt: number,
    outcome: SendOperation['outcome'],
    _isTransactional: boolean,
    transaction: number,
  ): void {
    let operation = this.#ofTransaction(transaction);
    if (operation === NONE) {
      operation = this.#add(client, invokedAt, endedAt, transaction);
      this.#outcomes.set(operation, OUTCOMES.indexOf(outcome));
      this.#senders = operation + 1;
    } else {
      this.#cover(operation, invokedAt, endedAt);
      // A record may be in doubt where its transaction is not.
      if (this.#outcomes.at(operation) !== OK) this.#outcomes.set(operation, OUTCOMES.indexOf(outcome));
    }
    this.#sender = operation;
  }

  write(_log: string, id: number): void {
    const place = this.#values.add(id);
    if (place === this.#writers.length) this.#writers.push(this.#sender);
    else this.#writers.set(place, this.#sender);
  }

  /** Who polled: the transaction that the poll is part of, or the poll by itself. */
  addPoll(client: string, at: number, transaction: number): number {
    const operation = this.#ofTransaction(transaction);
    if (operation === NONE) return this.#add(client, at, at, transaction);
    // The end of a transaction is told with what it sent.
    this.#cover(operation, at, operation < this.#senders ? this.#endedAt.at(operation) : at);
    return operation;
  }

  #ofTransaction(transaction: number): number {
    if (transaction < 0 || transaction >= this.#byTransaction.length) return NONE;
    return this.#byTransaction.at(transaction) - 1;
  }

  #add(client: string, beganAt: number, endedAt: number, transaction: number): number {
    const operation = this.length;
    this.#clients.push(this.#names.indexOf(client));
    this.#beganAt.push(beganAt);
    this.#endedAt.push(endedAt);
    this.#outcomes.push(OK);
    this.#transactions.push(transaction);
    if (transaction >= 0) {
      while (this.#byTransaction.length <= transaction) this.#byTransaction.push(0);
      this.#byTransaction.set(transaction, operation + 1);
    }
    return operation;
  }

  #cover(operation: number, from: number, to: number): void {
    if (from < this.#beganAt.at(operation)) this.#beganAt.set(operation, from);
    if (to > this.#endedAt.at(operation)) this.#endedAt.set(operation, to);
  }

  /** The place of a value among those that were sent; -1: nobody is known to have sent it. */
  placeOf(id: number): number {
    return this.#values.find(id);
  }

  valueAt(place: number): number {
    return this.#values.at(place);
  }

  /** The operation that sent a value, by the value's place. */
  writerOf(place: number): number {
    return place < 0 ? NO_WRITER : this.#writers.at(place);
  }

  client(operation: number): string {
    return this.#names.name(this.#clients.at(operation));
  }

  clientNumber(operation: number): number {
    return this.#clients.at(operation);
  }

  get clientCount(): number {
    return this.#names.size;
  }

  beganAt(operation: number): number {
    return this.#beganAt.at(operation);
  }

  endedAt(operation: number): number {
    return this.#endedAt.at(operation);
  }

  /** Its end is the end of what it did: of one that failed nothing can follow, and one in doubt may yet take place. */
  isDone(operation: number): boolean {
    return this.#outcomes.at(operation) === OK;
  }

  outcome(operation: number): SendOperation['outcome'] {
    return OUTCOMES[this.#outcomes.at(operation)]!;
  }

  /** -1: it is none. */
  transaction(operation: number): number {
    return this.#transactions.at(operation);
  }

  /** Did it send anything? */
  isSender(operation: number): boolean {
    return operation < this.#senders;
  }
}
