import type { GroupRecord } from '../../../engine/coordinator/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { ConsumerShadow } from '../shadow/group-shadow.ts';
import type { GroupBatch } from '../shadow/groups-shadow.ts';

/** Of a static member that is away and will be back. */
const STATIC_LEAVE_EPOCH = -2;

interface Epochs {
  /** A generation, or a group epoch: one goes on from the other when a group changes its kind. */
  readonly epoch: number;
  readonly targetEpoch: number;
  readonly members: ReadonlyMap<string, number>;
}

/**
 * Vanlightly's `ValidMemberEpoch`, `GcSideMemberEpochIsMonotonic` and `ValidPartitionEpoch`, over the coordinator's log:
 *
 *     epoch in which a partition was given <= member epoch <= target's epoch <= group epoch
 *
 * and none of them goes back while the group, the target or the member is there. Fencing rests on that.
 */
export class ValidMemberEpoch implements Invariant {
  readonly name = 'ValidMemberEpoch';
  readonly property =
    'Generations, group epochs, target epochs and member epochs never go back, and no member is ahead of the target, nor it of its group.';
  readonly facts = [] as const;
  readonly #last = new Map<string, Epochs>();

  onGroupBatch(at: number, batch: GroupBatch, _shadow: ClusterShadow, report: Report): void {
    for (const { classic, consumer, groupId, isGone } of batch.groups) {
      const before = this.#last.get(groupId) ?? null;
      if (isGone) {
        this.#last.delete(groupId);
        continue;
      }
      const now = consumer !== null ? epochsOf(consumer) : classicEpochs(classic?.generation ?? 0);
      this.#last.set(groupId, now);
      const flaw =
        (before === null ? null : backwards(before, now, deletedIn(batch.records))) ??
        (consumer === null ? null : disorder(consumer));
      if (flaw === null) continue;
      report({
        check: this.name,
        at,
        message: `group ${groupId}: ${flaw}, by ${batch.log} at offset ${batch.baseOffset}`,
        evidence: { log: batch.log, recordOffset: batch.baseOffset, group: groupId },
      });
    }
  }
}

function epochsOf({ epoch, members, targetEpoch }: ConsumerShadow): Epochs {
  const epochs = new Map<string, number>();
  for (const { current, memberId } of members.values())
    if (current !== null) epochs.set(memberId, current.memberEpoch);
  return { epoch, targetEpoch, members: epochs };
}

function classicEpochs(generation: number): Epochs {
  return { epoch: generation, targetEpoch: -1, members: new Map() };
}

/** Members that were written off in this very batch: who comes back under that id begins anew. */
function deletedIn(records: GroupBatch['records']): ReadonlySet<string> {
  const gone = records.filter(({ record }) => isFarewell(record));
  return new Set(gone.map(({ record }) => ('memberId' in record.key ? record.key.memberId : '')));
}

function isFarewell({ type, value }: GroupRecord): boolean {
  return type === 'ConsumerGroupCurrentMemberAssignment' && value === null;
}

function backwards(before: Epochs, now: Epochs, deleted: ReadonlySet<string>): string | null {
  if (now.epoch < before.epoch) return `its epoch goes back from ${before.epoch} to ${now.epoch}`;
  if (now.targetEpoch !== -1 && now.targetEpoch < before.targetEpoch)
    return `the epoch of its target goes back from ${before.targetEpoch} to ${now.targetEpoch}`;
  for (const [memberId, epoch] of now.members) {
    const last = before.members.get(memberId);
    if (last === undefined || epoch >= last || deleted.has(memberId)) continue;
    if (epoch === STATIC_LEAVE_EPOCH) continue;
    return `the epoch of ${memberId} goes back from ${last} to ${epoch}`;
  }
  return null;
}

/** A group begins in epoch 1, and so does its target: of who waits for a pattern to be resolved there is no more. */
const FIRST_EPOCH = 1;

function disorder(group: ConsumerShadow): string | null {
  const { members } = group;
  const epoch = Math.max(FIRST_EPOCH, group.epoch);
  const targetEpoch = Math.max(FIRST_EPOCH, group.targetEpoch);
  if (targetEpoch > epoch) return `the target’s epoch ${targetEpoch} is ahead of the group’s ${epoch}`;
  for (const { current, held, memberId } of members.values()) {
    if (current === null) continue;
    const { memberEpoch } = current;
    if (memberEpoch > targetEpoch)
      return `${memberId} is in epoch ${memberEpoch}, ahead of the target’s ${targetEpoch}`;
    if (memberEpoch < 0) continue;
    for (const [partition, given] of held) {
      if (given > memberEpoch)
        return `${memberId} in epoch ${memberEpoch} was given ${partition} in ${given}`;
    }
  }
  return null;
}
