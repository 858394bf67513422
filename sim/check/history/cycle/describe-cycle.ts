import type { VersionOrder } from '../version-order.ts';
import type { Cycle, Dependencies } from './dependencies.ts';
import { Edge } from './edge.ts';
import { NO_WRITER, type Operations } from './operations.ts';

/** One step of a cycle, for the evidence: who came before whom, and how that is known. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly because: 'ww' | 'wr' | 'process' | 'realtime';
  readonly log?: string;
  /** The value that tells of it; of `ww` the later of the two. */
  readonly id?: number;
  readonly words: string;
}

type Orders = ReadonlyMap<string, VersionOrder>;

/** `transaction 7 of p1`, `a send of p1 at 12.000345 s`: nothing else has that name. */
export function describeOperation(operations: Operations, v: number): string {
  const client = operations.client(v);
  const transaction = operations.transaction(v);
  if (transaction >= 0) return `transaction ${transaction} of ${client}`;
  const what = operations.isSender(v) ? 'send' : 'poll';
  return `a ${what} of ${client} at ${(operations.beganAt(v) / 1e6).toFixed(6)} s`;
}

export function stepsOf({ way, closes }: Cycle, dependencies: Dependencies, orders: Orders): Step[] {
  const { graph, operations } = dependencies;
  const steps = way.edges.map((e, i) =>
    stepOf(way.vertices[i]!, graph.target[e]!, graph.kind[e]!, graph.value[e]!, operations, orders),
  );
  if (closes === null) return steps;
  return [...steps, step(closes, way.vertices[0]!, 'realtime', operations, 'had ended before it began:')];
}

function stepOf(
  from: number,
  to: number,
  kind: number,
  place: number,
  operations: Operations,
  orders: Orders,
): Step {
  if (kind === Edge.process) return step(from, to, 'process', operations, 'ended in the same client before');
  const id = operations.valueAt(place);
  const order = [...orders.values()].find((each) => each.firstIndex(id) !== undefined)!;
  const at = { log: order.log, id };
  if (kind === Edge.wr)
    return { ...step(from, to, 'wr', operations, `wrote ${id} to ${order.log}, which was read by`), ...at };
  const earlier = writtenBefore(order, id, from, operations);
  return {
    ...step(from, to, 'ww', operations, `wrote ${earlier} to ${order.log}, right before ${id} of`),
    ...at,
  };
}

/** The value of `writer` that stands last before another. */
function writtenBefore(order: VersionOrder, id: number, writer: number, operations: Operations): number {
  const values = order.values();
  let at = order.firstIndex(id)! - 1;
  while (at > 0 && operations.writerOf(operations.placeOf(values[at]!)) === NO_WRITER) at--;
  while (at > 0 && operations.writerOf(operations.placeOf(values[at]!)) !== writer) at--;
  return values[at]!;
}

function step(
  from: number,
  to: number,
  because: Step['because'],
  operations: Operations,
  verb: string,
): Step {
  const names = { from: describeOperation(operations, from), to: describeOperation(operations, to) };
  return { ...names, because, words: `${names.from} ${verb} ${names.to}` };
}
