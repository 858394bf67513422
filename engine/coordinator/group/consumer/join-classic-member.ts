import type { Outbox, Us } from '../../../machine/index.ts';
import {
  CONSUMER_PROTOCOL_TYPE,
  type ConsumerProtocolSubscription,
  decodeSubscription,
  ErrorCode,
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupResponse,
  make,
  randomUuid,
  WireError,
} from '../../../wire/index.ts';
import { coordinatorError } from '../../runtime/index.ts';
import type { Answer, Caller, GroupDecision } from '../group-rooms.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, sortedNames } from './consumer-group-member.ts';
import { byTopicId } from './convert-classic-group.ts';
import { canDowngrade, downgradeGroup } from './convert-consumer-group.ts';
import { allowsClassicMembers } from './group-settings.ts';
import { reconcileMember } from './reconcile-member.ts';
import type { Room } from './room.ts';
import { memberToServe, rejectWhenFull } from './subscribe-member.ts';
import { updateRegexes } from './update-regexes.ts';
import { ASSIGNOR_FAILED, updateSubscriptions, writeMember } from './update-subscriptions.ts';
import { lastTarget, updateTarget } from './update-target.ts';

/** From this version on a dynamic member is given its id before it joins (KIP-394). */
const MEMBER_ID_VERSION = 4;

/**
 * A member of the classic protocol joins a consumer group, where it rebalances for itself: nobody waits for it, and it
 * for nobody (`classicGroupJoinToConsumerGroup`). A static member that was the last of the consumer protocol takes the
 * group back to the classic one.
 */
export function joinClassicMember(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  request: JoinGroupRequest,
  caller: Caller,
  answer: Answer<JoinGroupResponse>,
  out: Outbox,
): GroupDecision {
  if (!allowsClassicMembers(room.config)) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  const { groupInstanceId: instanceId, protocols } = request;
  const isUnknown = request.memberId === '';
  const memberId = isUnknown ? randomUuid(room.context.random) : request.memberId;
  const full = rejectWhenFull(room, group, memberId, instanceId);
  if (full !== ErrorCode.NONE) return full;
  if (!group.supportsClassicProtocols(request.protocolType, protocols)) {
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  }
  if (isUnknown && instanceId === null && caller.apiVersion >= MEMBER_ID_VERSION) {
    const body = make(joinGroupResponse, {
      errorCode: ErrorCode.MEMBER_ID_REQUIRED,
      memberId,
      protocolName: '',
    });
    return { records: [], settle: (at, code, to) => answer(at, withCode(body, code), to) };
  }
  const subscription = decodeSubscription(protocols[0]!.metadata);
  if (subscription instanceof WireError) return ErrorCode.UNKNOWN_SERVER_ERROR;
  const records: GroupRecord[] = [];
  const owned = new Map<string, readonly number[]>();
  const mayBeNew = instanceId === null || isUnknown;
  const visit = { memberId, memberEpoch: -1, instanceId, owned, mayBeNew, isClassic: true };
  const before = memberToServe(group, visit, records);
  if (typeof before === 'number') return before;
  const member = withJoin(before, request, subscription, caller);
  return new ClassicJoin(room, now, group, request, subscription, answer, records).decide(
    before,
    member,
    out,
  );
}

/** A join that is let in. */
class ClassicJoin {
  readonly #room: Room;
  readonly #now: Us;
  readonly #group: ConsumerGroup;
  readonly #request: JoinGroupRequest;
  readonly #subscription: ConsumerProtocolSubscription;
  readonly #answer: Answer<JoinGroupResponse>;
  readonly #records: GroupRecord[];

  constructor(
    room: Room,
    now: Us,
    group: ConsumerGroup,
    request: JoinGroupRequest,
    subscription: ConsumerProtocolSubscription,
    answer: Answer<JoinGroupResponse>,
    records: GroupRecord[],
  ) {
    this.#room = room;
    this.#now = now;
    this.#group = group;
    this.#request = request;
    this.#subscription = subscription;
    this.#answer = answer;
    this.#records = records;
  }

  decide(before: ConsumerGroupMember, member: ConsumerGroupMember, out: Outbox): GroupDecision {
    const room = this.#room;
    const group = this.#group;
    const records = this.#records;
    const namesChanged = writeMember(group.groupId, before, member, records);
    const regexChange = updateRegexes(room, this.#now, group, before, member, records, out);
    if (typeof regexChange === 'number') return regexChange;
    const mustBump = namesChanged || regexChange !== 'none';
    const groupEpoch =
      mustBump || group.isMetadataStale(room.context.wall.nowMs())
        ? updateSubscriptions(room, group, mustBump, before, member, records)
        : group.groupEpoch;
    const replaced = group.staticMember(member.instanceId);
    return replaced !== undefined && canDowngrade(room, group, new Set([replaced]), true)
      ? this.#downgrade(member, groupEpoch, mustBump, out)
      : this.#stay(before, member, groupEpoch, mustBump, out);
  }

  #stay(
    before: ConsumerGroupMember,
    member: ConsumerGroupMember,
    groupEpoch: number,
    hasSubscriptionChanged: boolean,
    out: Outbox,
  ): GroupDecision {
    const target = updateTarget(this.#room, this.#group, groupEpoch, before, member, this.#records);
    if (typeof target === 'string') return ASSIGNOR_FAILED;
    const reconciled = this.#reconcile(member, target, hasSubscriptionChanged, out);
    return typeof reconciled === 'number' ? reconciled : this.#decision(reconciled, true);
  }

  /** Its assignment is as it was, unless a rebalance is due anyway. */
  #downgrade(
    member: ConsumerGroupMember,
    groupEpoch: number,
    hasSubscriptionChanged: boolean,
    out: Outbox,
  ): GroupDecision {
    const group = this.#group;
    const { assignmentEpoch } = group;
    const needsRebalance = assignmentEpoch < groupEpoch;
    let joining: ConsumerGroupMember | number = member;
    if (!needsRebalance) {
      const target = { assignmentEpoch, assignment: lastTarget(group, member) };
      joining = this.#reconcile(member, target, hasSubscriptionChanged, out);
      if (typeof joining === 'number') return joining;
    }
    const downgrade = { leaving: new Set<ConsumerGroupMember>(), joining, needsRebalance };
    downgradeGroup(this.#room, this.#now, group, downgrade, this.#records, out);
    return this.#decision(joining, false);
  }

  #reconcile(
    member: ConsumerGroupMember,
    target: Parameters<typeof reconcileMember>[4],
    hasSubscriptionChanged: boolean,
    out: Outbox,
  ): ConsumerGroupMember | number {
    const owned = byTopicId(this.#subscription.ownedPartitions, this.#room.context.image());
    const args = [this.#room, this.#now, this.#group, member, target, hasSubscriptionChanged] as const;
    return reconcileMember(...args, owned, this.#records, out);
  }

  #decision(member: ConsumerGroupMember, staysConsumerGroup: boolean): GroupDecision {
    const { memberEpoch: generationId, memberId } = member;
    const { groupId, rebalanceTimeoutMs, sessionTimeoutMs } = this.#request;
    const { timers } = this.#room;
    const body = make(joinGroupResponse, {
      memberId,
      generationId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocolName: member.classic!.supportedProtocols[0]!.name,
    });
    return {
      records: this.#records,
      replay: staysConsumerGroup,
      settle: (at, errorCode, to) => {
        if (errorCode === ErrorCode.NONE) timers.cancelJoin(groupId, memberId);
        if (errorCode === ErrorCode.NONE && staysConsumerGroup) {
          timers.startSession(at, groupId, memberId, sessionTimeoutMs, to);
          timers.startSync(at, groupId, memberId, rebalanceTimeoutMs, to);
        }
        this.#answer(at, withCode(body, errorCode), to);
      },
    };
  }
}

/** Members of the classic protocol have no patterns. */
function withJoin(
  member: ConsumerGroupMember,
  request: JoinGroupRequest,
  subscription: ConsumerProtocolSubscription,
  { clientHost, clientId }: Caller,
): ConsumerGroupMember {
  const { protocols, rebalanceTimeoutMs, sessionTimeoutMs } = request;
  return {
    ...member,
    instanceId: request.groupInstanceId ?? member.instanceId,
    rackId: subscription.rackId ?? member.rackId,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : rebalanceTimeoutMs,
    subscribedTopicNames: sortedNames(subscription.topics),
    subscribedTopicRegex: '',
    clientId,
    clientHost,
    classic: {
      sessionTimeoutMs,
      supportedProtocols: protocols.map(({ metadata, name }) => ({ name, metadata })),
    },
  };
}

function withCode(body: JoinGroupResponse, errorCode: number): JoinGroupResponse {
  if (errorCode === ErrorCode.NONE) return body;
  return make(joinGroupResponse, {
    errorCode: coordinatorError(errorCode),
    memberId: body.memberId,
    protocolName: '',
  });
}
