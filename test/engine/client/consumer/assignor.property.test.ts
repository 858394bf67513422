import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  Assign,
  AssignedMember,
  Assignments,
  TopicRacks,
} from '../../../../engine/client/consumer/assignor/assignor.ts';
import { assignCooperativeSticky } from '../../../../engine/client/consumer/assignor/cooperative-sticky.ts';
import { idOf } from '../../../../engine/client/consumer/assignor/previous-owners.ts';
import { assignRange } from '../../../../engine/client/consumer/assignor/range.ts';
import { assignRoundRobin } from '../../../../engine/client/consumer/assignor/round-robin.ts';
import { assignSticky } from '../../../../engine/client/consumer/assignor/sticky.ts';
import { encodeStickyUserData } from '../../../../engine/client/consumer/assignor/sticky-user-data.ts';

const TOPICS = ['a', 'b', 'c'];
const RUNS = { numRuns: 300 };

function member(memberId: string, topics: readonly string[], rackId: string | null = null): AssignedMember {
  return {
    memberId,
    groupInstanceId: null,
    topics,
    ownedPartitions: [],
    generationId: -1,
    rackId,
    userData: null,
  };
}

const topicsArbitrary = fc
  .tuple(...TOPICS.map(() => fc.array(fc.subarray(['r1', 'r2', 'r3'], { minLength: 1 }), { maxLength: 9 })))
  .map(
    (racks) =>
      new Map<string, TopicRacks>(
        TOPICS.flatMap((topic, i) => (racks[i]!.length > 0 ? [[topic, racks[i]!]] : [])),
      ),
  );

function membersArbitrary(isUniform: boolean, hasRacks: boolean) {
  const rack = hasRacks ? fc.constantFrom('r1', 'r2', 'r3', null) : fc.constant(null);
  const one = fc.tuple(isUniform ? fc.constant(TOPICS) : fc.subarray(TOPICS, { minLength: 1 }), rack);
  return fc
    .array(one, { minLength: 1, maxLength: 6 })
    .map((all) => all.map(([topics, rackId], i) => member(`m${i}`, topics, rackId)));
}

/** A leader looks up only what somebody subscribes to. */
function wantedOf(
  topics: ReadonlyMap<string, TopicRacks>,
  members: readonly AssignedMember[],
): Map<string, TopicRacks> {
  return new Map([...topics].filter(([topic]) => members.some((each) => each.topics.includes(topic))));
}

/** Everything that somebody wants is given to exactly one of those who want it. */
function checkValid(
  topics: ReadonlyMap<string, TopicRacks>,
  members: readonly AssignedMember[],
  all: Assignments,
): void {
  expect([...all.keys()].sort()).toEqual(members.map(({ memberId }) => memberId).sort());
  const given = new Map<string, string>();
  for (const { memberId, topics: wanted } of members) {
    for (const each of all.get(memberId)!) {
      expect(wanted).toContain(each.topic);
      expect(each.partition).toBeLessThan(topics.get(each.topic)!.length);
      expect(given.has(idOf(each))).toBe(false);
      given.set(idOf(each), memberId);
    }
  }
  let expected = 0;
  for (const [topic, racks] of topics) {
    if (members.some((each) => each.topics.includes(topic))) expected += racks.length;
  }
  expect(given.size).toBe(expected);
}

function sizesOf(all: Assignments): number[] {
  return [...all.values()].map((partitions) => partitions.length);
}

/** What the members say when they join next. */
function remembering(
  members: readonly AssignedMember[],
  all: Assignments,
  generation: number,
): AssignedMember[] {
  return members.map((each) => {
    const owned = all.get(each.memberId) ?? [];
    return {
      ...each,
      ownedPartitions: owned,
      generationId: generation,
      userData: encodeStickyUserData(owned, generation),
    };
  });
}

const ALL: readonly (readonly [string, Assign])[] = [
  ['range', assignRange],
  ['roundrobin', assignRoundRobin],
  ['sticky', assignSticky],
  ['cooperative-sticky', assignCooperativeSticky],
];

describe.each(ALL)('%s', (_, assign) => {
  test('gives everything that is wanted to exactly one of those who want it, whatever the racks', () => {
    for (const isUniform of [true, false]) {
      fc.assert(
        fc.property(topicsArbitrary, membersArbitrary(isUniform, true), (given, members) => {
          const topics = wantedOf(given, members);
          checkValid(topics, members, assign(topics, members));
        }),
        RUNS,
      );
    }
  });

  test('does not depend on the order of the members', () => {
    fc.assert(
      fc.property(topicsArbitrary, membersArbitrary(true, false), (given, members) => {
        const topics = wantedOf(given, members);
        const there = assign(topics, members);
        const back = assign(topics, members.toReversed());
        for (const { memberId } of members) expect(back.get(memberId)).toEqual(there.get(memberId));
      }),
      RUNS,
    );
  });
});

describe('range', () => {
  test('gives consecutive partitions, the first members one more', () => {
    const members = ['m2', 'm0', 'm1'].map((id) => member(id, ['a']));
    const all = assignRange(new Map([['a', [[], [], [], [], []]]]), members);
    expect(['m0', 'm1', 'm2'].map((id) => all.get(id)!.map(({ partition }) => partition))).toEqual([
      [0, 1],
      [2, 3],
      [4],
    ]);
  });

  test('static members come first, by their own names', () => {
    const a = { ...member('z', ['a']), groupInstanceId: 'i2' };
    const b = { ...member('y', ['a']), groupInstanceId: 'i1' };
    const all = assignRange(new Map([['a', [[], [], []]]]), [member('b', ['a']), a, b]);
    expect(
      [...all].map(([id, partitions]) => `${id}${partitions.map(({ partition }) => partition)}`).sort(),
    ).toEqual(['b2', 'y0', 'z1']);
  });

  test('a member near a replica goes first, as far as its share goes', () => {
    const racks = [['r1'], ['r2'], ['r1'], ['r2']];
    const all = assignRange(new Map([['a', racks]]), [member('m0', ['a'], 'r2'), member('m1', ['a'], 'r1')]);
    expect(all.get('m0')!.map(({ partition }) => partition)).toEqual([1, 3]);
  });
});

describe.each([
  ['sticky', assignSticky],
  ['cooperative-sticky', assignCooperativeSticky],
] as const)('%s', (name, assign) => {
  test('members that want the same have the same but for one', () => {
    fc.assert(
      fc.property(topicsArbitrary, membersArbitrary(true, true), (given, members) => {
        const topics = wantedOf(given, members);
        const sizes = sizesOf(assign(topics, members));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  test('nobody could take something from somebody who has at least two more', () => {
    fc.assert(
      fc.property(topicsArbitrary, membersArbitrary(false, false), (given, members) => {
        const topics = wantedOf(given, members);
        const all = assign(topics, members);
        for (const { memberId, topics: wanted } of members) {
          for (const [other, partitions] of all) {
            if (partitions.length < all.get(memberId)!.length + 2) continue;
            const takeable = partitions.filter(({ topic }) => wanted.includes(topic));
            expect(takeable, `${memberId} could take from ${other}`).toEqual([]);
          }
        }
      }),
      RUNS,
    );
  });

  test.each([true, false])('nothing moves when nothing changes (uniform %s)', (isUniform) => {
    fc.assert(
      fc.property(topicsArbitrary, membersArbitrary(isUniform, false), (given, members) => {
        const topics = wantedOf(given, members);
        const first = assign(topics, members);
        const second = assign(topics, remembering(members, first, 1));
        for (const { memberId } of members) {
          expect(second.get(memberId)!.map(idOf).sort()).toEqual(first.get(memberId)!.map(idOf).sort());
        }
      }),
      RUNS,
    );
  });

  test('who stays keeps all that it had when somebody leaves', () => {
    fc.assert(
      fc.property(topicsArbitrary, membersArbitrary(true, false), (given, members) => {
        const topics = wantedOf(given, members);
        fc.pre(members.length > 1);
        const first = assign(topics, members);
        const rest = members.slice(1);
        const second = assign(topics, remembering(rest, first, 1));
        for (const { memberId } of rest) {
          const now = second.get(memberId)!.map(idOf);
          for (const each of first.get(memberId)!) expect(now).toContain(idOf(each));
        }
      }),
      RUNS,
    );
  });

  test.each([true, false])('what a topic has no longer is nobody’s (uniform %s)', (isUniform) => {
    const smaller = fc.tuple(
      topicsArbitrary,
      membersArbitrary(isUniform, false),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(smaller, ([given, members, count]) => {
        const topics = wantedOf(given, members);
        const before = remembering(members, assign(topics, members), 1);
        const madeAgain = new Map([...topics].map(([topic, racks]) => [topic, racks.slice(0, count)]));
        const between = assign(madeAgain, before);
        // What moves is withheld at first, where the protocol is cooperative.
        checkValid(madeAgain, members, assign(madeAgain, remembering(members, between, 2)));
      }),
      RUNS,
    );
  });

  test('of two that claim a partition the one of the newer generation has it', () => {
    const topics = new Map([['a', [[], []]]]);
    const owned = [{ topic: 'a', partition: 0 }];
    const claim = (id: string, generationId: number) => ({
      ...member(id, ['a']),
      ownedPartitions: owned,
      generationId,
      userData: encodeStickyUserData(owned, generationId),
    });
    for (const members of [
      [claim('m0', 4), claim('m1', 5)],
      [claim('m1', 5), claim('m0', 4)],
    ]) {
      expect(assign(topics, members).get('m1')!.map(idOf)).toEqual(['a-0']);
    }
    expect(name).toBeTruthy();
  });
});

describe('cooperative-sticky', () => {
  test.each([true, false])(
    'what somebody owns is given to nobody else in the same round, and given in the next (uniform %s)',
    (isUniform) => {
      fc.assert(
        fc.property(
          topicsArbitrary,
          membersArbitrary(isUniform, false),
          fc.array(fc.nat(20), { maxLength: 27 }),
          (given, members, owners) => {
            const topics = wantedOf(given, members);
            // Any owners at all, as they may come of whatever happened before.
            const owned: Assignments = new Map(members.map(({ memberId }) => [memberId, []]));
            let i = 0;
            for (const [topic, racks] of topics) {
              for (let partition = 0; partition < racks.length; partition++, i++) {
                const owner = members[(owners[i] ?? 0) % members.length]!;
                if (owner.topics.includes(topic) && (owners[i] ?? 0) % 3 > 0)
                  owned.get(owner.memberId)!.push({ topic, partition });
              }
            }
            const round = assignCooperativeSticky(topics, remembering(members, owned, 3));
            for (const [memberId, partitions] of owned) {
              const mine = new Set(partitions.map(idOf));
              for (const [other, given] of round) {
                if (other !== memberId) expect(given.filter((each) => mine.has(idOf(each)))).toEqual([]);
              }
            }
            // Its owners give up what they are to, and join again: soon everything is somebody's.
            let next = round;
            for (let generation = 4; generation < 9; generation++) {
              next = assignCooperativeSticky(topics, remembering(members, next, generation));
            }
            checkValid(topics, members, next);
          },
        ),
        RUNS,
      );
    },
  );
});
