import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeRisk,
  drawPlacement,
  type PlacedBroker,
  type PlacedPartition,
  repairPlacement,
  risksOf,
} from '../../../sim/placement/index.ts';

/** Broker `i` stands in fault domain `i mod faults` and update domain `i div faults mod updates`. */
function grid(count: number, faults: number, updates: number): PlacedBroker[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    domains: { fault: `fd${i % faults}`, update: `ud${Math.floor(i / faults) % updates}` },
  }));
}

function partition(replicas: readonly number[], minIsr = 2): PlacedPartition {
  return { topic: 'orders', partition: 0, replicas, minIsr };
}

describe('a placement over fault and update domains', () => {
  it('is at risk when a domain holds more replicas than the partition can miss', () => {
    const brokers = grid(6, 3, 2);
    const [risk, ...others] = risksOf(brokers, [partition([1, 4, 2])]);
    expect(describeRisk(risk!, 3)).toBe(
      'orders-0: fault domain fd0 holds 2 of 3 replicas (1, 4), and the partition can miss 1',
    );
    // Brokers 1 and 2 are rebooted together as well.
    expect(others.map(({ dimension, domain }) => `${dimension} ${domain}`)).toEqual(['update ud0']);
  });

  it('is mended with the fewest moves, and the preferred leader stays where it can', () => {
    // Three fault domains and three update domains: 1, 5 and 9 stand on the diagonal.
    const brokers = grid(9, 3, 3);
    const { moved } = repairPlacement(brokers, [partition([1, 5, 2])]);
    expect(moved).toEqual([partition([1, 5, 9])]);
    expect(repairPlacement(brokers, moved)).toEqual({ moved: [], impossible: [] });
  });

  it('says what is missing when no set of brokers would do', () => {
    const reasons = (brokers: PlacedBroker[], each: PlacedPartition): string[] =>
      repairPlacement(brokers, [each]).impossible.map(({ reason }) => reason);
    expect(reasons(grid(4, 2, 2), partition([1, 2, 3]))).toEqual([
      '3 replicas with min.insync.replicas 2 need 3 fault domains, and there are 2: add one, or raise the replication factor',
    ]);
    expect(reasons(grid(3, 3, 3), partition([1, 2, 3], 3))[0]).toMatch(/can miss none: lower min\.insync/);
  });

  it('survives four replicas on two fault domains, as a cloud with two of them does it', () => {
    expect(risksOf(grid(4, 2, 2), [partition([1, 2, 3, 4])])).toEqual([]);
  });

  it('of the controller is safe over racks alone, and not over a second dimension that it does not know', () => {
    const topics = [{ name: 'orders', partitions: 30, replicationFactor: 3, minIsr: 2 }];
    const brokers = grid(9, 3, 3);
    const drawn = drawPlacement(brokers, 'fault', topics, '1');
    const risks = risksOf(brokers, drawn);
    expect(risks.filter(({ dimension }) => dimension === 'fault')).toEqual([]);
    expect(risks.length).toBeGreaterThan(0);
    const { moved, impossible } = repairPlacement(brokers, drawn);
    expect(impossible).toEqual([]);
    const mended = drawn.map((each) => moved.find(({ partition: p }) => p === each.partition) ?? each);
    expect(risksOf(brokers, mended)).toEqual([]);
  });

  it('is mended whenever it can be, with no more moves than needed', () => {
    const wish = fc
      .record({
        brokers: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 })), {
          minLength: 3,
          maxLength: 7,
        }),
        replicationFactor: fc.integer({ min: 1, max: 3 }),
        minIsr: fc.integer({ min: 1, max: 3 }),
        shift: fc.nat(20),
      })
      .map(({ brokers, replicationFactor, minIsr, shift }) => ({
        brokers: brokers.map(([fault, update], i) => ({
          id: i + 1,
          domains: { fault: `fd${fault}`, update: `ud${update}` },
        })),
        before: partition(
          Array.from({ length: replicationFactor }, (_, i) => ((shift + i) % brokers.length) + 1),
          minIsr,
        ),
      }));
    const property = fc.property(wish, ({ brokers, before }) => {
      const { moved, impossible } = repairPlacement(brokers, [before]);
      const safe = subsets(brokers, before.replicas.length).filter(
        (replicas) => risksOf(brokers, [{ ...before, replicas }]).length === 0,
      );
      expect(impossible.length).toBe(safe.length === 0 ? 1 : 0);
      if (safe.length === 0) return;
      const after = moved[0] ?? before;
      expect(risksOf(brokers, [after])).toEqual([]);
      const kept = (replicas: readonly number[]): number =>
        replicas.filter((id) => before.replicas.includes(id)).length;
      expect(kept(after.replicas)).toBe(Math.max(...safe.map(kept)));
    });
    fc.assert(property, { numRuns: 300 });
  });
});

function subsets(brokers: readonly PlacedBroker[], size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return brokers.flatMap(({ id }, i) =>
    i < from ? [] : subsets(brokers, size - 1, i + 1).map((rest) => [id, ...rest]),
  );
}
