import type { PollOperation, Read } from './history.ts';
import { NameTable, NumberColumn } from './number-column.ts';
import type { PollVisitor } from './visit.ts';

const NO_TRANSACTION = -1;

/** The polls of a run as columns of numbers, in the order in which they came; as `SendLog`, and for the same reason. */
export class PollLog implements Iterable<PollOperation> {
  readonly #names = new NameTable();
  readonly #clients = new NumberColumn();
  readonly #at = new NumberColumn();
  readonly #transactions = new NumberColumn();
  /** Where a poll's reads begin; they end where the next one's begin. */
  readonly #readsFrom = new NumberColumn();
  readonly #logs = new NumberColumn();
  /** Where a read's records begin, likewise. */
  readonly #recordsFrom = new NumberColumn();
  readonly #offsets = new NumberColumn();
  readonly #ids = new NumberColumn();

  get length(): number {
    return this.#clients.length;
  }

  /** A poll has returned; `beginRead` and `addRecord` tell what. */
  beginPoll(client: string, at: number, transaction = NO_TRANSACTION): void {
    this.#clients.push(this.#names.indexOf(client));
    this.#at.push(at);
    this.#transactions.push(transaction);
    this.#readsFrom.push(this.#logs.length);
  }

  /** What a poll was for is known when the transaction begins. */
  setTransaction(poll: number, transaction: number): void {
    this.#transactions.set(poll, transaction);
  }

  beginRead(log: string): void {
    this.#logs.push(this.#names.indexOf(log));
    this.#recordsFrom.push(this.#offsets.length);
  }

  addRecord(recordOffset: number, id: number): void {
    this.#offsets.push(recordOffset);
    this.#ids.push(id);
  }

  *[Symbol.iterator](): Iterator<PollOperation> {
    for (let i = 0; i < this.length; i++) {
      const to = i + 1 < this.length ? this.#readsFrom.at(i + 1) : this.#logs.length;
      const reads: Read[] = [];
      for (let read = this.#readsFrom.at(i); read < to; read++) reads.push(this.#read(read));
      const number = this.#transactions.at(i);
      const transaction = number === NO_TRANSACTION ? undefined : number;
      yield { client: this.#names.name(this.#clients.at(i)), at: this.#at.at(i), transaction, reads };
    }
  }

  /** As going through it, without an object for each. */
  visit(visitor: PollVisitor): void {
    let read = 0;
    let at = 0;
    for (let i = 0; i < this.length; i++) {
      visitor.poll(this.#names.name(this.#clients.at(i)), this.#at.at(i), this.#transactions.at(i));
      const readsTo = i + 1 < this.length ? this.#readsFrom.at(i + 1) : this.#logs.length;
      for (; read < readsTo; read++) {
        visitor.read(this.#names.name(this.#logs.at(read)));
        const to = read + 1 < this.#logs.length ? this.#recordsFrom.at(read + 1) : this.#offsets.length;
        for (; at < to; at++) visitor.record(this.#offsets.at(at), this.#ids.at(at));
      }
    }
  }

  #read(i: number): Read {
    const to = i + 1 < this.#logs.length ? this.#recordsFrom.at(i + 1) : this.#offsets.length;
    const offsets: number[] = [];
    const ids: number[] = [];
    for (let at = this.#recordsFrom.at(i); at < to; at++) {
      offsets.push(this.#offsets.at(at));
      ids.push(this.#ids.at(at));
    }
    return { log: this.#names.name(this.#logs.at(i)), offsets, ids };
  }
}
