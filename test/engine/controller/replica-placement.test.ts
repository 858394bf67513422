import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsableBroker } from '../../../engine/controller/broker-heartbeats.ts';
import { placeReplicas } from '../../../engine/controller/replica-placement.ts';
import { seededRandom } from './stage.ts';

const clusters = fc.record({
  racks: fc.array(fc.constantFrom(null, 'a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 }),
  fenced: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
  partitions: fc.integer({ min: 1, max: 30 }),
  factor: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
});

type Cluster = typeof clusters extends fc.Arbitrary<infer T> ? T : never;

function place(cluster: Cluster): { brokers: UsableBroker[]; placement: ReturnType<typeof placeReplicas> } {
  const brokers = cluster.racks.map((rack, at) => ({
    id: at + 1,
    rack,
    fenced: cluster.fenced[at] ?? false,
  }));
  const placement = placeReplicas(brokers, cluster.partitions, cluster.factor, seededRandom(cluster.seed));
  return { brokers, placement };
}

describe('placement', () => {
  it('puts replicas on distinct brokers, the leader on an unfenced one, or says why it cannot', () => {
    fc.assert(
      fc.property(clusters, (cluster) => {
        const { brokers, placement } = place(cluster);
        const unfenced = brokers.filter((broker) => !broker.fenced).map((broker) => broker.id);
        if ('error' in placement) {
          expect(unfenced.length === 0 || cluster.factor > brokers.length).toBe(true);
          return;
        }
        expect(placement).toHaveLength(cluster.partitions);
        for (const replicas of placement) {
          expect(replicas).toHaveLength(cluster.factor);
          expect(new Set(replicas).size).toBe(cluster.factor);
          expect(unfenced).toContain(replicas[0]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('spreads over racks: no rack holds two replicas while another could hold one more', () => {
    fc.assert(
      fc.property(clusters, (cluster) => {
        const { brokers, placement } = place({ ...cluster, fenced: [] });
        if ('error' in placement) return;
        const rackOf = new Map(brokers.map((broker) => [broker.id, broker.rack]));
        const sizes = new Map<string | null, number>();
        for (const broker of brokers) sizes.set(broker.rack, (sizes.get(broker.rack) ?? 0) + 1);
        for (const replicas of placement) {
          const held = new Map<string | null, number>();
          for (const id of replicas) {
            const rack = rackOf.get(id) ?? null;
            held.set(rack, (held.get(rack) ?? 0) + 1);
          }
          for (const [rack, count] of held) {
            for (const [other, size] of sizes) {
              const there = held.get(other) ?? 0;
              const detail = `${rack} holds ${count}, ${other} holds ${there} of ${size}`;
              expect(there >= size || there >= count - 1, detail).toBe(true);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('prefers unfenced brokers within a rack', () => {
    const brokers = [1, 2, 3, 4].map((id) => ({ id, rack: null, fenced: id === 2 }));
    const placement = placeReplicas(brokers, 40, 3, seededRandom(3));
    if ('error' in placement) throw new Error(placement.error);
    for (const replicas of placement) expect(replicas.toSorted()).toEqual([1, 3, 4]);
  });

  it('gives every unfenced broker the same number of leaderships, give or take one a round', () => {
    const brokers = [1, 2, 3].map((id) => ({ id, rack: `r${id}`, fenced: false }));
    const placement = placeReplicas(brokers, 300, 3, seededRandom(5));
    if ('error' in placement) throw new Error(placement.error);
    const led = [0, 0, 0, 0];
    for (const replicas of placement) led[replicas[0] ?? 0] = (led[replicas[0] ?? 0] ?? 0) + 1;
    for (const count of led.slice(1)) expect(Math.abs(count - 100)).toBeLessThanOrEqual(20);
  });

  it('is the same for the same seed and another for another', () => {
    const brokers = [1, 2, 3, 4, 5].map((id) => ({ id, rack: null, fenced: false }));
    const draw = (seed: number) => JSON.stringify(placeReplicas(brokers, 10, 3, seededRandom(seed)));
    expect(draw(1)).toBe(draw(1));
    expect(new Set([1, 2, 3, 4, 5].map(draw)).size).toBeGreaterThan(1);
  });
});
