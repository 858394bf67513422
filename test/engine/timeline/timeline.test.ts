import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SnapshotRegistry, TimelineMap, TimelineSet, TimelineValue } from '../../../engine/timeline/index.ts';

/** The structures as a copy for each snapshot. */
interface Model {
  map: Map<number, number>;
  members: Set<number>;
  value: number;
}

const key = fc.integer({ min: 0, max: 5 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), key, value: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop' as const), key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('value' as const), value: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('revert' as const), pick: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('forget' as const), pick: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
);

describe('timeline structures', () => {
  it('read and go back as copies for each snapshot would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const registry = new SnapshotRegistry();
        const map = new TimelineMap<number, number>(registry);
        const members = new TimelineSet<number>(registry);
        const value = new TimelineValue(registry, -1);
        let model: Model = { map: new Map(), members: new Set(), value: -1 };
        let snapshots: { readonly offset: number; readonly state: Model }[] = [];
        let offset = 0;
        for (const step of steps) {
          switch (step.kind) {
            case 'set':
              map.set(step.key, step.value);
              model.map.set(step.key, step.value);
              break;
            case 'delete':
              expect(map.delete(step.key)).toBe(model.map.delete(step.key));
              break;
            case 'add':
              expect(members.add(step.key)).toBe(!model.members.has(step.key));
              model.members.add(step.key);
              break;
            case 'drop':
              expect(members.delete(step.key)).toBe(model.members.delete(step.key));
              break;
            case 'value':
              value.set(step.value);
              model.value = step.value;
              break;
            case 'clear':
              map.clear();
              members.clear();
              model.map.clear();
              model.members.clear();
              break;
            case 'snapshot':
              offset += 3;
              registry.snapshot(offset);
              registry.snapshot(offset);
              snapshots.push({ offset, state: copy(model) });
              break;
            case 'revert': {
              const at = snapshots[step.pick % Math.max(snapshots.length, 1)];
              if (at === undefined) break;
              registry.revertTo(at.offset);
              snapshots = snapshots.filter((snapshot) => snapshot.offset <= at.offset);
              model = copy(at.state);
              offset = at.offset;
              break;
            }
            case 'forget': {
              const at = snapshots[step.pick % Math.max(snapshots.length, 1)];
              if (at === undefined) break;
              registry.deleteUpTo(at.offset);
              snapshots = snapshots.filter((snapshot) => snapshot.offset >= at.offset);
              break;
            }
            case 'reset':
              registry.reset();
              snapshots = [];
              break;
          }
          expect(registry.offsets).toEqual(snapshots.map((snapshot) => snapshot.offset));
          expectEqual(map, members, value, model, undefined);
          for (const snapshot of snapshots) expectEqual(map, members, value, snapshot.state, snapshot.offset);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep the order of insertion in the newest state', () => {
    const map = new TimelineMap<string, number>(new SnapshotRegistry());
    for (const name of ['c', 'a', 'b']) map.set(name, 1);
    map.set('c', 2);
    expect([...map.keys()]).toEqual(['c', 'a', 'b']);
  });

  it('see a structure that was made after a snapshot as empty there', () => {
    const registry = new SnapshotRegistry();
    registry.snapshot(5);
    const late = new TimelineMap<string, number>(registry);
    late.set('a', 1);
    expect(late.get('a', 5)).toBeUndefined();
    expect(late.sizeAt(5)).toBe(0);
    registry.revertTo(5);
    expect(late.size).toBe(0);
  });

  it('find the newest snapshot that is not above an offset', () => {
    const registry = new SnapshotRegistry();
    for (const offset of [4, 7, 9]) registry.snapshot(offset);
    expect([3, 4, 8, 9, 12].map((offset) => registry.newestUpTo(offset))).toEqual([4, 4, 7, 9, 9]);
  });
});

function copy(model: Model): Model {
  return { map: new Map(model.map), members: new Set(model.members), value: model.value };
}

function expectEqual(
  map: TimelineMap<number, number>,
  members: TimelineSet<number>,
  value: TimelineValue<number>,
  model: Model,
  atOffset: number | undefined,
): void {
  expect(new Map(map.entries(atOffset))).toEqual(model.map);
  expect(new Set(members.values(atOffset))).toEqual(model.members);
  expect(value.get(atOffset)).toBe(model.value);
  for (let key = 0; key <= 5; key++) {
    expect(map.get(key, atOffset)).toBe(model.map.get(key));
    expect(map.has(key, atOffset)).toBe(model.map.has(key));
    expect(members.has(key, atOffset)).toBe(model.members.has(key));
  }
}
