import type { Fact } from '../../../engine/machine/index.ts';
import { CONSUMER_OFFSETS } from '../../../engine/metadata/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { GroupShadow } from '../shadow/group-shadow.ts';
import type { CommitClaim, GroupBatch } from '../shadow/groups-shadow.ts';

/**
 * Who was put out of a group commits no more, within a transaction (KIP-447) or outside of one. Judged by the
 * coordinator's own log: the commit's record stands behind the records that say who is in, in which generation or epoch.
 *
 * A commit in an older member epoch counts for partitions that the member has had since then (KIP-1251). Who is no
 * member commits only to a group without members, or in a transaction that says nothing of its group.
 */
export class NoZombieCommit implements Invariant {
  readonly name = 'NoZombieCommit';
  readonly property =
    'A position is committed by a member in the generation or epoch that the group has given it, and by nobody who was fenced.';
  readonly facts = [
    'group changed',
    'coordinator loaded',
    'coordinator unloaded',
    'offset commit accepted',
  ] as const;
  /** By node and group: what a coordinator last told, which knows of a generation before there is a record of it. */
  readonly #told = new Map<string, Map<string, GroupTold>>();

  onFact(at: number, node: string, fact: Fact, _shadow: ClusterShadow, report: Report): void {
    switch (fact.fact) {
      case 'group changed': {
        const groups = this.#told.get(node) ?? new Map<string, GroupTold>();
        this.#told.set(node, groups.set(fact.group, fact));
        return;
      }
      case 'coordinator loaded':
      case 'coordinator unloaded':
        // It begins anew with what it reads.
        if (fact.topic === CONSUMER_OFFSETS) this.#told.delete(node);
        return;
      case 'offset commit accepted':
        this.#onAccepted(at, node, fact, report);
        return;
      default:
        return;
    }
  }

  onDown(node: string): void {
    this.#told.delete(node);
  }

  /** Between a join and its sync nobody knows what he owns: only who is bound by his transaction goes on. */
  #onAccepted(at: number, node: string, claim: CommitClaim, report: Report): void {
    const told = this.#told.get(node)?.get(claim.group);
    if (told?.state !== 'CompletingRebalance' || claim.isTransactional) return;
    report({
      check: this.name,
      at,
      message: `group ${claim.group}: ${node} took a commit of ${who(claim)} between the join and the sync of generation ${told.epoch}`,
      evidence: { ...claim, node },
    });
  }

  onGroupBatch(at: number, batch: GroupBatch, shadow: ClusterShadow, report: Report): void {
    const { claim } = batch;
    if (claim === null || shadow.groups.log(batch.log) === null) return;
    for (const { recordOffset, record } of batch.records) {
      if (record.type !== 'OffsetCommit' || record.value === null || record.key.group !== claim.group)
        continue;
      const { partition, topic } = record.key;
      const flaw = flawOf(shadow.groups.group(claim.group), claim, `${record.value.topicId}:${partition}`);
      if (flaw === null || this.#isBetween(claim)) continue;
      report({
        check: this.name,
        at,
        message:
          `group ${claim.group}: ${who(claim)} committed ${topic}-${partition} at ${record.value.offset}: ${flaw}, ` +
          `by ${batch.log} at offset ${recordOffset}`,
        evidence: { log: batch.log, recordOffset, ...claim, position: record.value.offset },
      });
      return;
    }
    shadow.probe(probeOf(claim, shadow.groups.group(claim.group)));
  }

  /** In a transaction, in a generation that has begun and is not written before it is synced. */
  #isBetween({ group, isTransactional, memberEpoch }: CommitClaim): boolean {
    if (!isTransactional) return false;
    for (const groups of this.#told.values()) {
      const told = groups.get(group);
      if (told?.kind === 'classic' && told.state === 'CompletingRebalance' && told.epoch === memberEpoch)
        return true;
    }
    return false;
  }
}

type GroupTold = Extract<Fact, { fact: 'group changed' }>;

function probeOf(
  { isTransactional, memberEpoch, memberId }: CommitClaim,
  group: GroupShadow | undefined,
): string {
  if (memberId === '') return 'check: commit of no member';
  if (isTransactional) return 'check: commit of a member in a transaction';
  const current = group?.consumer?.members.get(memberId)?.current ?? null;
  const isOlder = current !== null && memberEpoch < current.memberEpoch;
  return isOlder ? 'check: commit of a member in an older epoch' : 'check: commit of a member';
}

function who({ memberEpoch, memberId }: CommitClaim): string {
  return memberId === '' ? `nobody of epoch ${memberEpoch}` : `${memberId} of epoch ${memberEpoch}`;
}

function flawOf(group: GroupShadow | undefined, claim: CommitClaim, partition: string): string | null {
  const { isTransactional, memberEpoch, memberId } = claim;
  if (memberEpoch < 0 && memberId === '' && isTransactional) return null;
  const members = group?.consumer?.members ?? group?.classic?.members ?? null;
  if (memberEpoch < 0) return members === null || members.size === 0 ? null : 'the group has members';
  if (group === undefined || members === null) return 'there is no such group';
  if (!members.has(memberId)) return 'it is not in the group';
  if (group.consumer !== null) {
    const { current, held } = group.consumer.members.get(memberId)!;
    const now = current?.memberEpoch ?? -1;
    if (memberEpoch === now) return null;
    const since = held.get(partition);
    if (memberEpoch > now) return `it is in epoch ${now}`;
    return since !== undefined && memberEpoch >= since
      ? null
      : `it has had it since epoch ${since ?? 'never'}`;
  }
  const { generation } = group.classic!;
  return memberEpoch === generation ? null : `the group is in generation ${generation}`;
}
