import { type SnapshotRegistry, TimelineMap, TimelineValue } from '../../../timeline/index.ts';
import { CONSUMER_PROTOCOL_TYPE, ErrorCode, type Hash64, ZERO_HASH } from '../../../wire/index.ts';
import type { GroupFace, OffsetExpiration } from '../group.ts';
import type { GroupRecord } from '../records/index.ts';
import { type Assignment, NO_PARTITIONS } from './assignment.ts';
import { type ConsumerGroupMember, isReconciledTo, newMember } from './consumer-group-member.ts';
import { addGroupTombstones, type ResolvedRegex } from './group-records.ts';
import { PartitionOwners } from './partition-owners.ts';
import { count, countMember, countRegexMatches, type SubscriptionCount } from './subscription-counts.ts';

/** As ListGroups and ConsumerGroupDescribe print it. `Dead` is a group that is not there. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

/** The epoch of the target assignment, and when it was computed (0: not known, never wait for the interval). */
export interface TargetEpoch {
  readonly assignmentEpoch: number;
  readonly timestampMs: number;
}

/** A group begins in epoch 1 with an empty target for it (`TargetAssignmentMetadata.INITIAL`). */
const NO_TARGET: TargetEpoch = { assignmentEpoch: 1, timestampMs: 0 };

/** Retention of a position counts from its commit. */
const SINCE_COMMIT: OffsetExpiration = (commitTimestampMs) => commitTimestampMs;

/**
 * A consumer group as its records say (`ConsumerGroup`, `ModernGroup`): all of it can be taken back to a snapshot,
 * except when its metadata is looked at again, which no record holds.
 *
 * Epochs rise in this order: the group's (something changed), the target's (the assignor has answered), each member's
 * (it has given up what the target does not leave it). memberEpoch <= assignmentEpoch <= groupEpoch.
 */
export class ConsumerGroup implements GroupFace {
  readonly kind = 'consumer';
  readonly groupId: string;
  readonly owners: PartitionOwners;
  readonly #epoch: TimelineValue<number>;
  readonly #metadataHash: TimelineValue<Hash64>;
  readonly #target: TimelineValue<TargetEpoch>;
  readonly #state: TimelineValue<ConsumerGroupState>;
  readonly #members: TimelineMap<string, ConsumerGroupMember>;
  readonly #targets: TimelineMap<string, Assignment>;
  readonly #staticMembers: TimelineMap<string, string>;
  readonly #assignors: TimelineMap<string, number>;
  readonly #classicCount: TimelineValue<number>;
  readonly #classicProtocols: TimelineMap<string, number>;
  readonly #topics: TimelineMap<string, SubscriptionCount>;
  readonly #regexes: TimelineMap<string, number>;
  readonly #resolved: TimelineMap<string, ResolvedRegex>;
  readonly #hasPartitionMetadata: TimelineValue<boolean>;
  readonly #cancelTimers: (group: ConsumerGroup) => void;
  /** Soft: the group epoch up to which, and the wall clock's time until which, the metadata counts as looked at. */
  #fresh = { untilMs: 0, groupEpoch: 0 };

  constructor(registry: SnapshotRegistry, groupId: string, cancelTimers: (group: ConsumerGroup) => void) {
    this.groupId = groupId;
    this.owners = new PartitionOwners(registry);
    this.#epoch = new TimelineValue(registry, 1);
    this.#metadataHash = new TimelineValue(registry, ZERO_HASH);
    this.#target = new TimelineValue(registry, NO_TARGET);
    this.#state = new TimelineValue<ConsumerGroupState>(registry, 'Empty');
    this.#members = new TimelineMap(registry);
    this.#targets = new TimelineMap(registry);
    this.#staticMembers = new TimelineMap(registry);
    this.#assignors = new TimelineMap(registry);
    this.#classicCount = new TimelineValue(registry, 0);
    this.#classicProtocols = new TimelineMap(registry);
    this.#topics = new TimelineMap(registry);
    this.#regexes = new TimelineMap(registry);
    this.#resolved = new TimelineMap(registry);
    this.#hasPartitionMetadata = new TimelineValue(registry, false);
    this.#cancelTimers = cancelTimers;
  }

  get groupEpoch(): number {
    return this.#epoch.value;
  }

  groupEpochAt(atOffset?: number): number {
    return this.#epoch.get(atOffset);
  }

  setGroupEpoch(epoch: number, metadataHash: Hash64): void {
    this.#epoch.set(epoch);
    this.#metadataHash.set(metadataHash);
    this.#refreshState();
  }

  get metadataHash(): Hash64 {
    return this.#metadataHash.value;
  }

  get assignmentEpoch(): number {
    return this.#target.value.assignmentEpoch;
  }

  get assignmentTimestampMs(): number {
    return this.#target.value.timestampMs;
  }

  assignmentEpochAt(atOffset?: number): number {
    return this.#target.get(atOffset).assignmentEpoch;
  }

  setTargetEpoch(assignmentEpoch: number, timestampMs: number): void {
    this.#target.set({ assignmentEpoch, timestampMs });
    this.#refreshState();
  }

  protocolTypeAt(): string {
    return CONSUMER_PROTOCOL_TYPE;
  }

  stateNameAt(atOffset?: number): ConsumerGroupState {
    return this.#state.get(atOffset);
  }

  get memberCount(): number {
    return this.#members.size;
  }

  get isEmpty(): boolean {
    return this.#state.value === 'Empty';
  }

  member(memberId: string, atOffset?: number): ConsumerGroupMember | undefined {
    return this.#members.get(memberId, atOffset);
  }

  members(atOffset?: number): IterableIterator<ConsumerGroupMember> {
    return this.#members.values(atOffset);
  }

  memberOrNew(memberId: string): ConsumerGroupMember {
    return this.#members.get(memberId) ?? newMember(memberId);
  }

  staticMember(instanceId: string | null): ConsumerGroupMember | undefined {
    const memberId = instanceId === null ? undefined : this.#staticMembers.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  updateMember(member: ConsumerGroupMember): void {
    const before = this.#members.get(member.memberId) ?? null;
    this.#members.set(member.memberId, member);
    this.#memberChanged(before, member);
  }

  removeMember(memberId: string): void {
    const before = this.#members.get(memberId) ?? null;
    this.#members.delete(memberId);
    this.#memberChanged(before, null);
  }

  target(memberId: string, atOffset?: number): Assignment {
    return this.#targets.get(memberId, atOffset) ?? NO_PARTITIONS;
  }

  hasTarget(memberId: string): boolean {
    return this.#targets.has(memberId);
  }

  /** Members that a target names, which may be more than there are while records are replayed. */
  get targetCount(): number {
    return this.#targets.size;
  }

  setTarget(memberId: string, assignment: Assignment): void {
    this.#targets.set(memberId, assignment);
  }

  removeTarget(memberId: string): void {
    this.#targets.delete(memberId);
  }

  /** The assignor that most members wish; null: nobody wishes any. Of as many wishes the first by name wins. */
  preferredAssignor(
    before: ConsumerGroupMember | null = null,
    after: ConsumerGroupMember | null = null,
    atOffset?: number,
  ): string | null {
    const wishes = new Map(this.#assignors.entries(atOffset));
    count(wishes, before?.serverAssignor ?? null, -1);
    count(wishes, after?.serverAssignor ?? null, 1);
    let preferred: string | null = null;
    for (const [name, votes] of wishes) {
      const most = preferred === null ? 0 : wishes.get(preferred)!;
      if (votes > most || (votes === most && preferred !== null && name < preferred)) preferred = name;
    }
    return preferred;
  }

  get classicMemberCount(): number {
    return this.#classicCount.value;
  }

  /** Whether some protocol of these is one that every classic member knows. */
  supportsClassicProtocols(protocolType: string, protocols: readonly { readonly name: string }[]): boolean {
    if (protocolType !== CONSUMER_PROTOCOL_TYPE) return false;
    if (this.isEmpty) return protocols.length > 0;
    return protocols.some(({ name }) => (this.#classicProtocols.get(name) ?? 0) === this.classicMemberCount);
  }

  get topics(): TimelineMap<string, SubscriptionCount> {
    return this.#topics;
  }

  /** Patterns, by how many members subscribe to each. */
  get regexes(): TimelineMap<string, number> {
    return this.#regexes;
  }

  get resolvedRegexes(): TimelineMap<string, ResolvedRegex> {
    return this.#resolved;
  }

  setResolvedRegex(regex: string, resolved: ResolvedRegex | null): void {
    const before = this.#resolved.get(regex);
    if (before !== undefined) countRegexMatches(this.#topics, before.topics, -1);
    if (resolved === null) {
      this.#resolved.delete(regex);
      return;
    }
    this.#resolved.set(regex, resolved);
    countRegexMatches(this.#topics, resolved.topics, 1);
  }

  get hasPartitionMetadata(): boolean {
    return this.#hasPartitionMetadata.value;
  }

  setHasPartitionMetadata(hasIt: boolean): void {
    this.#hasPartitionMetadata.set(hasIt);
  }

  /** A refresh that belongs to an epoch that was never written does not count (`DeadlineAndEpoch`). */
  isMetadataStale(nowMs: number): boolean {
    return nowMs >= this.#fresh.untilMs || this.groupEpoch < this.#fresh.groupEpoch;
  }

  metadataIsFresh(untilMs: number, groupEpoch: number): void {
    this.#fresh = { untilMs, groupEpoch };
  }

  requestMetadataRefresh(): void {
    this.#fresh = { untilMs: 0, groupEpoch: 0 };
  }

  isSubscribedToTopic(topic: string): boolean {
    return this.#topics.has(topic);
  }

  rejectOffsetDelete(): number {
    return ErrorCode.NONE;
  }

  rejectDelete(): number {
    return this.isEmpty ? ErrorCode.NONE : ErrorCode.NON_EMPTY_GROUP;
  }

  offsetExpiration(): OffsetExpiration {
    return SINCE_COMMIT;
  }

  addTombstones(records: GroupRecord[]): void {
    addGroupTombstones(records, this.groupId, [...this.#members.keys()], [...this.#resolved.keys()]);
  }

  cancelTimers(): void {
    this.#cancelTimers(this);
  }

  #memberChanged(before: ConsumerGroupMember | null, after: ConsumerGroupMember | null): void {
    countMember(this.#topics, this.#regexes, before, after);
    if (before?.serverAssignor !== after?.serverAssignor) {
      count(this.#assignors, before?.serverAssignor ?? null, -1);
      count(this.#assignors, after?.serverAssignor ?? null, 1);
    }
    this.owners.update(before, after);
    this.#staticMemberChanged(before, after);
    this.#classicMemberChanged(before, after);
    this.#refreshState();
  }

  #staticMemberChanged(before: ConsumerGroupMember | null, after: ConsumerGroupMember | null): void {
    if (before !== null && before.instanceId !== null) {
      const holder = this.#staticMembers.get(before.instanceId);
      if (holder === before.memberId) this.#staticMembers.delete(before.instanceId);
    }
    if (after !== null && after.instanceId !== null) {
      this.#staticMembers.set(after.instanceId, after.memberId);
    }
  }

  #classicMemberChanged(before: ConsumerGroupMember | null, after: ConsumerGroupMember | null): void {
    const [classicBefore, classicAfter] = [before?.classic ?? null, after?.classic ?? null];
    if (classicBefore === classicAfter) return;
    const change = (classicAfter === null ? 0 : 1) - (classicBefore === null ? 0 : 1);
    this.#classicCount.set(this.#classicCount.value + change);
    for (const { name } of classicBefore?.supportedProtocols ?? []) count(this.#classicProtocols, name, -1);
    for (const { name } of classicAfter?.supportedProtocols ?? []) count(this.#classicProtocols, name, 1);
  }

  #refreshState(): void {
    this.#state.set(this.#computeState());
  }

  #computeState(): ConsumerGroupState {
    if (this.#members.size === 0) return 'Empty';
    const { assignmentEpoch } = this.#target.value;
    if (this.#epoch.value > assignmentEpoch) return 'Assigning';
    for (const member of this.#members.values()) {
      if (!isReconciledTo(member, assignmentEpoch)) return 'Reconciling';
    }
    return 'Stable';
  }
}
