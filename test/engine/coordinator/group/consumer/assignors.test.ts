import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type GroupAssignment,
  type GroupSpec,
  type MemberSpec,
  type PartitionAssignor,
  rangeAssignor,
  uniformAssignor,
} from '../../../../../engine/coordinator/group/consumer/index.ts';

type Assignments = Exclude<GroupAssignment, string>;

const ALL = ['t0', 't1', 't2', 't3'];
const MEMBERS = ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6'];

function assign(assignor: PartitionAssignor, spec: GroupSpec): Assignments {
  const assigned = assignor.assign(spec);
  if (typeof assigned === 'string') throw new Error(assigned);
  return assigned;
}

function specOf(
  subscriptions: Readonly<Record<string, readonly string[]>>,
  counts: Readonly<Record<string, number>>,
  last: Assignments = new Map(),
  instances: Readonly<Record<string, string>> = {},
): GroupSpec {
  const members: MemberSpec[] = Object.keys(subscriptions)
    .sort()
    .map((memberId) => ({
      memberId,
      instanceId: instances[memberId] ?? null,
      rackId: null,
      topicIds: subscriptions[memberId]!.filter((topic) => counts[topic] !== undefined).sort(),
      assignment: last.get(memberId) ?? new Map(),
    }));
  const isHomogeneous = new Set(members.map(({ topicIds }) => topicIds.join())).size <= 1;
  return { members, isHomogeneous, partitionCount: (topic) => counts[topic] ?? -1 };
}

function ownersOf(assigned: Assignments): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [memberId, assignment] of assigned) {
    for (const [topic, partitions] of assignment) {
      expect(partitions.length).toBeGreaterThan(0);
      expect([...partitions].sort((one, other) => one - other)).toEqual(partitions);
      for (const partition of partitions) {
        expect(owners.has(`${topic}-${partition}`), `${topic}-${partition} twice`).toBe(false);
        owners.set(`${topic}-${partition}`, memberId);
      }
    }
  }
  return owners;
}

function loadsOf(spec: GroupSpec, owners: ReadonlyMap<string, string>): number[] {
  const loads = new Map(spec.members.map(({ memberId }) => [memberId, 0]));
  for (const owner of owners.values()) loads.set(owner, loads.get(owner)! + 1);
  return [...loads.values()];
}

/** Everything that somebody subscribes to has one owner, who does. */
function checkComplete(spec: GroupSpec, assigned: Assignments): Map<string, string> {
  const owners = ownersOf(assigned);
  const wanted = new Set<string>();
  for (const { memberId, topicIds } of spec.members) {
    for (const topic of topicIds) {
      for (let at = 0; at < spec.partitionCount(topic); at += 1) wanted.add(`${topic}-${at}`);
    }
    for (const topic of assigned.get(memberId)?.keys() ?? []) expect(topicIds).toContain(topic);
  }
  expect([...owners.keys()].sort()).toEqual([...wanted].sort());
  return owners;
}

const counts = fc.record(Object.fromEntries(ALL.map((topic) => [topic, fc.integer({ min: 1, max: 9 })])));
const members = fc.subarray(MEMBERS, { minLength: 1 });
const alike = fc.tuple(members, fc.subarray(ALL, { minLength: 1 })).map(([ids, topics]) => {
  return Object.fromEntries(ids.map((id) => [id, topics]));
});
const different = members.chain((ids) =>
  fc.record(Object.fromEntries(ids.map((id) => [id, fc.subarray(ALL)]))),
) as fc.Arbitrary<Record<string, readonly string[]>>;

describe('the uniform assignor', () => {
  test('with equal subscriptions is even within one, and moves only what it must', () => {
    fc.assert(
      fc.property(alike, members, counts, (subscriptions, laterIds, partitions) => {
        const spec = specOf(subscriptions, partitions);
        const first = assign(uniformAssignor, spec);
        const owners = checkComplete(spec, first);
        const loads = loadsOf(spec, owners);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        // The same again changes nothing.
        const again = assign(uniformAssignor, specOf(subscriptions, partitions, first));
        expect(ownersOf(again)).toEqual(owners);
        // Others come and go: a member loses no more than what is beyond its new share.
        const topics = Object.values(subscriptions)[0]!;
        const later = specOf(Object.fromEntries(laterIds.map((id) => [id, topics])), partitions, first);
        const next = checkComplete(later, assign(uniformAssignor, later));
        const laterLoads = loadsOf(later, next);
        expect(Math.max(...laterLoads) - Math.min(...laterLoads)).toBeLessThanOrEqual(1);
        const quota = Math.floor(owners.size / laterIds.length);
        for (const id of laterIds) {
          const had = [...owners].filter(([, owner]) => owner === id).map(([partition]) => partition);
          const kept = had.filter((partition) => next.get(partition) === id).length;
          expect(kept).toBeGreaterThanOrEqual(Math.min(had.length, quota));
        }
      }),
      { numRuns: 400 },
    );
  });

  test('with different subscriptions is complete, and nobody could hand one to somebody with two fewer', () => {
    fc.assert(
      fc.property(different, different, counts, (subscriptions, later, partitions) => {
        const spec = { ...specOf(subscriptions, partitions), isHomogeneous: false };
        const first = assign(uniformAssignor, spec);
        const owners = checkComplete(spec, first);
        expectBalanced(spec, owners);
        const again = { ...specOf(subscriptions, partitions, first), isHomogeneous: false };
        expect(ownersOf(assign(uniformAssignor, again))).toEqual(owners);
        const next = { ...specOf(later, partitions, first), isHomogeneous: false };
        expectBalanced(next, checkComplete(next, assign(uniformAssignor, next)));
      }),
      { numRuns: 400 },
    );
  });

  test('gives a new topic’s partitions out without moving any', () => {
    const subscriptions = { m0: ['t0', 't1'], m1: ['t0', 't1'] };
    const first = assign(uniformAssignor, specOf(subscriptions, { t0: 4 }));
    const next = ownersOf(assign(uniformAssignor, specOf(subscriptions, { t0: 4, t1: 2 }, first)));
    for (const [partition, owner] of ownersOf(first)) expect(next.get(partition)).toBe(owner);
    expect(loadsOf(specOf(subscriptions, { t0: 4 }), next)).toEqual([3, 3]);
  });

  test('says which topic it does not know', () => {
    const spec = specOf({ m0: ['t0'] }, { t0: 1 });
    expect(uniformAssignor.assign({ ...spec, partitionCount: () => -1 })).toContain('t0');
    expect(rangeAssignor.assign({ ...spec, partitionCount: () => -1 })).toContain('t0');
  });
});

describe('the range assignor', () => {
  test('cuts each topic into ranges, equal ones alike', () => {
    fc.assert(
      fc.property(different, counts, (subscriptions, partitions) => {
        const spec = specOf(subscriptions, partitions);
        const assigned = assign(rangeAssignor, spec);
        checkComplete(spec, assigned);
        for (const assignment of assigned.values()) {
          for (const range of assignment.values()) {
            expect(range.at(-1)! - range[0]!).toBe(range.length - 1);
          }
        }
        for (const topic of ALL) {
          const subscribers = spec.members.filter(({ topicIds }) => topicIds.includes(topic));
          const sizes = subscribers.map(({ memberId }) => assigned.get(memberId)?.get(topic)?.length ?? 0);
          expect(Math.max(0, ...sizes) - Math.min(...sizes, 99)).toBeLessThanOrEqual(1);
        }
        for (const one of ALL) {
          for (const other of ALL) {
            const alikeTopics =
              partitions[one] === partitions[other] &&
              spec.members.every(({ topicIds }) => topicIds.includes(one) === topicIds.includes(other));
            if (!alikeTopics) continue;
            for (const assignment of assigned.values()) {
              expect(assignment.get(one)).toEqual(assignment.get(other));
            }
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test('gives a static member the same under a new member id', () => {
    const counted = { t0: 6 };
    const before = assign(
      rangeAssignor,
      specOf({ m0: ['t0'], m1: ['t0'], m2: ['t0'] }, counted, new Map(), { m1: 'i1', m2: 'i2' }),
    );
    const after = assign(
      rangeAssignor,
      specOf({ m0: ['t0'], m2: ['t0'], m9: ['t0'] }, counted, new Map(), { m9: 'i1', m2: 'i2' }),
    );
    expect(after.get('m9')).toEqual(before.get('m1'));
    expect(before.get('m1')).toEqual(new Map([['t0', [0, 1]]]));
  });
});

/** No single move would make it more even. */
function expectBalanced(spec: GroupSpec, owners: ReadonlyMap<string, string>): void {
  const loads = new Map(spec.members.map(({ memberId }) => [memberId, 0]));
  for (const owner of owners.values()) loads.set(owner, loads.get(owner)! + 1);
  for (const [partition, owner] of owners) {
    const topic = partition.slice(0, 2);
    for (const { memberId, topicIds } of spec.members) {
      if (topicIds.includes(topic)) {
        expect(
          loads.get(owner)! - loads.get(memberId)!,
          `${partition} of ${owner} to ${memberId}`,
        ).toBeLessThanOrEqual(1);
      }
    }
  }
}
