import { unreachable } from '../../../machine/index.ts';
import type { Uuid } from '../../../wire/index.ts';
import { type Assignment, epochOf, NO_PARTITION_EPOCHS, type PartitionEpochs } from './assignment.ts';
import { type ConsumerGroupMember, MemberState } from './consumer-group-member.ts';

/** What a member is reconciled with. */
export interface Reconciliation {
  readonly targetAssignmentEpoch: number;
  readonly target: Assignment;
  /** Topics that exist and that the member subscribes to, by name or by a resolved pattern. */
  readonly subscribedTopicIds: ReadonlySet<Uuid>;
  /** What it has must fit its subscription at once. */
  readonly hasSubscriptionChanged: boolean;
  /** What the member says it has; null: it did not say. */
  readonly owned: Assignment | null;
  /** The epoch in which somebody has a partition, -1: nobody. */
  currentPartitionEpoch(topicId: Uuid, partition: number): number;
}

/**
 * The next step of a member towards its target (`CurrentAssignmentBuilder`): first it gives up what it shall not have,
 * staying in its epoch; when it says that it has, it moves to the target's epoch and is given what nobody else has;
 * it waits for the rest. Null: the member must begin anew (FENCED_MEMBER_EPOCH). The same member: nothing to do.
 *
 *     STABLE --target has less--> UNREVOKED --given up--> STABLE, or UNRELEASED --released--> STABLE
 */
export function decideCurrentAssignment(
  member: ConsumerGroupMember,
  towards: Reconciliation,
): ConsumerGroupMember | null {
  switch (member.state) {
    case MemberState.STABLE:
      if (member.memberEpoch !== towards.targetAssignmentEpoch) {
        return nextAssignment(member, member.memberEpoch, towards);
      }
      return towards.hasSubscriptionChanged ? withinSubscription(member, towards) : member;
    case MemberState.UNREVOKED_PARTITIONS:
      if (ownsAny(towards.owned, member.pendingRevocation)) {
        return towards.hasSubscriptionChanged ? withinSubscription(member, towards) : member;
      }
      return nextAssignment(member, member.memberEpoch, towards);
    case MemberState.UNRELEASED_PARTITIONS:
      return nextAssignment(member, member.memberEpoch, towards);
    case MemberState.UNKNOWN:
      if (towards.owned === null || towards.owned.size > 0) return null;
      return nextAssignment(member, towards.targetAssignmentEpoch, towards);
    default:
      return unreachable(member.state);
  }
}

/** A member that does not say what it has may have all of it. */
function ownsAny(owned: Assignment | null, partitions: PartitionEpochs): boolean {
  if (owned === null) return true;
  for (const [topicId, indexes] of owned) {
    const there = partitions.get(topicId);
    if (there !== undefined && indexes.some((partition) => there.has(partition))) return true;
  }
  return false;
}

/** Takes away what it no longer subscribes to, without moving on (KAFKA-19862). */
function withinSubscription(member: ConsumerGroupMember, towards: Reconciliation): ConsumerGroupMember {
  const { assigned, memberEpoch } = member;
  const kept = new Map<Uuid, ReadonlyMap<number, number>>();
  const revoked = new Map(member.pendingRevocation);
  for (const [topicId, epochs] of assigned) {
    if (towards.subscribedTopicIds.has(topicId)) kept.set(topicId, epochs);
    else revoked.set(topicId, new Map([...(revoked.get(topicId) ?? []), ...epochs]));
  }
  if (kept.size === assigned.size) return member;
  const changed = { ...member, memberEpoch, previousMemberEpoch: member.memberEpoch, assigned: kept };
  // It has given them up already: nothing to wait for.
  if (!ownsAny(towards.owned, revoked)) return changed;
  return { ...changed, state: MemberState.UNREVOKED_PARTITIONS, pendingRevocation: revoked };
}

interface NextPartitions {
  readonly kept: Map<Uuid, Map<number, number>>;
  readonly revoked: Map<Uuid, Map<number, number>>;
  readonly added: Map<Uuid, number[]>;
  /** Some of the target belongs to others still. */
  hasUnreleased: boolean;
}

function nextAssignment(
  member: ConsumerGroupMember,
  memberEpoch: number,
  towards: Reconciliation,
): ConsumerGroupMember {
  const { added, hasUnreleased, kept, revoked } = nextPartitions(member, towards);
  if (revoked.size > 0 && ownsAny(towards.owned, revoked)) {
    return {
      ...member,
      memberEpoch,
      previousMemberEpoch: member.memberEpoch,
      state: MemberState.UNREVOKED_PARTITIONS,
      assigned: kept,
      pendingRevocation: revoked,
    };
  }
  for (const [topicId, partitions] of added) {
    const epochs = kept.get(topicId) ?? new Map<number, number>();
    kept.set(topicId, epochs);
    for (const partition of partitions) epochs.set(partition, towards.targetAssignmentEpoch);
  }
  return {
    ...member,
    memberEpoch: towards.targetAssignmentEpoch,
    previousMemberEpoch: member.memberEpoch,
    state: hasUnreleased ? MemberState.UNRELEASED_PARTITIONS : MemberState.STABLE,
    assigned: kept,
    pendingRevocation: NO_PARTITION_EPOCHS,
  };
}

function nextPartitions(member: ConsumerGroupMember, towards: Reconciliation): NextPartitions {
  const next: NextPartitions = {
    kept: new Map(),
    revoked: new Map(),
    added: new Map(),
    hasUnreleased: false,
  };
  for (const [topicId, epochs] of member.assigned) {
    const wanted = new Set(towards.subscribedTopicIds.has(topicId) ? towards.target.get(topicId) : []);
    for (const [partition, epoch] of epochs) {
      const side = wanted.has(partition) ? next.kept : next.revoked;
      const there = side.get(topicId);
      if (there === undefined) side.set(topicId, new Map([[partition, epoch]]));
      else there.set(partition, epoch);
    }
  }
  for (const [topicId, partitions] of towards.target) {
    if (!towards.subscribedTopicIds.has(topicId)) continue;
    const free: number[] = [];
    for (const partition of partitions) {
      if (next.kept.get(topicId)?.has(partition) === true) continue;
      // What the member itself is giving up is its own: it may have it back.
      const isFree =
        towards.currentPartitionEpoch(topicId, partition) === -1 ||
        epochOf(member.pendingRevocation, topicId, partition) !== undefined;
      if (isFree) free.push(partition);
      else next.hasUnreleased = true;
    }
    if (free.length > 0) next.added.set(topicId, free);
  }
  return next;
}
