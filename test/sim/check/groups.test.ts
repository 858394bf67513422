import { describe, expect, it } from 'vitest';
import { read } from './facts.ts';
import {
  current,
  GroupStory,
  generation,
  groupEpoch,
  member,
  NOWHERE,
  O,
  position,
  target,
  targetEpoch,
} from './group-facts.ts';

const ALL = [0, 1, 2];

/** A consumer group in epoch 1: k1 has all. */
function alone(): GroupStory {
  return new GroupStory()
    .decides(member('m1'), groupEpoch(1), target('m1', ALL), targetEpoch(1), current('m1', 1, { owns: ALL }))
    .member('k1', 'm1', 1)
    .tells('assigned', 'k1', 'orders-0', 'orders-1', 'orders-2');
}

/** k2 has come: k1 is to give up a partition, and has not yet. */
function asked(): GroupStory {
  return alone().decides(
    member('m2'),
    groupEpoch(2),
    target('m1', [0, 1]),
    target('m2', [2]),
    targetEpoch(2),
    current('m2', 2),
    current('m1', 1, { owns: [0, 1], givesUp: [2] }),
  );
}

/** A classic group in generation 3: k1 and k2 share. */
function classic(): GroupStory {
  return new GroupStory()
    .decides(generation(3, { m1: { partitions: [0, 1] }, m2: { partitions: [2] } }))
    .member('k1', 'm1', 3)
    .tells('assigned', 'k1', 'orders-0', 'orders-1')
    .member('k2', 'm2', 3)
    .tells('assigned', 'k2', 'orders-2');
}

describe('checks of groups', () => {
  it('say nothing of groups that rebalance as they should', () => {
    const moved = asked()
      .tells('given up', 'k1', 'orders-2')
      .decides(current('m1', 2, { owns: [0, 1], since: 1 }))
      .decides(current('m2', 2, { owns: [2] }))
      .member('k2', 'm2', 2)
      .tells('assigned', 'k2', 'orders-2')
      .commits('m2', 2, 10);
    expect(moved.fired).toEqual([]);
    const rejoined = classic()
      .tells('given up', 'k1', 'orders-0', 'orders-1')
      .tells('given up', 'k2', 'orders-2')
      .decides(generation(4, { m2: { partitions: ALL } }))
      .member('k2', 'm2', 4)
      .tells('assigned', 'k2', 'orders-0', 'orders-1', 'orders-2')
      .commits('m2', 4, 10);
    expect(rejoined.fired).toEqual([]);
  });

  it('OneOwnerPerPartition fires when a partition is given before it is given up', () => {
    expect(asked().decides(current('m2', 2, { owns: [2] })).fired).toEqual(['OneOwnerPerPartition']);
    expect(asked().decides(current('m2', 2, { owns: [1] })).fired).toEqual(['OneOwnerPerPartition']);
    const twice = new GroupStory().decides(generation(1, { a: { partitions: [0] }, b: { partitions: [0] } }));
    expect(twice.fired).toEqual(['OneOwnerPerPartition']);
  });

  it('LegalTargetAssignment fires for a stranger, a partition given twice, one that is not there and one that nobody asked for', () => {
    const wrong = (...targets: readonly ReturnType<typeof target>[]) =>
      alone().decides(member('m2', ['other']), groupEpoch(2), ...targets, targetEpoch(2)).fired;
    expect(wrong(target('m3', []), target('m1', ALL))).toEqual(['LegalTargetAssignment']);
    expect(wrong(target('m2', [2]))).toContain('LegalTargetAssignment');
    expect(wrong(target('m1', [3]))).toEqual(['LegalTargetAssignment']);
    expect(wrong(target('m1', [0], NOWHERE))).toEqual(['LegalTargetAssignment']);
    expect(wrong(target('m1', [0, 1]), target('m2', [2]))).toEqual(['LegalTargetAssignment']);
    expect(wrong(target('m1', [0]))).toEqual([]);
  });

  it('LegalTargetAssignment fires for what a classic leader made up', () => {
    const led = (of: Parameters<typeof generation>[1]) => new GroupStory().decides(generation(1, of)).fired;
    expect(led({ m1: { partitions: [7] } })).toEqual(['LegalTargetAssignment']);
    expect(led({ m1: { partitions: [0], topic: 'other' } })).toEqual(['LegalTargetAssignment']);
    expect(led({ m1: { partitions: ALL } })).toEqual([]);
  });

  it('ValidMemberEpoch lets a member be in epoch 1 before there is a target: its pattern is not resolved', () => {
    const story = new GroupStory();
    expect(story.decides(member('k1'), current('k1', 1)).fired).toEqual([]);
    expect(story.decides(current('k1', 2)).fired).toEqual(['ValidMemberEpoch']);
  });

  it('ValidMemberEpoch fires when an epoch goes back', () => {
    expect(alone().decides(groupEpoch(0)).fired).toContain('ValidMemberEpoch');
    expect(asked().decides(targetEpoch(1)).fired).toContain('ValidMemberEpoch');
    expect(alone().decides(current('m1', 0)).fired).toEqual(['ValidMemberEpoch']);
    expect(classic().decides(generation(2, {})).fired).toEqual(['ValidMemberEpoch']);
  });

  it('ValidMemberEpoch knows who is away, who comes back, and a group that begins anew', () => {
    expect(alone().decides(current('m1', -2, { owns: ALL, since: 1 })).fired).toEqual([]);
    const gone = [current('m1', null), target('m1', null), member('m1', null)];
    expect(
      alone()
        .decides(...gone)
        .decides(member('m1'), current('m1', 0)).fired,
    ).toEqual([]);
    const deleted = { ...targetEpoch(0), value: null } as ReturnType<typeof targetEpoch>;
    expect(
      alone()
        .decides(...gone, deleted, groupEpoch(null))
        .decides(groupEpoch(0)).fired,
    ).toEqual([]);
  });

  it('ValidMemberEpoch fires when a member is ahead of the target, or the target of the group', () => {
    expect(alone().decides(current('m1', 2)).fired).toEqual(['ValidMemberEpoch']);
    expect(alone().decides(targetEpoch(2)).fired).toEqual(['ValidMemberEpoch']);
    expect(asked().decides(current('m1', 1, { owns: [0], since: 2 })).fired).toEqual(['ValidMemberEpoch']);
  });

  it('NoDoubleClientAssignment fires when two members of a group own a partition', () => {
    const early = asked().member('k2', 'm2', 2).tells('assigned', 'k2', 'orders-2');
    expect(early.fired).toEqual(['NoDoubleClientAssignment']);
    expect(classic().tells('assigned', 'k2', 'orders-0').fired).toEqual(['NoDoubleClientAssignment']);
  });

  it('NoDoubleClientAssignment lets a fenced member believe what it will', () => {
    const others = { m2: { partitions: ALL } };
    const expelled = classic().decides(generation(4, others)).member('k2', 'm2', 4);
    expect(expelled.tells('assigned', 'k2', 'orders-0').fired).toEqual([]);
    const late = alone().decides(current('m1', null), target('m1', null), member('m1', null), member('m2'));
    expect(late.member('k2', 'm2', 2).tells('assigned', 'k2', 'orders-0').fired).toEqual([]);
    const gone = classic().hears({ kind: 'member gone', client: 'k1', group: 'g' });
    expect(gone.tells('assigned', 'k2', 'orders-0').fired).toEqual([]);
  });

  it('NoDoubleClientAssignment counts a static member that has not rejoined as fenced', () => {
    const inOne = (of: number) =>
      generation(of, { m1: { partitions: [0], instanceId: 'i1' }, m2: { partitions: [1] } });
    const story = new GroupStory()
      .decides(inOne(3))
      .member('k1', 'm1', 3)
      .tells('assigned', 'k1', 'orders-1');
    const next = story.decides(inOne(4)).member('k2', 'm2', 4);
    expect(next.tells('assigned', 'k2', 'orders-1').fired).toEqual([]);
    expect(next.member('k1', 'm1', 4).tells('assigned', 'k2', 'orders-1').fired).toEqual([
      'NoDoubleClientAssignment',
    ]);
  });

  it('NoZombieCommit fires for who is out, for an epoch that is over and for one that is not yet', () => {
    expect(classic().commits('m1', 3, 5).fired).toEqual([]);
    expect(classic().commits('m1', 2, 5).fired).toEqual(['NoZombieCommit']);
    expect(classic().commits('m1', 4, 5).fired).toEqual(['NoZombieCommit']);
    expect(classic().commits('m3', 3, 5).fired).toEqual(['NoZombieCommit']);
    expect(classic().commits('', -1, 5).fired).toEqual(['NoZombieCommit']);
    expect(asked().commits('m1', 2, 5).fired).toEqual(['NoZombieCommit']);
    expect(asked().commits('m3', 1, 5).fired).toEqual(['NoZombieCommit']);
  });

  it('NoZombieCommit lets a member commit in an older epoch what it has had since (KIP-1251)', () => {
    const moved = asked().decides(current('m1', 2, { owns: [0, 1], since: 1 }));
    expect(moved.commits('m1', 1, 5).fired).toEqual([]);
    const anew = asked().decides(current('m1', 2, { owns: [0, 1], since: 2 }));
    expect(anew.commits('m1', 1, 5).fired).toEqual(['NoZombieCommit']);
  });

  it('NoZombieCommit knows who only stores positions, and a transaction that does not say who reads', () => {
    expect(new GroupStory().commits('', -1, 5).fired).toEqual([]);
    expect(classic().commits('', -1, 5, { isTransactional: true }).fired).toEqual([]);
    expect(new GroupStory().commits('m1', 1, 5).fired).toEqual(['NoZombieCommit']);
  });

  it('NoZombieCommit fires for a commit between a join and its sync', () => {
    const joining = classic().node('b1', {
      fact: 'group changed',
      group: 'g',
      kind: 'classic',
      state: 'CompletingRebalance',
      epoch: 4,
      members: 2,
      reason: 'all have joined',
    });
    expect(joining.commits('m1', 3, 5).fired).toEqual(['NoZombieCommit']);
    expect(classic().commits('m1', 4, 5, { isTransactional: true }).fired).toEqual(['NoZombieCommit']);
  });

  it('CommittedOffsetsRise fires when a member goes back within its epoch', () => {
    expect(alone().commits('m1', 1, 20).commits('m1', 1, 20).fired).toEqual([]);
    expect(alone().commits('m1', 1, 20).commits('m1', 1, 10).fired).toEqual(['CommittedOffsetsRise']);
    const moved = (...positions: readonly number[]) => {
      const story = alone();
      for (const at of positions)
        story.hears({ kind: 'positioned', client: 'k1', group: 'g', log: 'orders-0', position: at });
      return story.commits('m1', 1, 20).commits('m1', 1, 10).fired;
    };
    expect(moved(0)).toEqual(['CommittedOffsetsRise']);
    expect(moved(0, 10)).toEqual([]);
  });

  it('CommittedOffsetsAreRead fires beyond what is replicated, and beyond what was handed out', () => {
    expect(alone().commits('m1', 1, 100).fired).toEqual([]);
    expect(alone().commits('m1', 1, 101).fired).toEqual(['CommittedOffsetsAreRead']);
    const committing = (offset: number) =>
      alone()
        .hears({ kind: 'positioned', client: 'k1', group: 'g', log: 'orders-0', position: 3 })
        .client(read('orders-0', 9))
        .hears({ kind: 'committing', client: 'k1', group: 'g', offsets: [{ log: 'orders-0', offset }] });
    expect(committing(10).fired).toEqual([]);
    expect(committing(11).fired).toEqual(['CommittedOffsetsAreRead']);
  });

  it('judge what is replicated: what was written and lost is nobody’s', () => {
    const lost = asked()
      .writes(-1, current('m2', 2, { owns: [2] }))
      .cuts(1);
    expect(lost.decides(position(5)).fired).toEqual([]);
  });

  it('say no more of a partition that has lost what was replicated', () => {
    const story = asked().loses();
    expect(story.decides(current('m2', 2, { owns: [2] })).fired).not.toContain('OneOwnerPerPartition');
    expect(story.checks.shadow.groups.log(O)).toBe(null);
  });

  it('follow positions through transactions', () => {
    const story = classic().commits('m1', 3, 10).commits('m1', 3, 20, { isTransactional: true });
    const offsets = () => story.checks.shadow.groups.log(O)!.offsets;
    expect(offsets().committed.get('g orders-0')?.offset).toBe(10);
    story.ends(7, 'abort');
    expect(offsets().committed.get('g orders-0')?.offset).toBe(10);
    story.commits('m1', 3, 30, { isTransactional: true }).ends(7, 'commit');
    expect(offsets().committed.get('g orders-0')?.offset).toBe(30);
    story.decides(position(null));
    expect(offsets().committed.size).toBe(0);
    expect(story.fired).toEqual([]);
  });
});
