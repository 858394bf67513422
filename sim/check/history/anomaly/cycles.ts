import type { Anomaly, Detector } from '../anomaly.ts';
import type { Cycle } from '../cycle/dependencies.ts';
import { stepsOf } from '../cycle/describe-cycle.ts';
import { Edge } from '../cycle/edge.ts';
import type { CycleName } from '../cycle/families.ts';
import type { Indexed } from '../indexed.ts';

/** Transactions that wrote right before one another, in a circle: their writes are mixed. */
export const writeCycle: Detector = cycles(
  'G0',
  'operations wrote right before one another, in a circle: in one partition one was first, in another the other',
);
export const writeCycleOfProcess: Detector = cycles(
  'G0-process',
  'a client wrote something that stands before what it had written already, by way of others',
);
export const writeCycleInRealtime: Detector = cycles(
  'G0-realtime',
  'what was written after an operation had ended stands before what that operation wrote, by way of others',
);

/** Information that goes round: each read what another wrote. */
export const circularFlow: Detector = cycles(
  'G1c',
  'operations read what one another wrote, in a circle: one of them was seen before it was committed',
);
export const circularFlowOfProcess: Detector = cycles(
  'G1c-process',
  'a client read what comes of something that it did only later',
);
export const circularFlowInRealtime: Detector = cycles(
  'G1c-realtime',
  'an operation that had ended read what comes of one that began later',
);

function cycles(name: CycleName, means: string): Detector {
  return {
    name,
    means,
    find: (indexed) =>
      indexed
        .dependencies()
        .cycles.filter(({ family }) => family.name === name)
        .map((cycle) => anomalyOf(cycle, indexed)),
  };
}

function anomalyOf(cycle: Cycle, indexed: Indexed): Anomaly {
  const dependencies = indexed.dependencies();
  const { operations, graph } = dependencies;
  const steps = stepsOf(cycle, dependencies, indexed.orders);
  const { vertices, edges } = cycle.way;
  const all = cycle.closes === null ? vertices : [...vertices, cycle.closes];
  const readers = edges
    .filter((e) => graph.kind[e] === Edge.wr)
    .map((e) => operations.client(graph.target[e]!));
  return {
    name: cycle.family.name,
    at: Math.max(...all.map((v) => operations.endedAt(v))),
    message: steps.map(({ words }) => words).join('; '),
    evidence: {
      // As with Jepsen's option `ww-deps`: writes are not isolated, and whoever looks at their order finds circles.
      throughWrites: (cycle.family.kinds & Edge.ww) !== 0,
      steps,
      transactions: all.map((v) => operations.transaction(v)).filter((number) => number >= 0),
      readers: [...new Set(readers)],
      readsUncommitted: readers.some((client) => indexed.history.readsUncommitted?.(client) === true),
    },
  };
}
