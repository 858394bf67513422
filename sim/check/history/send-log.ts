import type { SendOperation, Write } from './history.ts';
import { NameTable, NumberColumn } from './number-column.ts';
import type { SendVisitor } from './visit.ts';

const OUTCOMES: readonly SendOperation['outcome'][] = ['ok', 'fail', 'unknown'];
/** Added to the outcome of a transaction's send. */
const TRANSACTIONAL = 4;
/** Of a send to which no offset was told. */
const NO_OFFSET = -1;
const NO_TRANSACTION = -1;

/**
 * The sends of a run as columns of numbers; an operation is made when somebody looks at it. A run of an hour has
 * hundreds of thousands, and as objects they would be most of its memory. Each send here goes to one partition, with
 * offsets in a row.
 */
export class SendLog implements Iterable<SendOperation> {
  readonly #names = new NameTable();
  readonly #clients = new NumberColumn();
  readonly #logs = new NumberColumn();
  readonly #invokedAt = new NumberColumn();
  readonly #endedAt = new NumberColumn();
  readonly #outcomes = new NumberColumn();
  readonly #baseOffsets = new NumberColumn();
  readonly #transactions = new NumberColumn();
  /** Where a send's ids begin; they end where the next one's begin. */
  readonly #idsFrom = new NumberColumn();
  readonly #ids = new NumberColumn();
  /** Of the last time that somebody went through them: sends are only ever added. */
  #order: Uint32Array | null = null;

  get length(): number {
    return this.#clients.length;
  }

  push(
    send: Omit<SendOperation, 'writes'> & { readonly log: string; readonly baseOffset: number },
    ids: readonly number[],
  ): void {
    this.#clients.push(this.#names.indexOf(send.client));
    this.#logs.push(this.#names.indexOf(send.log));
    this.#invokedAt.push(send.invokedAt);
    this.#endedAt.push(send.endedAt);
    this.#outcomes.push(OUTCOMES.indexOf(send.outcome) + (send.isTransactional ? TRANSACTIONAL : 0));
    this.#baseOffsets.push(send.baseOffset);
    this.#transactions.push(send.transaction ?? NO_TRANSACTION);
    this.#idsFrom.push(this.#ids.length);
    for (let i = 0; i < ids.length; i++) this.#ids.push(ids[i]!);
  }

  /** In the order in which they were invoked. */
  *[Symbol.iterator](): Iterator<SendOperation> {
    const order = this.#inOrder();
    for (let i = 0; i < this.length; i++) yield this.#send(order === null ? i : order[i]!);
  }

  /** As going through it, without an object for each. */
  visit(visitor: SendVisitor): void {
    const order = this.#inOrder();
    for (let n = 0; n < this.length; n++) {
      const i = order === null ? n : order[n]!;
      const outcome = this.#outcomes.at(i);
      visitor.send(
        this.#names.name(this.#clients.at(i)),
        this.#invokedAt.at(i),
        this.#endedAt.at(i),
        OUTCOMES[outcome % TRANSACTIONAL]!,
        outcome >= TRANSACTIONAL,
        this.#transactions.at(i),
      );
      const log = this.#names.name(this.#logs.at(i));
      const baseOffset = this.#baseOffsets.at(i);
      const from = this.#idsFrom.at(i);
      const to = i + 1 < this.length ? this.#idsFrom.at(i + 1) : this.#ids.length;
      for (let at = from; at < to; at++)
        visitor.write(log, this.#ids.at(at), baseOffset === NO_OFFSET ? NO_OFFSET : baseOffset + at - from);
    }
  }

  /** Sends by when they were invoked, those of one time as they came; null: they came so. */
  #inOrder(): Uint32Array | null {
    let isInOrder = true;
    for (let i = 1; i < this.length && isInOrder; i++)
      isInOrder = this.#invokedAt.at(i) >= this.#invokedAt.at(i - 1);
    if (isInOrder) return null;
    if (this.#order?.length !== this.length) {
      const invokedAt = this.#invokedAt;
      this.#order = Uint32Array.from({ length: this.length }, (_, i) => i);
      this.#order.sort((a, b) => invokedAt.at(a) - invokedAt.at(b) || a - b);
    }
    return this.#order;
  }

  #send(i: number): SendOperation {
    const log = this.#names.name(this.#logs.at(i));
    const baseOffset = this.#baseOffsets.at(i);
    const from = this.#idsFrom.at(i);
    const to = i + 1 < this.length ? this.#idsFrom.at(i + 1) : this.#ids.length;
    const writes: Write[] = [];
    for (let at = from; at < to; at++) {
      const recordOffset = baseOffset === NO_OFFSET ? NO_OFFSET : baseOffset + at - from;
      writes.push({ log, id: this.#ids.at(at), recordOffset });
    }
    const transaction = this.#transactions.at(i);
    return {
      client: this.#names.name(this.#clients.at(i)),
      invokedAt: this.#invokedAt.at(i),
      endedAt: this.#endedAt.at(i),
      outcome: OUTCOMES[this.#outcomes.at(i) % TRANSACTIONAL]!,
      isTransactional: this.#outcomes.at(i) >= TRANSACTIONAL,
      transaction: transaction === NO_TRANSACTION ? undefined : transaction,
      writes,
    };
  }
}
