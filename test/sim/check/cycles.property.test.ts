import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../sim/check/history/cycle/describe-cycle.ts';
import {
  type Anomaly,
  findAnomalies,
  type History,
  type PollOperation,
  type SendOperation,
  transactionalDetectors,
} from '../../../sim/check/index.ts';
import { CycleModel, type ModelKind } from './cycle-model.ts';

const LOGS = 3;

interface Drawn {
  readonly client: string;
  readonly beganAt: number;
  readonly lasted: number;
  readonly isTransaction: boolean;
  readonly outcome: SendOperation['outcome'];
  /** Partitions that it writes to, one value each. */
  readonly writes: readonly number[];
  /** Where it reads: partition, from, count. */
  readonly reads: readonly (readonly [number, number, number])[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  client: fc.constantFrom('a', 'b', 'c'),
  beganAt: fc.nat(30),
  lasted: fc.nat(12),
  isTransaction: fc.boolean(),
  outcome: fc.constantFrom('ok' as const, 'ok' as const, 'ok' as const, 'unknown' as const),
  writes: fc.array(fc.nat(LOGS - 1), { maxLength: 3 }),
  reads: fc.array(fc.tuple(fc.nat(LOGS - 1), fc.nat(6), fc.integer({ min: 1, max: 3 })), { maxLength: 2 }),
});

/** Operations, and in which order their values got into the logs: any, however impossible. */
const situation = fc.record({
  operations: fc.array(drawn, { minLength: 2, maxLength: 8 }),
  order: fc.array(fc.nat(1_000), { minLength: 24, maxLength: 24 }),
});

type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

function historyOf({ operations, order }: Situation): { history: History; logs: number[][] } {
  const values = operations.flatMap(({ writes }, o) => writes.map((log, i) => ({ o, i, log })));
  const placed = values
    .map((value, n) => ({ ...value, id: value.o * 10 + value.i, rank: order[n]! * 100 + n }))
    .sort((a, b) => a.rank - b.rank);
  const logs = Array.from({ length: LOGS }, (_, log) =>
    placed.filter((value) => value.log === log).map(({ id }) => id),
  );
  const sends: SendOperation[] = [];
  const polls: PollOperation[] = [];
  operations.forEach(({ client, beganAt, lasted, isTransaction, outcome, writes, reads }, o) => {
    const transaction = isTransaction ? o : undefined;
    const mine = writes.map((log, i) => ({
      log: `t-${log}`,
      id: o * 10 + i,
      recordOffset: logs[log]!.indexOf(o * 10 + i) * 2,
    }));
    // No two of a client begin at once: then they have one name.
    const from = beganAt * 10 + o;
    const times = { invokedAt: from, endedAt: from + lasted * 10 };
    // The sends of a transaction come one by one, others as one.
    const parts = isTransaction ? mine.map((write) => [write]) : mine.length === 0 ? [] : [mine];
    for (const part of parts)
      sends.push({ client, ...times, outcome, isTransactional: isTransaction, transaction, writes: part });
    const read = reads.map(([log, first, count]) => {
      const ids = logs[log]!.slice(first, first + count);
      return { log: `t-${log}`, offsets: ids.map((id) => logs[log]!.indexOf(id) * 2), ids };
    });
    // Of one transaction come several polls.
    const polled = isTransaction ? read.map((each) => [each]) : [read];
    for (const each of polled)
      if (each.some(({ ids }) => ids.length > 0)) polls.push({ client, at: from, transaction, reads: each });
  });
  sends.sort((a, b) => a.invokedAt - b.invokedAt);
  polls.sort((a, b) => a.at - b.at);
  return { history: { sends, polls, repositions: [] }, logs };
}

/** What is known of where values stand: those read, and those that are known to have been written. */
function knownOf({ sends, polls }: History, logs: number[][]): number[][] {
  const known = new Set<number>();
  for (const { reads } of polls) for (const { ids } of reads) for (const id of ids) known.add(id);
  for (const { outcome, isTransactional, writes } of sends)
    if (outcome === 'ok' || !isTransactional) for (const { id } of writes) known.add(id);
  return logs.map((log) => log.filter((id) => known.has(id)));
}

const unite = (...groups: readonly Set<number>[][]): Set<number> =>
  new Set(groups.flat().flatMap((group) => [...group]));

const apart = (groups: Set<number>[], explained: ReadonlySet<number>): Set<number>[] =>
  groups.filter((group) => ![...group].some((v) => explained.has(v)));

/** Names as `findAnomalies` has them, with `ww` behind those that go through the order of writes. */
function expected(model: CycleModel): { names: Set<string>; groups: Map<string, Set<number>[]> } {
  const groups = new Map<string, Set<number>[]>();
  const names = new Set<string>();
  const tell = (name: string, found: Set<number>[]): Set<number>[] => {
    groups.set(name, found);
    if (found.length > 0) names.add(name);
    return found;
  };
  const circle = (name: string, kinds: ModelKind[], after: Set<number>): Set<number>[] =>
    tell(name, apart(model.onCycles(kinds), after));
  /** Of edges of one kind a circle with several edges of real time is as good as one with a single one. */
  const inTime = (name: string, kinds: ModelKind[], after: Set<number>): void => {
    if (
      kinds.length > 1
        ? model.goesBackInTime(kinds, after)
        : model.onCycles([...kinds, 'realtime'], after).length > 0
    )
      names.add(name);
  };
  const g0 = circle('G0', ['ww'], new Set());
  const g0Process = circle('G0-process', ['ww', 'process'], unite(g0));
  inTime('G0-realtime', ['ww'], unite(g0, g0Process));
  const g1c = circle('G1c', ['wr'], new Set());
  const g1cProcess = circle('G1c-process', ['wr', 'process'], unite(g1c));
  inTime('G1c-realtime', ['wr'], unite(g1c, g1cProcess));
  const mixed = circle('G1c ww', ['ww', 'wr'], unite(g1c));
  const mixedProcess = circle('G1c-process ww', ['ww', 'wr', 'process'], unite(g1c, g1cProcess, mixed));
  inTime('G1c-realtime ww', ['ww', 'wr'], unite(g1c, g1cProcess, mixed, mixedProcess));
  return { names, groups };
}

const nameOf = ({ name, evidence }: Anomaly): string =>
  name.startsWith('G1c') && evidence.throughWrites === true ? `${name} ww` : name;

const find = (history: History): Anomaly[] =>
  findAnomalies(history, null, transactionalDetectors).filter(({ name }) => name !== 'precommitted-read');

describe('cycles of any history', () => {
  it('are found exactly when a model that tries everything has them', () => {
    fc.assert(
      fc.property(situation, (drawnNow) => {
        const { history, logs } = historyOf(drawnNow);
        const model = new CycleModel(history, knownOf(history, logs));
        const names = new Set(find(history).map(nameOf));
        const { names: wanted } = expected(model);
        expect([...names].sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 800 },
    );
  });

  it('are shown by steps that hold, from each operation to the next and back to the first', () => {
    fc.assert(
      fc.property(situation, (drawnNow) => {
        const { history, logs } = historyOf(drawnNow);
        const model = new CycleModel(history, knownOf(history, logs));
        for (const anomaly of find(history)) {
          const steps = anomaly.evidence.steps as Step[];
          const at = (name: string): number =>
            model.operations.findIndex((operation) => operation.name === name);
          steps.forEach(({ from, to, because }, i) => {
            expect(model.has(at(from), at(to), [because]), `${because}: ${from} -> ${to}`).toBe(true);
            expect(to).toBe(steps[(i + 1) % steps.length]!.from);
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are the shortest there are', () => {
    fc.assert(
      fc.property(situation, (drawnNow) => {
        const { history, logs } = historyOf(drawnNow);
        const model = new CycleModel(history, knownOf(history, logs));
        const { groups } = expected(model);
        const kinds: Record<string, ModelKind[]> = { G0: ['ww'], G1c: ['wr'], 'G1c ww': ['ww', 'wr'] };
        for (const [name, along] of Object.entries(kinds)) {
          const lengths = find(history)
            .filter((anomaly) => nameOf(anomaly) === name)
            .map(({ evidence }) => (evidence.steps as Step[]).length);
          const shortest = groups.get(name)!.map((group) => model.shortest(group, along));
          expect(lengths.sort()).toEqual(shortest.sort());
        }
      }),
      { numRuns: 300 },
    );
  });
});
