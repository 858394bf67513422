import { IntColumn } from './int-column.ts';

/** Edges as they are found, in columns. */
export class EdgeList {
  readonly from = new IntColumn();
  readonly to = new IntColumn();
  readonly kinds = new IntColumn();
  /** By edge: the place of the value that tells of it. */
  readonly values = new IntColumn();

  add(from: number, to: number, kind: number, value: number): void {
    this.from.push(from);
    this.to.push(to);
    this.kinds.push(kind);
    this.values.push(value);
  }
}

/** Vertices 0 to `size` - 1, and the edges out of each in a row, in the order in which they were found. */
export interface Graph {
  readonly size: number;
  /** By vertex: where its edges begin; they end where the next one's begin. */
  readonly head: Int32Array;
  readonly target: Int32Array;
  readonly kind: Uint8Array;
  readonly value: Int32Array;
}

export function graphOf(size: number, edges: EdgeList): Graph {
  const from = edges.from.values();
  const to = edges.to.values();
  const kinds = edges.kinds.values();
  const values = edges.values.values();
  const head = new Int32Array(size + 1);
  for (let i = 0; i < from.length; i++) head[from[i]! + 1]!++;
  for (let v = 0; v < size; v++) head[v + 1]! += head[v]!;
  const next = head.slice();
  const target = new Int32Array(from.length);
  const kind = new Uint8Array(from.length);
  const value = new Int32Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const at = next[from[i]!]!++;
    target[at] = to[i]!;
    kind[at] = kinds[i]!;
    value[at] = values[i]!;
  }
  return { size, head, target, kind, value };
}
