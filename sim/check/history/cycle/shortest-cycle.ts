import { KIND_SETS } from './edge.ts';
import type { Graph } from './graph.ts';
import { IntColumn } from './int-column.ts';

/** Edges that a search may look at before it is content with the shortest it has: a component can be the whole run. */
const MAX_LOOKED_AT = 2_000_000;

/** A way along edges: `edges[i]` leads from `vertices[i]` to the next vertex. */
export interface Way {
  readonly vertices: readonly number[];
  readonly edges: readonly number[];
}

/** What a search keeps, made once for a graph and cleaned up after each search: only what was touched. */
export class WayFinder {
  readonly #graph: Graph;
  /** By vertex and set of kinds on the way: the edge by which it was first reached, plus one. */
  readonly #by: Int32Array;
  readonly #before: Int32Array;
  readonly #queue = new IntColumn();
  /** Edges looked at since it was made or `forget`. */
  lookedAt = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#by = new Int32Array(graph.size * KIND_SETS);
    this.#before = new Int32Array(graph.size * KIND_SETS);
  }

  /**
   * The shortest way from one vertex to another, back to itself too, along edges of some kinds and over vertices of
   * one group (`of`) when it is not -1, with at least one edge of each kind needed. Null: longer than `most` edges, or
   * none.
   */
  shortest(start: number, goal: number, { kinds, needed, of, group, most }: Bounds): Way | null {
    const { head, target, kind } = this.#graph;
    const queue = this.#queue;
    queue.push(start * KIND_SETS);
    let levelEnd = 1;
    let depth = 0;
    let found = -1;
    for (let i = 0; i < queue.length && found < 0; i++) {
      if (i === levelEnd) {
        levelEnd = queue.length;
        if (++depth >= most) break;
      }
      const state = queue.at(i);
      const v = (state / KIND_SETS) | 0;
      this.lookedAt += head[v + 1]! - head[v]!;
      for (let e = head[v]!; e < head[v + 1]!; e++) {
        const along = kind[e]! & kinds;
        const to = target[e]!;
        if (along === 0 || (group >= 0 && of[to] !== group) || of[to]! < 0) continue;
        const next = to * KIND_SETS + ((state % KIND_SETS) | (along & needed));
        if (this.#by[next] !== 0) continue;
        this.#by[next] = e + 1;
        this.#before[next] = state;
        queue.push(next);
        if (to === goal && next % KIND_SETS === needed) {
          found = next;
          break;
        }
      }
    }
    const way = found < 0 ? null : this.#wayTo(found, start * KIND_SETS);
    for (let i = 0; i < queue.length; i++) this.#by[queue.at(i)] = 0;
    queue.length = 0;
    return way;
  }

  #wayTo(found: number, start: number): Way {
    const vertices: number[] = [];
    const edges: number[] = [];
    let state = found;
    do {
      edges.push(this.#by[state]! - 1);
      state = this.#before[state]!;
      vertices.push((state / KIND_SETS) | 0);
    } while (state !== start);
    return { vertices: vertices.reverse(), edges: edges.reverse() };
  }
}

export interface Bounds {
  readonly kinds: number;
  readonly needed: number;
  /** By vertex: its group; -1: it is left out. */
  readonly of: Int32Array;
  /** The only group to go through; -1: any. */
  readonly group: number;
  readonly most: number;
}

/** The shortest cycle of a component: the first of its members, in order, that is on one. */
export function shortestCycle(
  finder: WayFinder,
  members: readonly number[],
  bounds: Omit<Bounds, 'most'>,
): Way {
  let best: Way | null = null;
  const until = finder.lookedAt + MAX_LOOKED_AT;
  for (const v of members) {
    if (best !== null && finder.lookedAt > until) break;
    const way = finder.shortest(v, v, { ...bounds, most: best === null ? Infinity : best.edges.length - 1 });
    if (way !== null) best = way;
    // No cycle is shorter than there are kinds to be on it, or than two.
    if (best !== null && best.edges.length === 2) break;
  }
  if (best === null) throw new RangeError('a component of edges of all kinds has a cycle of them');
  return best;
}
