import type { History, PollOperation } from '../history.ts';
import type { VersionOrder } from '../version-order.ts';
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
export function addReadEdges(history: History, operations: Operations, edges: EdgeList): OwnRead[] {
  const own: OwnRead[] = [];
  for (const poll of history.polls) {
    const reader = operations.addPoll(poll);
    addReads(poll, reader, operations, edges, own);
  }
  return own;
}

function addReads(
  { client, at, reads }: PollOperation,
  reader: number,
  operations: Operations,
  edges: EdgeList,
  own: OwnRead[],
): void {
  let last = NO_WRITER;
  for (let r = 0; r < reads.length; r++) {
    const { ids, log } = reads[r]!;
    for (let i = 0; i < ids.length; i++) {
      const place = operations.placeOf(ids[i]!);
      const writer = operations.writerOf(place);
      if (writer === NO_WRITER || writer === last) continue;
      last = writer;
      if (writer === reader) own.push({ operation: reader, client, at, log, id: ids[i]! });
      else edges.add(writer, reader, Edge.wr, place);
    }
  }
}
