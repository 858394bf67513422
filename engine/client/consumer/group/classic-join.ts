import type { Reply } from '../../../exchange/index.ts';
import { assert, type Outbox, type Us } from '../../../machine/index.ts';
import {
  ApiKey,
  CONSUMER_PROTOCOL_TYPE,
  ErrorCode,
  type JoinGroupResponse,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '../../../wire/index.ts';
import type { AssignedMember } from '../assignor/assignor.ts';
import { type Assignors, assignAll, membersOf } from './assignors.ts';
import {
  type ClassicMembership,
  type Generation,
  isGenerationReset,
  isSameGeneration,
} from './classic-membership.ts';
import { joinGroupBody, joinTimeoutUs, syncGroupBody } from './classic-requests.ts';
import type { GroupContext } from './group-context.ts';
import type { SubscribedTopics } from './subscribed-topics.ts';
import type { TopicsSnapshot } from './topics-snapshot.ts';

/** How far an attempt to join has come. */
type Stage =
  | { readonly at: 'joining' | 'syncing'; readonly token: number; readonly sent: Generation }
  /** Answered while the application does not poll, and nobody is there to read it. */
  | { readonly at: 'unread'; readonly reply: Reply; readonly sent: Generation }
  /** The leader waits for metadata of topics that only others subscribe to. */
  | { readonly at: 'metadata'; readonly response: JoinGroupResponse; readonly updates: number }
  /** The leader has assigned, or there was nothing to assign. */
  | { readonly at: 'to sync'; readonly assignments: SyncGroupRequest['assignments'] }
  | { readonly at: 'joined'; readonly assignment: Uint8Array }
  | { readonly at: 'failed'; readonly code: number };

/**
 * One rebalance after the other as a classic member goes through it: JoinGroup, the leader's assignment, SyncGroup
 * (`JoinGroupResponseHandler`, `SyncGroupResponseHandler`, `onLeaderElected`).
 */
export class ClassicJoin {
  readonly #context: GroupContext;
  readonly #membership: ClassicMembership;
  readonly #assignors: Assignors;
  readonly #topics: SubscribedTopics;
  /** JoinGroup was answered: the heartbeat thread starts its work. */
  readonly #onJoined: (now: Us) => void;
  #stage: Stage | null = null;
  #joinedTopics: ReadonlySet<string> | null = null;
  /** What the leader's last assignment was made of; null: it is not the leader. */
  #assignedFrom: TopicsSnapshot | null = null;
  isLeader = false;

  constructor(
    context: GroupContext,
    membership: ClassicMembership,
    assignors: Assignors,
    topics: SubscribedTopics,
    onJoined: (now: Us) => void,
  ) {
    this.#context = context;
    this.#membership = membership;
    this.#assignors = assignors;
    this.#topics = topics;
    this.#onJoined = onJoined;
  }

  get stage(): Stage | null {
    return this.#stage;
  }

  /** The subscription as the group knows it; null before the first join. */
  get joinedTopics(): ReadonlySet<string> | null {
    return this.#joinedTopics;
  }

  get assignedFrom(): TopicsSnapshot | null {
    return this.#assignedFrom;
  }

  /** The attempt has ended, one way or another. */
  end(): void {
    this.#stage = null;
  }

  forgetAssignment(): void {
    this.#assignedFrom = null;
  }

  /** A pattern that the leader's metadata matches further than this member's (`maybeUpdateJoinedSubscription`). */
  addJoinedTopics(topics: readonly string[]): void {
    this.#joinedTopics = new Set([...(this.#joinedTopics ?? []), ...topics]);
  }

  /** Goes as far as it can without waiting. */
  advance(now: Us, isPolling: boolean, out: Outbox): void {
    if (this.#stage === null) this.#sendJoin(now, out);
    if (this.#stage?.at === 'unread' && isPolling) {
      const { reply, sent } = this.#stage;
      this.#onJoin(now, reply, sent, out);
    }
    if (this.#stage?.at === 'metadata') this.#assign(now, out);
    if (this.#stage?.at === 'to sync') this.#sendSync(now, out);
  }

  /** True when the reply was to one of its requests. */
  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    const stage = this.#stage;
    if (stage === null || !('token' in stage) || stage.token !== token) return false;
    if (stage.at === 'joining') this.#stage = { at: 'unread', reply, sent: stage.sent };
    else this.#onSync(now, reply, stage.sent, out);
    return true;
  }

  #fail(code: number): void {
    this.#stage = { at: 'failed', code };
  }

  #sendJoin(now: Us, out: Outbox): void {
    const { config, link, subscription } = this.#context;
    if (!link.ready(now, out)) return;
    const membership = this.#membership;
    membership.state = 'preparing';
    const sent = membership.generation;
    this.#joinedTopics = new Set(subscription.topics);
    const protocols = this.#assignors.protocols(
      subscription.topics,
      subscription.assigned,
      sent.generationId,
    );
    const body = joinGroupBody(config, sent, protocols, membership.rejoinReason);
    const token = link.send(now, ApiKey.JoinGroup, body, out, undefined, joinTimeoutUs(config));
    this.#stage = { at: 'joining', token, sent };
  }

  #onJoin(now: Us, reply: Reply, sent: Generation, out: Outbox): void {
    const membership = this.#membership;
    if (reply.kind === 'failed') {
      const isOld = reply.reason === 'unsupported version';
      this.#fail(isOld ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.NETWORK_EXCEPTION);
      return;
    }
    const response = reply.body as JoinGroupResponse;
    const { errorCode, protocolType, protocolName, memberId, generationId, leader } = response;
    const isUnchanged = isSameGeneration(membership.generation, sent);
    switch (errorCode) {
      case ErrorCode.NONE:
        break;
      case ErrorCode.UNKNOWN_MEMBER_ID:
        if (isUnchanged) membership.resetAndRejoin('UNKNOWN_MEMBER_ID from JoinGroup', true);
        this.#fail(errorCode);
        return;
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
        this.#context.link.forget(now, out);
        this.#fail(errorCode);
        return;
      case ErrorCode.MEMBER_ID_REQUIRED:
        // KIP-394: the coordinator knows the member from now on, and counts it when it comes back.
        membership.setGeneration({ generationId: -1, memberId, protocolName: null });
        membership.requestRejoin(`need to re-join with the given member-id: ${memberId}`);
        this.#fail(errorCode);
        return;
      default:
        this.#fail(errorCode);
        return;
    }
    if (protocolType !== null && protocolType !== CONSUMER_PROTOCOL_TYPE) {
      this.#fail(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    } else if (membership.state !== 'preparing') {
      out.probe('member left while its join was on its way');
      this.#fail(ErrorCode.REBALANCE_IN_PROGRESS);
    } else {
      membership.state = 'completing';
      this.#onJoined(now);
      membership.setGeneration({ generationId, memberId, protocolName });
      assert(
        protocolName !== null && this.#assignors.has(protocolName),
        () => `the coordinator chose ${protocolName}, which is not configured`,
      );
      if (leader === memberId) this.#lead(response);
      else this.#stage = { at: 'to sync', assignments: [] };
    }
  }

  #lead(response: JoinGroupResponse): void {
    const members = membersOf(response);
    const { network, subscription } = this.#context;
    const hasNewTopics = subscription.addGroupTopics(members.flatMap(({ topics }) => topics));
    if (hasNewTopics) network.requestUpdate();
    this.isLeader = true;
    this.#stage = { at: 'metadata', response, updates: network.updates };
  }

  #assign(now: Us, out: Outbox): void {
    if (this.#stage?.at !== 'metadata') return;
    const { response } = this.#stage;
    this.#topics.update(now);
    if (!this.#topics.isFresh) return;
    this.#assignedFrom = this.#topics.snapshot;
    if (response.skipAssignment) {
      out.probe('leader keeps the assignment of the group');
      this.#stage = { at: 'to sync', assignments: [] };
      return;
    }
    const members: readonly AssignedMember[] = membersOf(response);
    const { metadata } = this.#context.network;
    this.#stage = { at: 'to sync', assignments: assignAll(response.protocolName!, members, metadata) };
  }

  #sendSync(now: Us, out: Outbox): void {
    const { config, link } = this.#context;
    if (this.#stage?.at !== 'to sync') return;
    if (link.node(now) < 0) {
      this.#fail(ErrorCode.COORDINATOR_NOT_AVAILABLE);
      return;
    }
    if (!link.ready(now, out)) return;
    const sent = this.#membership.generation;
    const body = syncGroupBody(config, sent, this.#stage.assignments);
    this.#stage = { at: 'syncing', token: link.send(now, ApiKey.SyncGroup, body, out), sent };
  }

  #onSync(now: Us, reply: Reply, sent: Generation, out: Outbox): void {
    const membership = this.#membership;
    if (reply.kind === 'failed') {
      this.#fail(ErrorCode.NETWORK_EXCEPTION);
      return;
    }
    const { errorCode, protocolType, protocolName, assignment } = reply.body as SyncGroupResponse;
    const isUnchanged = isSameGeneration(membership.generation, sent);
    if (errorCode === ErrorCode.NONE) {
      const { generation } = membership;
      if (protocolType !== null && protocolType !== CONSUMER_PROTOCOL_TYPE) {
        this.#fail(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
      } else if (isGenerationReset(generation) || membership.state !== 'completing') {
        out.probe('generation was reset while its sync was on its way');
        this.#fail(ErrorCode.ILLEGAL_GENERATION);
      } else if (protocolName !== null && protocolName !== generation.protocolName) {
        this.#fail(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
      } else {
        membership.onSynced();
        this.#stage = { at: 'joined', assignment };
      }
      return;
    }
    const isGone = errorCode === ErrorCode.UNKNOWN_MEMBER_ID;
    if ((isGone || errorCode === ErrorCode.ILLEGAL_GENERATION) && isUnchanged) {
      membership.resetAndRejoin('no member any more at SyncGroup', isGone);
    } else if (errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE || errorCode === ErrorCode.NOT_COORDINATOR) {
      this.#context.link.forget(now, out);
    }
    this.#fail(errorCode);
  }
}
