import { describe, expect, it } from 'vitest';
import { ClassicGroup } from '../../../engine/coordinator/index.ts';
import { type LiveMember, pending } from '../../../sim/check/index.ts';
import {
  current,
  GroupStory,
  generation,
  groupEpoch,
  living,
  member,
  target,
  targetEpoch,
} from './group-facts.ts';
import { cluster } from './views.ts';

/** The cluster's topic has one partition. */
const live = (of: Partial<LiveMember> = {}): LiveMember => ({
  client: 'k1',
  group: 'g',
  topics: ['t'],
  memberId: 'm1',
  owned: ['t-0'],
  ...of,
});

function said(story: GroupStory, members: readonly LiveMember[], change = (_group: ClassicGroup) => {}) {
  const { groups } = living(story).shard;
  for (const group of groups.values()) if (group instanceof ClassicGroup) change(group);
  return pending(cluster({ broker: { 1: { groups: () => groups.values() } }, rest: { members } }));
}

const classic = () => new GroupStory().decides(generation(3, { m1: { partitions: [0] }, m2: {} }));
const modern = (...more: readonly ReturnType<typeof target>[]) =>
  new GroupStory().decides(
    member('m1'),
    groupEpoch(2),
    target('m1', [0]),
    targetEpoch(2),
    current('m1', 2, { owns: [0] }),
    ...more,
  );

describe('a group that has not converged is said with its reason (EventuallyConverges)', () => {
  it('nothing of a group that has', () => {
    expect(said(classic(), [live(), live({ client: 'k2', memberId: 'm2', owned: [] })])).toEqual([]);
    expect(said(modern(), [live()])).toEqual([]);
    expect(said(modern(), [])).toEqual([]);
  });

  it('who is not in, and who owns what', () => {
    expect(said(new GroupStory(), [live()])).toEqual(['group g: no coordinator that is loaded knows it']);
    expect(said(classic(), [live({ memberId: 'm9' })])).toEqual([
      'group g: k1 is m9, which its coordinator does not know',
    ]);
    expect(said(modern(), [live({ memberId: '', owned: [] })])).toEqual([
      'group g: k1 is no member by its own word',
      'group g: t-0 is owned by nobody that lives',
    ]);
    expect(said(classic(), [live(), live({ client: 'k2', memberId: 'm2' })])).toEqual([
      'group g: t-0 is owned by k1 and k2',
    ]);
  });

  it('whom a classic group waits for', () => {
    const preparing = said(classic(), [live()], (group) => group.become('PreparingRebalance', 0));
    expect(preparing).toEqual(['group g is PreparingRebalance: it waits for m1, m2 to join']);
    const completing = said(classic(), [live()], (group) => {
      group.become('PreparingRebalance', 0);
      group.become('CompletingRebalance', 0);
    });
    expect(completing).toEqual(['group g is CompletingRebalance: it waits for m1 to say who gets what']);
    expect(said(new GroupStory().decides(generation(4, {})), [live()])).toEqual([
      'group g: k1 is m1, which its coordinator does not know',
      'group g is Empty: nobody is in it',
    ]);
  });

  it('what a consumer group waits for', () => {
    expect(said(modern(groupEpoch(3)), [live()])).toEqual([
      'group g is Assigning: its target is of epoch 2, the group in 3',
    ]);
    expect(said(modern(current('m1', 2, { givesUp: [0] })), [live()])).toEqual([
      'group g is Reconciling: m1 has yet to give up partitions',
    ]);
    expect(said(modern(groupEpoch(3), targetEpoch(3)), [live()])).toEqual([
      'group g is Reconciling: m1 is in epoch 2, the target of 3',
    ]);
  });
});
