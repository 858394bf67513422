import { backoffUs, type Reply } from '../../../exchange/index.ts';
import { MS, type Outbox, type Random, type Us } from '../../../machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  errorName,
  isRetriable,
  type OffsetFetchRequest,
  type OffsetFetchResponse,
  type Uuid,
  ZERO_UUID,
} from '../../../wire/index.ts';
import type { ClientNetwork } from '../../client-network.ts';
import { type ClientError, type GroupListener, NEVER } from '../../ports.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { PartitionState } from '../partition-state.ts';
import type { Subscription } from '../subscription.ts';
import type { CoordinatorLink } from './coordinator-link.ts';
import type { GroupContext } from './group-context.ts';
import { type GroupIdentity, isSameMember, type SentMember } from './group-identity.ts';
import { byTopicName, sorted } from './partition-list.ts';

const FIRST_VERSION_WITH_GROUPS = 8;
const FIRST_VERSION_WITH_MEMBER = 9;
const LAST_VERSION_WITH_NAMES = 9;

interface Asked {
  readonly token: number;
  readonly states: readonly PartitionState[];
  readonly sent: SentMember;
  /** By id, what they were called when it was asked. */
  readonly names: ReadonlyMap<Uuid, string>;
}

/** One committed position, or -1. */
interface Committed {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** Looks up where a group had been, for partitions that have no position yet (`initWithCommittedOffsetsIfNeeded`). */
export class CommittedOffsets {
  readonly #config: ConsumerConfig;
  readonly #network: ClientNetwork;
  readonly #link: CoordinatorLink;
  readonly #identity: GroupIdentity;
  readonly #subscription: Subscription;
  readonly #listener: GroupListener | undefined;
  readonly #random: Random;
  #asked: Asked | null = null;
  #attempts = 0;
  #retryAt: Us = 0;
  #due: Us = NEVER;
  #failure: ClientError | null = null;

  constructor(context: GroupContext, identity: GroupIdentity) {
    this.#config = context.config;
    this.#network = context.network;
    this.#link = context.link;
    this.#identity = identity;
    this.#subscription = context.subscription;
    this.#listener = context.listener;
    this.#random = context.random;
  }

  get due(): Us {
    return this.#due;
  }

  takeFailure(): ClientError | null {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  /** True: whatever has no position yet has no committed one either, and is to be reset by the policy. */
  update(now: Us, out: Outbox): boolean {
    this.#due = NEVER;
    const states = this.#subscription.assigned.filter(
      ({ state, hasNoCommitted }) => state === 'initializing' && !hasNoCommitted,
    );
    if (states.length === 0) return true;
    if (this.#failure !== null) return false;
    const asked = this.#asked;
    const as = this.#identity.fetchAs();
    if (asked !== null) {
      const isSame =
        states.length === asked.states.length && states.every((each) => asked.states.includes(each));
      if (isSame && (this.#config['group.protocol'] === 'consumer' || isSameMember(asked.sent, as)))
        return false;
      // What it asked for is not what is needed any more: its answer will be ignored.
      this.#asked = null;
    }
    if (now < this.#retryAt) this.#due = this.#retryAt;
    else if (this.#link.ready(now, out)) this.#ask(now, states, as, out);
    else this.#due = this.#link.dueAt(now, out);
    return false;
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    const asked = this.#asked;
    if (asked === null || asked.token !== token) return false;
    this.#asked = null;
    if (reply.kind === 'failed') {
      if (reply.reason === 'unsupported version') this.#fail(ErrorCode.UNSUPPORTED_VERSION);
      this.#retry(now);
      return true;
    }
    const committed = this.#read(now, asked, reply.body as OffsetFetchResponse, out);
    if (committed === null) this.#retry(now);
    else {
      this.#attempts = 0;
      this.#apply(now, asked, committed);
    }
    return true;
  }

  #ask(now: Us, states: readonly PartitionState[], as: SentMember, out: Outbox): void {
    const { metadata } = this.#network;
    const topics = byTopicName(sorted(states));
    const usesIds =
      this.#config['group.protocol'] === 'consumer' &&
      topics.every(({ topic }) => metadata.idOf(topic) !== ZERO_UUID);
    const cap = usesIds ? Number.MAX_SAFE_INTEGER : LAST_VERSION_WITH_NAMES;
    const version = this.#link.version(ApiKey.OffsetFetch, cap);
    const hasNames = version <= LAST_VERSION_WITH_NAMES;
    const hasMember = version >= FIRST_VERSION_WITH_MEMBER && this.#config['group.protocol'] === 'consumer';
    const isMember = hasMember && as.generationId >= 0;
    const hasGroups = version >= FIRST_VERSION_WITH_GROUPS;
    const body: OffsetFetchRequest = {
      groupId: hasGroups ? '' : as.groupId,
      topics: hasGroups
        ? []
        : topics.map(({ topic, partitions }) => ({ name: topic, partitionIndexes: partitions })),
      groups: hasGroups
        ? [
            {
              groupId: as.groupId,
              memberId: isMember ? as.memberId : null,
              memberEpoch: isMember ? as.generationId : -1,
              topics: topics.map(({ topic, partitions }) => ({
                name: hasNames ? topic : '',
                topicId: hasNames ? ZERO_UUID : metadata.idOf(topic),
                partitionIndexes: partitions,
              })),
            },
          ]
        : [],
      requireStable: version >= 7,
    };
    const names = new Map(topics.map(({ topic }) => [metadata.idOf(topic), topic]));
    const token = this.#link.send(now, ApiKey.OffsetFetch, body, out, cap);
    this.#asked = { token, states, sent: as, names };
  }

  /** Null: to be asked again, or failed. */
  #read(now: Us, asked: Asked, response: OffsetFetchResponse, out: Outbox): Committed[] | null {
    const group = response.groups[0] ?? { ...response, groupId: '' };
    if (group.errorCode !== ErrorCode.NONE) {
      this.#onGroupError(now, group.errorCode, out);
      return null;
    }
    const committed: Committed[] = [];
    let isUnstable = false;
    for (const entry of group.topics) {
      const id = 'topicId' in entry ? (entry.topicId as Uuid) : ZERO_UUID;
      const topic = id === ZERO_UUID ? entry.name : asked.names.get(id);
      if (topic === undefined) continue;
      for (const told of entry.partitions) {
        const { partitionIndex, errorCode, committedOffset, committedLeaderEpoch } = told;
        if (errorCode === ErrorCode.UNSTABLE_OFFSET_COMMIT) isUnstable = true;
        else if (errorCode !== ErrorCode.NONE) {
          if (!this.#identity.isFetchRetriable(errorCode)) this.#fail(errorCode);
          return null;
        } else {
          committed.push({
            topic,
            partition: partitionIndex,
            offset: committedOffset,
            leaderEpoch: committedLeaderEpoch,
            metadata: told.metadata ?? '',
          });
        }
      }
    }
    if (isUnstable) out.probe('committed offset is not stable yet');
    return isUnstable ? null : committed;
  }

  #onGroupError(now: Us, code: number, out: Outbox): void {
    if (code === ErrorCode.NOT_COORDINATOR || code === ErrorCode.COORDINATOR_NOT_AVAILABLE) {
      this.#link.forget(now, out);
    } else if (!isRetriable(code) && !this.#identity.isFetchRetriable(code)) this.#fail(code);
  }

  /** `refreshCommittedOffsets`, then `resetInitializingPositions` for the others, which the caller does. */
  #apply(now: Us, { states }: Asked, committed: readonly Committed[]): void {
    const { metadata } = this.#network;
    for (const { topic, partition, offset, leaderEpoch, metadata: note } of committed) {
      const state = states.find((each) => each.topic === topic && each.partition === partition);
      if (state === undefined || !state.isAssigned || state.state !== 'initializing') continue;
      if (offset < 0) {
        state.hasNoCommitted = true;
        continue;
      }
      // A newer epoch than metadata's: nothing is read before metadata has caught up.
      this.#network.onLeaderEpoch(topic, partition, leaderEpoch);
      const leader = metadata.currentLeader(topic, partition);
      state.seekUnvalidated(offset, leaderEpoch, leader, metadata.lastSeenEpoch(topic, partition));
      this.#listener?.onCommittedPosition(now, topic, partition, offset, leaderEpoch, note);
    }
  }

  #retry(now: Us): void {
    const initial = this.#config['retry.backoff.ms'] * MS;
    const max = this.#config['retry.backoff.max.ms'] * MS;
    this.#retryAt = now + backoffUs(initial, max, this.#attempts, this.#random);
    this.#attempts++;
  }

  #fail(code: number): void {
    this.#failure ??= { code, message: `committed offsets: ${errorName(code)}` };
  }
}
