import { CONSUMER_PROTOCOL_TYPE } from '../../../wire/index.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicGroupMember, type ClassicProtocol } from './classic-group-member.ts';
import { ClassicGroupState } from './classic-group-state.ts';

/** A member of a classic group that was or will be a member of a consumer group. */
export interface ClassicMemberSeed {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** Best first. */
  readonly protocols: readonly ClassicProtocol[];
  readonly assignment: Uint8Array;
}

/** A classic group as far as it matters to the consumer group that takes its place, or whose place it takes. */
export interface GroupSeed {
  readonly groupId: string;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly members: readonly ClassicMemberSeed[];
}

/** Null: the group is not of consumers. */
export function seedOf(group: ClassicGroup): GroupSeed | null {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return null;
  const { generationId, groupId, members, protocolName } = group;
  return { groupId, generationId, protocolName, members: [...members.values()] };
}

/** A stable group of these members, led by the first of them (`ClassicGroup.fromConsumerGroup`). */
export function groupOfSeed(seed: GroupSeed, nowMs: number): ClassicGroup {
  const group = new ClassicGroup({
    groupId: seed.groupId,
    state: ClassicGroupState.Stable,
    generationId: seed.generationId,
    protocolType: CONSUMER_PROTOCOL_TYPE,
    protocolName: seed.protocolName,
    leaderId: null,
    stateSinceMs: nowMs,
  });
  for (const told of seed.members) {
    const { protocols, rebalanceTimeoutMs, sessionTimeoutMs } = told;
    const identity = {
      memberId: told.memberId,
      instanceId: told.instanceId,
      clientId: told.clientId,
      clientHost: told.clientHost,
      protocolType: CONSUMER_PROTOCOL_TYPE,
    };
    const member = new ClassicGroupMember(identity, protocols, rebalanceTimeoutMs, sessionTimeoutMs);
    member.assignment = told.assignment;
    group.add(member);
  }
  group.refreshSubscribedTopics();
  return group;
}
