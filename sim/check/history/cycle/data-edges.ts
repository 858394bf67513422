import type { VersionOrder } from '../version-order.ts';
import type { PollVisitor } from '../visit.ts';
import { Edge } from './edge.ts';
import type { EdgeList } from './graph.ts';
import { NO_WRITER, type Operations } from './operations.ts';

/** A transaction that was shown a value of its own. */
export interface OwnRead {
  readonly operation: number;
  readonly client: string;
  readonly at: number;
  readonly log: string;
  readonly id: number;
}

/**
 * Who wrote right before whom in a partition (`ww-graph` of `jepsen.tests.kafka`). A value at several offsets counts
 * at its first one; between two values of known writers there may be some of unknown ones.
 */
export function addWriteEdges(
  orders: ReadonlyMap<string, VersionOrder>,
  operations: Operations,
  edges: EdgeList,
): void {
  for (const order of orders.values()) {
    const values = order.values();
    const { isWithoutDuplicates } = order;
    let before = NO_WRITER;
    for (let i = 0; i < values.length; i++) {
      const id = values[i]!;
      if (!isWithoutDuplicates && order.firstIndex(id) !== i) continue;
      const place = operations.placeOf(id);
      const writer = operations.writerOf(place);
      if (writer === NO_WRITER) continue;
      if (before !== NO_WRITER && before !== writer) edges.add(before, writer, Edge.ww, place);
      before = writer;
    }
  }
}

/**
 * Who read what whom wrote (`wr-graph`): of every value that a poll returned, as Jepsen does it, though the last of
 * each writer would do.
 */
export class ReadEdges implements PollVisitor {
  readonly own: OwnRead[] = [];
  readonly #operations: Operations;
  readonly #edges: EdgeList;
  #client = '';
  #at = 0;
  #log = '';
  #reader = NO_WRITER;
  #last = NO_WRITER;

  constructor(operations: Operations, edges: EdgeList) {
    this.#operations = operations;
    this.#edges = edges;
  }

  poll(client: string, at: number, transaction: number): void {
    this.#client = client;
    this.#at = at;
    this.#reader = this.#operations.addPoll(client, at, transaction);
    this.#last = NO_WRITER;
  }

  read(log: string): void {
    this.#log = log;
  }

  record(_recordOffset: number, id: number): void {
    const place = this.#operations.placeOf(id);
    const writer = this.#operations.writerOf(place);
    if (writer === NO_WRITER || writer === this.#last) return;
    this.#last = writer;
    if (writer !== this.#reader) this.#edges.add(writer, this.#reader, Edge.wr, place);
    else {
      const where = { client: this.#client, at: this.#at, log: this.#log };
      this.own.push({ operation: writer, ...where, id });
    }
  }
}
