import { Edge, NO_VALUE } from './edge.ts';
import type { EdgeList } from './graph.ts';
import { IntColumn } from './int-column.ts';
import type { Operations } from './operations.ts';

/**
 * What one client did one after the other (Elle's `process-graph`): operations that took place, and that do not
 * overlap, for a producer has several sends under way. Only the edges that others do not imply.
 */
export function addProcessEdges(operations: Operations, edges: EdgeList): void {
  for (const own of byClient(operations)) {
    inOrder(own, operations);
    addInOrder(own, operations, edges);
  }
}

function byClient(operations: Operations): Int32Array[] {
  const columns = Array.from({ length: operations.clientCount }, () => new IntColumn());
  for (let v = 0; v < operations.length; v++)
    if (operations.isDone(v)) columns[operations.clientNumber(v)]!.push(v);
  return columns.map((column) => column.values());
}

/** By when they began; nearly always they are so. */
function inOrder(own: Int32Array, operations: Operations): void {
  for (let i = 1; i < own.length; i++) {
    if (operations.beganAt(own[i]!) >= operations.beganAt(own[i - 1]!)) continue;
    own.sort((a, b) => operations.beganAt(a) - operations.beganAt(b) || a - b);
    return;
  }
}

function addInOrder(own: Int32Array, operations: Operations, edges: EdgeList): void {
  /** Those that may be right before a later one: bounded by what a client has under way at once. */
  const open: number[] = [];
  for (let i = 0; i < own.length; i++) {
    const v = own[i]!;
    const beganAt = operations.beganAt(v);
    /** The latest beginning of those that had ended: who ended before it is implied. */
    let latest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < open.length; j++)
      if (operations.endedAt(open[j]!) < beganAt) latest = Math.max(latest, operations.beganAt(open[j]!));
    let kept = 0;
    for (let j = 0; j < open.length; j++) {
      const u = open[j]!;
      if (operations.endedAt(u) < latest) continue;
      if (operations.endedAt(u) < beganAt) edges.add(u, v, Edge.process, NO_VALUE);
      open[kept++] = u;
    }
    open.length = kept;
    open.push(v);
  }
}
