import { assert, type Outbox, type Us } from '../../../machine/index.ts';
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeSubscription,
  ErrorCode,
  type JoinGroupResponse,
  type SyncGroupResponse,
  WireError,
} from '../../../wire/index.ts';
import type { GroupFace, OffsetExpiration } from '../group.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ClassicGroupMember, ClassicProtocol } from './classic-group-member.ts';
import { ClassicGroupState, canBecome } from './classic-group-state.ts';

export interface ClassicGroupOptions {
  readonly groupId: string;
  readonly state: ClassicGroupState;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  /** Since when it is in its state, ms of the wall clock; -1: an old record does not say. */
  readonly stateSinceMs: number;
}

/** A classic group (`ClassicGroup`). Knows its members and its rules; when what happens is `Rebalances`' business. */
export class ClassicGroup implements GroupFace {
  readonly kind = 'classic';
  readonly groupId: string;
  readonly members = new Map<string, ClassicGroupMember>();
  /** Ids that were handed out and have not come back (KIP-394). */
  readonly pendingJoins = new Set<string>();
  /** Members of this generation that have not synced. */
  readonly pendingSyncs = new Set<string>();
  readonly #staticMembers = new Map<string, string>();
  #state: ClassicGroupState;
  #previousState: ClassicGroupState | null = null;
  #stateSinceMs: number;
  #generationId: number;
  #protocolType: string | null;
  #protocolName: string | null;
  #leaderId: string | null;
  /** Null: nobody knows, so that its topics may be any. */
  #subscribedTopics: ReadonlySet<string> | null = null;
  /** Members that came during the first rebalance: it waits longer for them. */
  hasNewMembers = false;

  constructor(options: ClassicGroupOptions) {
    this.groupId = options.groupId;
    this.#state = options.state;
    this.#generationId = options.generationId;
    this.#protocolType = options.protocolType;
    this.#protocolName = options.protocolName;
    this.#leaderId = options.leaderId;
    this.#stateSinceMs = options.stateSinceMs;
  }

  get state(): ClassicGroupState {
    return this.#state;
  }

  get previousState(): ClassicGroupState | null {
    return this.#previousState;
  }

  get stateSinceMs(): number {
    return this.#stateSinceMs;
  }

  get generationId(): number {
    return this.#generationId;
  }

  get protocolType(): string | null {
    return this.#protocolType;
  }

  get protocolName(): string | null {
    return this.#protocolName;
  }

  get leaderId(): string | null {
    return this.#leaderId;
  }

  get memberCount(): number {
    return this.members.size;
  }

  get isEmpty(): boolean {
    return this.#state === ClassicGroupState.Empty;
  }

  /** The longest that any member asks for. */
  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const { rebalanceTimeoutMs } of this.members.values())
      longest = Math.max(longest, rebalanceTimeoutMs);
    return longest;
  }

  get awaitingJoinCount(): number {
    let count = 0;
    for (const { awaitingJoin } of this.members.values()) if (awaitingJoin !== null) count++;
    return count;
  }

  get haveAllJoined(): boolean {
    return this.pendingJoins.size === 0 && this.awaitingJoinCount === this.members.size;
  }

  get canRebalance(): boolean {
    return canBecome(this.#state, ClassicGroupState.PreparingRebalance);
  }

  /** Only the map of groups remembers what it was. */
  protocolTypeAt(): string {
    return this.#protocolType ?? '';
  }

  stateNameAt(): string {
    return this.#state;
  }

  isLeader(memberId: string): boolean {
    return this.#leaderId === memberId;
  }

  staticMemberId(instanceId: string): string | undefined {
    return this.#staticMembers.get(instanceId);
  }

  become(state: ClassicGroupState, nowMs: number): void {
    assert(
      canBecome(this.#state, state),
      () => `group ${this.groupId} cannot go from ${this.#state} to ${state}`,
    );
    this.#previousState = this.#state;
    this.#state = state;
    this.#stateSinceMs = nowMs;
  }

  add(member: ClassicGroupMember): void {
    const { instanceId, memberId, protocolType } = member;
    if (this.members.size === 0) this.#protocolType = protocolType;
    assert(this.#protocolType === protocolType, 'a group and its members are for the same');
    if (instanceId !== null) {
      assert(!this.#staticMembers.has(instanceId), 'a static member is replaced, not added twice');
      this.#staticMembers.set(instanceId, memberId);
    }
    this.#leaderId ??= memberId;
    this.members.set(memberId, member);
    this.pendingJoins.delete(memberId);
  }

  remove(memberId: string): void {
    const member = this.members.get(memberId);
    this.members.delete(memberId);
    if (member !== undefined && member.instanceId !== null) this.#staticMembers.delete(member.instanceId);
    if (this.isLeader(memberId)) {
      const [next] = this.members.keys();
      this.#leaderId = next ?? null;
    }
    this.pendingJoins.delete(memberId);
    this.pendingSyncs.delete(memberId);
  }

  /** Puts a new id in the place of an old one; what the old one waits for is the caller's to answer. */
  replaceStatic(replaced: ClassicGroupMember, member: ClassicGroupMember): void {
    assert(member.instanceId !== null && member.instanceId === replaced.instanceId, 'one static member');
    this.members.delete(replaced.memberId);
    this.members.set(member.memberId, member);
    if (this.isLeader(replaced.memberId)) this.#leaderId = member.memberId;
    this.#staticMembers.set(member.instanceId, member.memberId);
  }

  /** NONE, or why this is no member (`validateMember`). */
  rejectMember(memberId: string, instanceId: string | null): number {
    if (instanceId !== null) {
      const known = this.#staticMembers.get(instanceId);
      if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      if (known !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
    }
    return this.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
  }

  /** Somebody who can do this may join: at least one protocol that all members support. */
  supports(protocolType: string, protocols: readonly ClassicProtocol[]): boolean {
    if (this.isEmpty) return protocolType !== '' && protocols.length > 0;
    if (this.#protocolType !== protocolType) return false;
    // All have left, and the rebalance waits for one that has an id and has not come yet: the next one decides.
    if (this.members.size === 0) return protocols.length > 0;
    const candidates = this.#candidates();
    return protocols.some(({ name }) => candidates.has(name));
  }

  /** The protocol with the most votes among those that all support; of several the one that was voted for first. */
  selectProtocol(): string {
    assert(this.members.size > 0, 'a group without members has nothing to choose');
    const candidates = this.#candidates();
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = member.voteFor(candidates);
      votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let [chosen] = votes.keys();
    for (const [name, count] of votes) if (count > votes.get(chosen!)!) chosen = name;
    return chosen!;
  }

  /** False: nobody has joined who could lead (`maybeElectNewJoinedLeader`). */
  electJoinedLeader(): boolean {
    if (this.#leaderId === null) return false;
    const leader = this.members.get(this.#leaderId);
    assert(leader !== undefined, 'the leader is a member');
    if (leader.awaitingJoin !== null) return true;
    for (const { awaitingJoin, memberId } of this.members.values()) {
      if (awaitingJoin === null) continue;
      this.#leaderId = memberId;
      return true;
    }
    return false;
  }

  /** The join phase is over (`initNextGeneration`). */
  beginGeneration(nowMs: number): void {
    this.#generationId++;
    const isDeserted = this.members.size === 0;
    this.#protocolName = isDeserted ? null : this.selectProtocol();
    this.#subscribedTopics = this.#topicsOfMembers();
    this.become(isDeserted ? ClassicGroupState.Empty : ClassicGroupState.CompletingRebalance, nowMs);
    this.pendingSyncs.clear();
  }

  /** After a load: what the records of its members say. */
  refreshSubscribedTopics(): void {
    this.#subscribedTopics = this.#topicsOfMembers();
  }

  answerJoin(member: ClassicGroupMember, now: Us, body: JoinGroupResponse, out: Outbox): boolean {
    const answer = member.awaitingJoin;
    if (answer === null) return false;
    member.awaitingJoin = null;
    answer(now, body, out);
    return true;
  }

  answerSync(member: ClassicGroupMember, now: Us, body: SyncGroupResponse, out: Outbox): boolean {
    const answer = member.awaitingSync;
    if (answer === null) return false;
    member.awaitingSync = null;
    answer(now, body, out);
    return true;
  }

  isSubscribedToTopic(topic: string): boolean {
    return this.#subscribedTopics === null ? this.#usesConsumerProtocol : this.#subscribedTopics.has(topic);
  }

  rejectOffsetDelete(): number {
    if (this.#state === ClassicGroupState.Dead) return ErrorCode.GROUP_ID_NOT_FOUND;
    return this.isEmpty || this.#usesConsumerProtocol ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  rejectDelete(): number {
    if (this.#state === ClassicGroupState.Dead) return ErrorCode.GROUP_ID_NOT_FOUND;
    return this.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  /** KIP-211: since a group is empty; of a stable one, and of who only stores offsets, since the commit. */
  offsetExpiration(): OffsetExpiration | null {
    if (this.#protocolType === null) return sinceCommit;
    if (this.isEmpty) return this.#stateSinceMs < 0 ? sinceCommit : () => this.#stateSinceMs;
    const isAware = this.#usesConsumerProtocol && this.#subscribedTopics !== null;
    return isAware && this.#state === ClassicGroupState.Stable ? sinceCommit : null;
  }

  addTombstones(records: GroupRecord[]): void {
    records.push({ type: 'GroupMetadata', key: { group: this.groupId }, value: null });
  }

  /** They stay: should its deletion not be written the group needs them, and else they find no group. */
  cancelTimers(): void {}

  get #usesConsumerProtocol(): boolean {
    return this.#protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  /** Protocols that every member supports. */
  #candidates(): ReadonlySet<string> {
    const counts = new Map<string, number>();
    for (const { protocols } of this.members.values())
      for (const { name } of protocols) counts.set(name, (counts.get(name) ?? 0) + 1);
    return new Set([...counts].filter(([, count]) => count === this.members.size).map(([name]) => name));
  }

  #topicsOfMembers(): ReadonlySet<string> | null {
    if (!this.#usesConsumerProtocol) return null;
    const topics = new Set<string>();
    if (this.members.size === 0) return topics;
    if (this.#protocolName === null) return null;
    for (const member of this.members.values()) {
      const subscription = decodeSubscription(member.metadataOf(this.#protocolName));
      // A client's own format: nobody knows what it reads.
      if (subscription instanceof WireError) return null;
      for (const topic of subscription.topics) topics.add(topic);
    }
    return topics;
  }
}

function sinceCommit(commitTimestampMs: number): number {
  return commitTimestampMs;
}
