import { describe, expect, it } from 'vitest';
import { ConsumerGroup, type GroupShard, type LoadedShard } from '../../../engine/coordinator/index.ts';
import { CONSUMER_OFFSETS } from '../../../engine/metadata/index.ts';
import { differenceFromModel, validateReload, validateViews } from '../../../sim/check/index.ts';
import {
  current,
  GroupStory,
  generation,
  groupEpoch,
  living,
  member,
  O,
  position,
  target,
  targetEpoch,
} from './group-facts.ts';
import { cluster, leading } from './views.ts';

/** A consumer group of one member, a position, and one that a transaction has pending. */
function story(): GroupStory {
  return new GroupStory()
    .decides(
      member('m1'),
      groupEpoch(1),
      target('m1', [0, 1]),
      targetEpoch(1),
      current('m1', 1, { owns: [0, 1] }),
    )
    .commits('m1', 1, 5)
    .writes(7, position(9, 1))
    .replicates();
}

/** What a broker that leads the partition and has these batches is found to be. */
function found(loaded: LoadedShard<GroupShard>, of: GroupStory): string[] {
  const leader = leading(CONSUMER_OFFSETS, O, of.batches, of.end);
  const views = cluster({ replicas: { 1: [leader] }, broker: { 1: { groupShards: () => [loaded] } } });
  return validateReload(0, views, null).map(({ message }) => message);
}

describe('CoordinatorReload', () => {
  it('says nothing of a coordinator that has what its log says', () => {
    const of = story();
    expect(found(living(of), of)).toEqual([]);
    expect(differenceFromModel(living(of), O, of.checks.shadow.groups)).toBe(null);
  });

  it('fires when the coordinator has forgotten, or made up, something', () => {
    const forgot = [
      [
        (of: GroupStory) => of.decides(position(6)),
        'position of g in orders-0 is 5 (record 5), there 6 (record 7)',
      ],
      [(of: GroupStory) => of.decides(groupEpoch(2)), 'group g is consumer, epoch 1'],
      [
        (of: GroupStory) => of.decides(current('m1', 1, { owns: [0] })),
        'member m1 is dynamic, epoch 1 after 0',
      ],
      [(of: GroupStory) => of.decides(target('m1', [0])), 'target of m1'],
      [(of: GroupStory) => of.ends(7, 'commit'), 'pending position of g in orders-1 by producer 7'],
      [(of: GroupStory) => of.ends(7, 'abort'), 'pending position of g in orders-1 by producer 7'],
    ] as const;
    for (const [more, what] of forgot) {
      const before = living(story());
      const of = more(story());
      const late = { ...before, writtenOffset: of.end };
      expect(found(late, of).join(), what).toContain(what);
      expect(differenceFromModel(late, O, of.checks.shadow.groups), what).toContain(
        'and the records that were replicated differ',
      );
    }
  });

  it('fires for a classic group with another assignment', () => {
    const of = (partitions: readonly number[]) =>
      new GroupStory().decides(generation(1, { m1: { partitions } }));
    expect(found(living(of([0])), of([0]))).toEqual([]);
    expect(found(living(of([0])), of([1]))[0]).toContain('group g member m1');
  });

  it('fires when the shard is not where its log ends, and when the log cannot be replayed', () => {
    const of = story();
    const loaded = living(of);
    expect(found({ ...loaded, writtenOffset: of.end - 1 }, of)[0]).toContain('has applied it up to');
    of.batches.push(new Uint8Array(5));
    expect(found(loaded, of)[0]).toContain('a reload fails');
  });
});

describe('ValidStableGroupState and ValidPartitionEpoch', () => {
  const fired = (of: GroupStory, spoil = (_group: ConsumerGroup) => {}) => {
    const { groups } = living(of).shard;
    for (const group of groups.values()) if (group instanceof ConsumerGroup) spoil(group);
    const views = cluster({
      replicas: { 1: [], 2: [], 3: [] },
      broker: { 1: { groups: () => groups.values() } },
    });
    return validateViews(0, views)
      .filter(({ evidence }) => evidence.group === 'g')
      .map(({ check }) => check);
  };

  it('say nothing of a group that has what it shall have', () => {
    expect(fired(story())).toEqual([]);
  });

  it('fire for a member that has other partitions than its target, and for one that nobody guards', () => {
    expect(fired(story().decides(target('m1', [0])))).toEqual(['ValidStableGroupState']);
    expect(fired(story().decides(current('m1', 1, { owns: [0] })))).toEqual(['ValidStableGroupState']);
    const forget = (group: ConsumerGroup) => group.owners.update(group.member('m1')!, null);
    expect(fired(story(), forget)).toEqual(['ValidPartitionEpoch']);
  });
});
