import type { Graph } from './graph.ts';
import { IntColumn } from './int-column.ts';

/** The strongly connected components of a graph, along edges of some kinds. */
export interface Components {
  /** By vertex: the number of its component; of a vertex that was left out: -1. An edge never leads to a higher one. */
  readonly of: Int32Array;
  /** The vertices, component by component. */
  readonly members: Int32Array;
  /** By number: where a component's members begin; they end where the next one's begin. */
  readonly from: Int32Array;
}

export const LEFT_OUT = -1;

/**
 * Tarjan's algorithm with stacks of its own: a chain of a million transactions is deeper than any call stack. Vertices
 * that are marked in `without` are left out.
 */
export function componentsOf(graph: Graph, kinds: number, without: Uint8Array): Components {
  return new Search(graph, kinds, without).run();
}

class Search {
  readonly #graph: Graph;
  readonly #kinds: number;
  readonly #without: Uint8Array;
  /** By vertex: when it was first seen, from 1; 0: not yet. */
  readonly #seenAt: Int32Array;
  /** By vertex: the earliest that it is known to come back to. */
  readonly #low: Int32Array;
  /** By vertex: the next edge to be tried. */
  readonly #next: Int32Array;
  readonly #path = new IntColumn();
  readonly #open = new IntColumn();
  readonly #of: Int32Array;
  readonly #members: Int32Array;
  readonly #from = new IntColumn();
  #closed = 0;
  #time = 0;

  constructor(graph: Graph, kinds: number, without: Uint8Array) {
    this.#graph = graph;
    this.#kinds = kinds;
    this.#without = without;
    this.#seenAt = new Int32Array(graph.size);
    this.#low = new Int32Array(graph.size);
    this.#next = graph.head.slice();
    this.#of = new Int32Array(graph.size).fill(LEFT_OUT);
    this.#members = new Int32Array(graph.size);
  }

  run(): Components {
    const { size } = this.#graph;
    for (let v = 0; v < size; v++) {
      if (this.#seenAt[v] !== 0 || this.#without[v] === 1) continue;
      this.#enter(v);
      while (this.#path.length > 0) this.#step(this.#path.at(this.#path.length - 1));
    }
    this.#from.push(this.#closed);
    const members = this.#members.subarray(0, this.#closed);
    return { of: this.#of, members, from: this.#from.values() };
  }

  #enter(v: number): void {
    this.#seenAt[v] = ++this.#time;
    this.#low[v] = this.#time;
    this.#path.push(v);
    this.#open.push(v);
  }

  /** Goes down the next edge of the vertex at the end of the path, or back up when it has none left. */
  #step(v: number): void {
    const { head, target, kind } = this.#graph;
    const low = this.#low;
    const end = head[v + 1]!;
    for (let e = this.#next[v]!; e < end; e++) {
      if ((kind[e]! & this.#kinds) === 0) continue;
      const to = target[e]!;
      if (this.#seenAt[to] === 0) {
        if (this.#without[to] === 1) continue;
        // Looked at once more when the path is back: then its low is known.
        this.#next[v] = e;
        this.#enter(to);
        return;
      }
      if (this.#of[to] === LEFT_OUT && low[to]! < low[v]!) low[v] = low[to]!;
    }
    this.#path.length--;
    if (low[v] === this.#seenAt[v]) this.#close(v);
  }

  /** Everything seen since `v` and not closed is its component. */
  #close(v: number): void {
    const number = this.#from.length;
    this.#from.push(this.#closed);
    let w: number;
    do {
      w = this.#open.at(--this.#open.length);
      this.#of[w] = number;
      this.#members[this.#closed++] = w;
    } while (w !== v);
  }
}
