import type { History } from '../history.ts';
import type { VersionOrder } from '../version-order.ts';
import { visitPolls, visitSends } from '../visit.ts';
import { type Components, componentsOf, LEFT_OUT } from './components.ts';
import { addWriteEdges, type OwnRead, ReadEdges } from './data-edges.ts';
import { Edge } from './edge.ts';
import { FAMILIES, type Family } from './families.ts';
import { EdgeList, type Graph, graphOf } from './graph.ts';
import { Operations } from './operations.ts';
import { addProcessEdges } from './process-edges.ts';
import { findBackInTime, goesBack } from './realtime.ts';
import { shortestCycle, type Way, WayFinder } from './shortest-cycle.ts';

/** Cycles of one kind that are shown, in the order in which their first operation came. */
const MAX_SHOWN = 32;

const EVERY_KIND = Edge.ww | Edge.wr | Edge.process;

/** A cycle of one family; `way` ends where it began, but for a last edge of real time. */
export interface Cycle {
  readonly family: Family;
  readonly way: Way;
  /** By real time the first vertex of the way came after this one, its last; null: it closes by itself. */
  readonly closes: number | null;
}

/** Who depends on whom in a history, and in which circles. */
export interface Dependencies {
  readonly operations: Operations;
  readonly graph: Graph;
  readonly ownReads: readonly OwnRead[];
  readonly cycles: readonly Cycle[];
}

export function dependenciesOf(history: History, orders: ReadonlyMap<string, VersionOrder>): Dependencies {
  const operations = new Operations();
  visitSends(history.sends, operations);
  const edges = new EdgeList();
  const reads = new ReadEdges(operations, edges);
  visitPolls(history.polls, reads);
  addWriteEdges(orders, operations, edges);
  addProcessEdges(operations, edges);
  const graph = graphOf(operations.length, edges);
  return { operations, graph, ownReads: reads.own, cycles: cyclesOf(graph, operations) };
}

function cyclesOf(graph: Graph, operations: Operations): Cycle[] {
  const cycles: Cycle[] = [];
  const finder = new WayFinder(graph);
  const all = componentsOf(graph, EVERY_KIND, new Uint8Array(graph.size));
  /** On no cycle along any edges: nearly all are. */
  const offAll = aloneIn(all);
  /** By family: the vertices on its cycles. */
  const on = new Map<string, Uint8Array>();
  for (const family of FAMILIES) {
    const explained = marked(graph.size, family.after, on);
    if (!family.isRealtime) {
      const mine = new Uint8Array(graph.size);
      on.set(family.key, mine);
      const components = componentsOf(graph, family.kinds, offAll);
      cycles.push(...closed(family, graph, components, explained, finder, mine));
    } else if (goesBack(graph, family.kinds, operations)) {
      const components = componentsOf(graph, family.kinds, explained);
      cycles.push(...throughTime(family, graph, components, operations, finder));
    }
  }
  return cycles;
}

function aloneIn({ members, from }: Components): Uint8Array {
  const marks = new Uint8Array(members.length);
  for (let c = 0; c + 1 < from.length; c++) if (from[c + 1]! - from[c]! === 1) marks[members[from[c]!]!] = 1;
  return marks;
}

function marked(size: number, families: readonly string[], on: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const marks = new Uint8Array(size);
  for (const key of families) {
    const own = on.get(key)!;
    for (let v = 0; v < size; v++) marks[v]! |= own[v]!;
  }
  return marks;
}

/** Of each component that has edges of all kinds needed and is not explained yet, the shortest cycle. */
function closed(
  family: Family,
  graph: Graph,
  { of, members, from }: Components,
  explained: Uint8Array,
  finder: WayFinder,
  on: Uint8Array,
): Cycle[] {
  const groups: { readonly group: number; readonly sorted: number[] }[] = [];
  for (let group = 0; group + 1 < from.length; group++) {
    if (from[group + 1]! - from[group]! < 2) continue;
    const own = members.subarray(from[group]!, from[group + 1]!);
    if (own.some((v) => explained[v] === 1)) continue;
    if ((kindsWithin(graph, of, own) & family.needed) !== family.needed) continue;
    for (const v of own) on[v] = 1;
    groups.push({ group, sorted: Array.from(own).sort((a, b) => a - b) });
  }
  groups.sort((a, b) => a.sorted[0]! - b.sorted[0]!);
  return groups.slice(0, MAX_SHOWN).map(({ group, sorted }) => ({
    family,
    way: shortestCycle(finder, sorted, { ...family, of, group }),
    closes: null,
  }));
}

function kindsWithin(graph: Graph, of: Int32Array, members: Int32Array): number {
  let kinds = 0;
  for (const v of members)
    for (let e = graph.head[v]!; e < graph.head[v + 1]!; e++)
      if (of[graph.target[e]!] === of[v]) kinds |= graph.kind[e]!;
  return kinds;
}

function throughTime(
  family: Family,
  graph: Graph,
  components: Components,
  operations: Operations,
  finder: WayFinder,
): Cycle[] {
  const { kinds, needed } = family;
  const back = findBackInTime(graph, components, kinds, needed, operations);
  back.sort((a, b) => a.later - b.later);
  return back.slice(0, MAX_SHOWN).map(({ later, earlier }) => {
    const bounds = { kinds, needed, of: components.of, group: LEFT_OUT, most: Number.POSITIVE_INFINITY };
    const way = finder.shortest(later, earlier, bounds);
    if (way === null) throw new RangeError('what was carried along edges has a way along them');
    return { family, way, closes: earlier };
  });
}
