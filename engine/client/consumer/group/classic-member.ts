import type { Reply } from '../../../exchange/index.ts';
import { MS, type Outbox, type Us } from '../../../machine/index.ts';
import {
  ApiKey,
  decodeAssignment,
  ErrorCode,
  errorName,
  isRetriable,
  WireError,
} from '../../../wire/index.ts';
import { type ClientError, NEVER, type TopicPartition } from '../../ports.ts';
import { Assignors } from './assignors.ts';
import { AutoCommit } from './auto-commit.ts';
import { ClassicHeartbeats } from './classic-heartbeats.ts';
import { ClassicIdentity } from './classic-identity.ts';
import { ClassicJoin } from './classic-join.ts';
import { ClassicMembership, isGenerationReset } from './classic-membership.ts';
import { leaveGroupBody } from './classic-requests.ts';
import { Commits } from './commits.ts';
import type { GroupContext } from './group-context.ts';
import type { GroupMember } from './group-member.ts';
import { JoinPreparation } from './join-preparation.ts';
import { sorted, without } from './partition-list.ts';
import { RebalanceCallbacks } from './rebalance-callbacks.ts';
import { SubscribedTopics } from './subscribed-topics.ts';

/**
 * A member by the classic protocol (`ConsumerCoordinator`, `AbstractCoordinator`): it joins within polls, heartbeats
 * in the background, and shares partitions out among all members when it is the leader.
 */
export class ClassicMember implements GroupMember {
  readonly identity: ClassicIdentity;
  readonly commits: Commits;
  readonly callbacks: RebalanceCallbacks;
  readonly #context: GroupContext;
  readonly #assignors: Assignors;
  readonly #membership: ClassicMembership;
  readonly #heartbeats: ClassicHeartbeats;
  readonly #join: ClassicJoin;
  readonly #preparation: JoinPreparation;
  readonly #topics: SubscribedTopics;
  readonly #autoCommit: AutoCommit;
  #patternUpdates = -1;
  #retryAt: Us = 0;
  #due: Us = NEVER;
  #failure: ClientError | null = null;
  #leaving: 'no' | 'callback' | 'left' = 'no';

  constructor(context: GroupContext) {
    this.#context = context;
    const { config, network, subscription } = context;
    this.#assignors = new Assignors(config);
    this.#membership = new ClassicMembership();
    this.identity = new ClassicIdentity(context, this.#membership);
    this.commits = new Commits(context, this.identity);
    this.#autoCommit = new AutoCommit(config, this.commits);
    this.callbacks = new RebalanceCallbacks(context, this.commits);
    this.#heartbeats = new ClassicHeartbeats(context, this.#membership, (now, out) =>
      this.#sendLeave(now, 'consumer poll timeout has expired.', out),
    );
    this.#topics = new SubscribedTopics(config, network, subscription);
    this.#join = new ClassicJoin(context, this.#membership, this.#assignors, this.#topics, (now) =>
      this.#heartbeats.enable(now),
    );
    this.#preparation = new JoinPreparation(
      context,
      this.#membership,
      this.#assignors.protocol,
      this.commits,
      this.callbacks,
    );
  }

  get state(): string {
    return this.#membership.state;
  }

  get due(): Us {
    return this.#due;
  }

  takeFailure(): ClientError | null {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  onSubscribed(): void {
    // The next poll sees that the group knows another subscription.
  }

  enforceRebalance(): void {
    this.#membership.requestRejoin('rebalance enforced by user');
  }

  // ---------------------------------------------------------------- polling

  poll(now: Us, out: Outbox): boolean {
    this.#due = NEVER;
    this.#topics.update(now);
    if (!this.#context.subscription.isAutoAssigned) {
      this.#dueBy(this.#autoCommit.run(now, out));
      return true;
    }
    const failure = this.#heartbeats.takeFailure();
    if (failure !== null) {
      this.#failure = failure;
      return false;
    }
    this.#heartbeats.timers.onPoll(now);
    if (!this.#isCoordinatorKnown(now, out)) return false;
    if (this.#rejoinNeededOrPending() && !this.#joinGroup(now, out)) return false;
    this.#dueBy(this.#autoCommit.run(now, out));
    return true;
  }

  #isCoordinatorKnown(now: Us, out: Outbox): boolean {
    const { link } = this.#context;
    this.#failure = link.takeFailure();
    if (this.#failure !== null) return false;
    if (link.node(now) >= 0) return true;
    this.#dueBy(link.find(now, out));
    return false;
  }

  #rejoinNeededOrPending(): boolean {
    const { subscription } = this.#context;
    const membership = this.#membership;
    const { assignedFrom, joinedTopics, stage } = this.#join;
    if (assignedFrom !== null && this.#topics.hasChangedSince(assignedFrom)) {
      if (!membership.rejoinNeeded) membership.requestRejoin('cached metadata has changed');
      return true;
    }
    if (joinedTopics !== null && !isSameSet(joinedTopics, subscription.topics)) {
      if (!membership.rejoinNeeded) membership.requestRejoin('subscription has changed');
      return true;
    }
    return membership.rejoinNeeded || stage !== null;
  }

  /** Joins as far as it goes; true when there is nothing more to join (`joinGroupIfNeeded`). */
  #joinGroup(now: Us, out: Outbox): boolean {
    if (!this.#isPatternFresh()) return false;
    while (this.#rejoinNeededOrPending()) {
      if (this.callbacks.isWaiting || !this.#isCoordinatorKnown(now, out)) return false;
      if (!this.#advance(now, out)) return false;
    }
    return true;
  }

  /** A pattern is matched against what there is now, not against what there was before the rebalance. */
  #isPatternFresh(): boolean {
    const { subscription, network } = this.#context;
    if (subscription.kind !== 'pattern' || this.#join.stage !== null) return true;
    if (this.#patternUpdates < 0) {
      this.#patternUpdates = network.updates;
      network.requestUpdate();
    }
    if (network.updates === this.#patternUpdates) return false;
    return true;
  }

  /** False: something has to happen first. */
  #advance(now: Us, out: Outbox): boolean {
    const membership = this.#membership;
    if (now < this.#retryAt) return this.#waitUntil(this.#retryAt);
    if (membership.needsJoinPrepare) {
      if (!this.#preparation.advance(now, out)) return this.#waitUntil(this.#preparation.due);
      membership.needsJoinPrepare = false;
      this.#join.isLeader = false;
      this.#context.subscription.resetGroupTopics();
    }
    this.#join.advance(now, true, out);
    const { stage } = this.#join;
    if (stage?.at === 'failed') return this.#onJoinFailed(now, stage.code);
    if (stage?.at !== 'joined') {
      const waitsForLink = stage === null || stage.at === 'to sync';
      return this.#waitUntil(waitsForLink ? this.#context.link.dueAt(now, out) : NEVER);
    }
    if (isGenerationReset(membership.generation) || membership.state !== 'stable') {
      out.probe('generation was reset before the assignment was taken over');
      membership.resetAndRejoin('rebalance failed since the generation was modified', true);
      this.#join.end();
      return true;
    }
    this.#onJoined(now, stage.assignment, out);
    return !this.callbacks.isWaiting;
  }

  #onJoinFailed(now: Us, code: number): boolean {
    this.#join.end();
    this.#patternUpdates = -1;
    if (code !== ErrorCode.MEMBER_ID_REQUIRED) {
      this.#membership.requestRejoin(`rebalance failed due to ${errorName(code)}`);
    }
    switch (code) {
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.ILLEGAL_GENERATION:
      case ErrorCode.REBALANCE_IN_PROGRESS:
      case ErrorCode.MEMBER_ID_REQUIRED:
        return true;
      default:
        if (!isRetriable(code)) {
          this.#failure = { code, message: `join: ${errorName(code)}` };
          return false;
        }
        this.#retryAt = now + this.#context.config['retry.backoff.ms'] * MS;
        return this.#waitUntil(this.#retryAt);
    }
  }

  /** `onJoinComplete`: takes over what it was assigned, having given up what it was not (KIP-429). */
  #onJoined(now: Us, bytes: Uint8Array, out: Outbox): void {
    const { subscription } = this.#context;
    if (!this.#join.isLeader) this.#join.forgetAssignment();
    const { generationId, memberId } = this.#membership.generation;
    this.identity.become(now, generationId, memberId);
    const assignment = decodeAssignment(bytes);
    if (assignment instanceof WireError) {
      this.#failure = { code: ErrorCode.UNKNOWN_SERVER_ERROR, message: assignment.message };
      this.#finishJoin();
      this.#membership.requestRejoin('assignment cannot be read');
      return;
    }
    const assigned = sorted(
      assignment.assignedPartitions.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
    );
    if (!assigned.every(({ topic }) => this.#isSubscribed(topic))) {
      out.probe('assignment does not match the subscription');
      this.#membership.requestRejoin('received assignment does not match the current subscription');
      this.#finishJoin();
      return;
    }
    const owned = sorted(subscription.assigned);
    const added = without(assigned, owned);
    const revoked = this.#assignors.protocol === 'cooperative' ? without(owned, assigned) : [];
    if (revoked.length === 0) {
      this.#takeOver(now, assigned, added);
      return;
    }
    out.probe('cooperative member gives up partitions and joins again');
    this.callbacks.revoke(
      now,
      revoked,
      (then) => {
        this.#membership.requestRejoin('need to revoke partitions and re-join');
        this.#takeOver(then, assigned, added);
      },
      out,
    );
  }

  #takeOver(now: Us, assigned: readonly TopicPartition[], added: readonly TopicPartition[]): void {
    const { subscription } = this.#context;
    const { joinedTopics } = this.#join;
    const unknown = assigned.map(({ topic }) => topic).filter((topic) => !joinedTopics?.has(topic));
    if (subscription.kind === 'pattern' && unknown.length > 0) {
      this.#join.addJoinedTopics(unknown);
      subscription.setMatched([...new Set([...subscription.topics, ...unknown])].sort());
    }
    this.#assignors.remember(assigned, this.identity.member.generationId);
    this.#autoCommit.restart(now);
    subscription.assignFromGroup(assigned);
    this.callbacks.assigned(now, added);
    this.#finishJoin();
  }

  #finishJoin(): void {
    this.#join.end();
    this.#membership.needsJoinPrepare = true;
    this.#patternUpdates = -1;
  }

  #isSubscribed(topic: string): boolean {
    const { subscription } = this.#context;
    return subscription.kind === 'pattern' ? subscription.matches(topic) : subscription.topics.has(topic);
  }

  // ---------------------------------------------------------------- in the background

  background(now: Us, out: Outbox): Us {
    const due = this.#heartbeats.run(now, out);
    // The heartbeat thread reads responses too; a join alone waits for the application to poll.
    const { stage } = this.#join;
    if (stage !== null && this.#membership.state === 'completing') this.#join.advance(now, false, out);
    return due;
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    if (this.#heartbeats.onReply(now, token, reply, out)) return true;
    return this.#join.onReply(now, token, reply, out);
  }

  // ---------------------------------------------------------------- leaving

  leave(now: Us, isClosing: boolean, out: Outbox): boolean {
    const { subscription, link } = this.#context;
    if (this.#leaving === 'no') {
      this.#leaving = 'callback';
      if (isClosing) this.#heartbeats.stop();
      this.#release(now, out);
    }
    if (this.#leaving === 'callback') return false;
    if (isClosing) return !link.isWaiting;
    this.#leaving = 'no';
    subscription.unsubscribe();
    return true;
  }

  /** `onLeavePrepare`: what is assigned is revoked, or lost when the group has moved on without this member. */
  #release(now: Us, out: Outbox): void {
    const { subscription } = this.#context;
    const { generation, isRebalancing } = this.#membership;
    const dropped = subscription.assigned;
    const go = (then: Us, after: Outbox): void => {
      if (subscription.isAutoAssigned) subscription.assignFromGroup([]);
      this.#sendLeave(then, 'the consumer is being closed', after);
      this.#leaving = 'left';
    };
    if (!subscription.isAutoAssigned || dropped.length === 0) go(now, out);
    else if (generation.generationId < 0 || generation.memberId === '' || isRebalancing) {
      this.callbacks.lost(now, dropped);
      go(now, out);
    } else this.callbacks.revoke(now, dropped, go, out);
  }

  /** A static member stays: it is expected back (`maybeLeaveGroup`). */
  #sendLeave(now: Us, reason: string, out: Outbox): void {
    const { config, link } = this.#context;
    const { generation, state } = this.#membership;
    const isDynamic = config['group.instance.id'] === '';
    const leaves = config['internal.leave.group.on.close'];
    if (isDynamic && leaves && state !== 'unjoined' && generation.memberId !== '' && link.ready(now, out)) {
      const version = link.version(ApiKey.LeaveGroup);
      link.send(now, ApiKey.LeaveGroup, leaveGroupBody(config, generation, version, reason), out);
    }
    this.#membership.resetAndRejoin('consumer pro-actively leaving the group', true);
    this.#join.end();
  }

  #waitUntil(at: Us): false {
    this.#dueBy(at);
    return false;
  }

  #dueBy(at: Us): void {
    if (at < this.#due) this.#due = at;
  }
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const each of a) if (!b.has(each)) return false;
  return true;
}
