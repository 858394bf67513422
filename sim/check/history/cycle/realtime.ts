import type { Components } from './components.ts';
import type { Graph } from './graph.ts';
import type { Operations } from './operations.ts';

const NOBODY = -1;
/** Sets of the kinds that go with real time: `ww` and `wr`. */
const KIND_SETS = 4;

/** What comes after `later` by what was written and read had ended before `later` began. */
export interface BackInTime {
  readonly later: number;
  readonly earlier: number;
}

/**
 * Does any edge lead to an operation that began earlier? If none does, whoever comes after began after, and nothing
 * goes back in time.
 */
export function goesBack(
  { head, kind, size, target }: Graph,
  kinds: number,
  operations: Operations,
): boolean {
  for (let v = 0; v < size; v++) {
    const beganAt = operations.beganAt(v);
    for (let e = head[v]!; e < head[v + 1]!; e++)
      if ((kind[e]! & kinds) !== 0 && operations.beganAt(target[e]!) < beganAt) return true;
  }
  return false;
}

/**
 * Cycles with real-time edges, without the edges: of intervals of time, a cycle with several has one with a single
 * one. (Let a end before b begins, and c before d. If d begins before a has ended, then c ends before b begins, and
 * the way from d to a is not needed; else a ends before d begins, and the way from b to c is not.) So it is enough to
 * carry along the edges, from those before to those after, who of all before began last.
 *
 * `needed`: the way has edges of all these kinds. For each `later` the first `earlier` that was found.
 */
export function findBackInTime(
  graph: Graph,
  { of, members, from }: Components,
  kinds: number,
  needed: number,
  operations: Operations,
): BackInTime[] {
  const count = from.length - 1;
  /** By component and the kinds on the way there: who began last. */
  const last = new Int32Array(count * KIND_SETS).fill(NOBODY);
  const found: BackInTime[] = [];
  const told = new Set<number>();
  for (let c = count - 1; c >= 0; c--) {
    const at = c * KIND_SETS;
    const begin = from[c]!;
    const end = from[c + 1]!;
    for (let i = begin; i < end; i++) raise(last, at, members[i]!, operations);
    spreadWithin(graph, of, members.subarray(begin, end), kinds, last, at, operations);
    for (let i = begin; i < end; i++) {
      const x = members[i]!;
      const y = latestOf(last, at, needed, operations);
      if (y === NOBODY || !operations.isDone(x) || operations.endedAt(x) >= operations.beganAt(y)) continue;
      if (told.has(y)) continue;
      told.add(y);
      found.push({ later: y, earlier: x });
    }
    for (let i = begin; i < end; i++) {
      const v = members[i]!;
      for (let e = graph.head[v]!; e < graph.head[v + 1]!; e++) {
        const kind = graph.kind[e]! & kinds;
        const to = of[graph.target[e]!]!;
        if (kind === 0 || to < 0 || to === c) continue;
        for (let set = 0; set < KIND_SETS; set++)
          if (last[at + set]! !== NOBODY)
            raise(last, to * KIND_SETS + (set | kind), last[at + set]!, operations);
      }
    }
  }
  return found;
}

/** Within a component every edge can be on the way. */
function spreadWithin(
  graph: Graph,
  of: Int32Array,
  members: Int32Array,
  kinds: number,
  last: Int32Array,
  at: number,
  operations: Operations,
): void {
  if (members.length === 1) return;
  let inside = 0;
  for (const v of members)
    for (let e = graph.head[v]!; e < graph.head[v + 1]!; e++)
      if (of[graph.target[e]!] === of[v]) inside |= graph.kind[e]! & kinds;
  for (let set = 0; set < KIND_SETS; set++)
    if (last[at + set]! !== NOBODY) raise(last, at + (set | inside), last[at + set]!, operations);
}

function raise(last: Int32Array, at: number, candidate: number, operations: Operations): void {
  const known = last[at]!;
  if (known === NOBODY || operations.beganAt(candidate) > operations.beganAt(known)) last[at] = candidate;
}

function latestOf(last: Int32Array, at: number, needed: number, operations: Operations): number {
  let latest = NOBODY;
  for (let set = 0; set < KIND_SETS; set++) {
    const y = last[at + set]!;
    if (y === NOBODY || (set & needed) !== needed) continue;
    if (latest === NOBODY || operations.beganAt(y) > operations.beganAt(latest)) latest = y;
  }
  return latest;
}
