import { Edge } from './edge.ts';

const { ww, wr, process } = Edge;

/** One kind of cycle: which edges it goes along, and which of them it must have. */
export interface Family {
  readonly name: CycleName;
  readonly kinds: number;
  readonly needed: number;
  /** With an edge of real time besides. */
  readonly isRealtime: boolean;
  /** By keys of this table: what a cycle of one of these explains already is not told again. */
  readonly after: readonly string[];
  /** Unique in this table. */
  readonly key: string;
}

export type CycleName = 'G0' | 'G0-process' | 'G0-realtime' | 'G1c' | 'G1c-process' | 'G1c-realtime';

/**
 * Jepsen's names and edges (`elle.txn`, as `jepsen.tests.kafka` uses it): no read-write edges, which it does not
 * infer. G1c twice: of reads alone, as without its option `ww-deps`, and of reads and the order of writes, as with it.
 * `PL-1-cycle-exists` and the like are for searches that are given up; here every cycle of a component is found.
 */
export const FAMILIES: readonly Family[] = [
  family('G0', 'G0', ww, ww),
  family('G0-process', 'G0-process', ww | process, ww | process, ['G0']),
  family('G0-realtime', 'G0-realtime', ww, ww, ['G0', 'G0-process'], true),
  family('G1c', 'G1c', wr, wr),
  family('G1c-process', 'G1c-process', wr | process, wr | process, ['G1c']),
  family('G1c-realtime', 'G1c-realtime', wr, wr, ['G1c', 'G1c-process'], true),
  family('G1c', 'G1c ww', ww | wr, ww | wr, ['G1c']),
  family('G1c-process', 'G1c-process ww', ww | wr | process, ww | wr | process, [
    'G1c',
    'G1c-process',
    'G1c ww',
  ]),
  family(
    'G1c-realtime',
    'G1c-realtime ww',
    ww | wr,
    ww | wr,
    ['G1c', 'G1c-process', 'G1c ww', 'G1c-process ww'],
    true,
  ),
];

function family(
  name: CycleName,
  key: string,
  kinds: number,
  needed: number,
  after: readonly string[] = [],
  isRealtime = false,
): Family {
  return { name, key, kinds, needed, after, isRealtime };
}
