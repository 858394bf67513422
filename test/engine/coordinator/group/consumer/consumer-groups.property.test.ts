import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConsumerGroupMember,
  MemberState,
} from '../../../../../engine/coordinator/group/consumer/index.ts';
import type { GroupRecord } from '../../../../../engine/coordinator/index.ts';
import { SECOND } from '../../../../../engine/machine/index.ts';
import { type ConsumerGroupHeartbeatResponse, ErrorCode } from '../../../../../engine/wire/index.ts';
import { dumpGroup } from './dump-group.ts';
import { assignedIn, GROUP, GroupStage, idOf } from './group-stage.ts';

type Owned = Readonly<Record<string, readonly number[]>>;
type Subscription = readonly string[] | string;

/** A member as its client sees itself. */
interface Client {
  memberId: string;
  readonly instanceId: string | null;
  epoch: number;
  owned: Owned;
  subscription: Subscription;
  assignor: string | null;
  /** It tells everything with its next heartbeat: it has joined, or an answer was lost. */
  tellsAll: boolean;
  isAlive: boolean;
}

type Action =
  | { readonly kind: 'join'; readonly who: number; readonly subscription: Subscription }
  | { readonly kind: 'beat' | 'lose request' | 'lose answer' | 'leave' | 'die'; readonly who: number }
  | { readonly kind: 'subscribe'; readonly who: number; readonly subscription: Subscription }
  | { readonly kind: 'assignor'; readonly who: number; readonly name: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'fail over' }
  | { readonly kind: 'create' | 'grow' | 'delete'; readonly topic: string };

const TOPICS = ['apple', 'banana', 'cherry'];
const CLIENTS = 5;
/** Heartbeats of everybody after which a quiet group has come to rest. */
const ROUNDS = 12;

const who = fc.nat({ max: CLIENTS - 1 });
const subscription: fc.Arbitrary<Subscription> = fc.oneof(
  fc.subarray(TOPICS, { minLength: 1 }),
  fc.constantFrom('a.*', '[bc].+y', '.*', 'banana|apple'),
);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('join' as const), who, subscription }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('beat' as const), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('lose request', 'lose answer'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('leave', 'die'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), who, subscription }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('assignor' as const),
      who,
      name: fc.constantFrom('range', 'uniform'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 5, 11, 46) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail over' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('create', 'grow', 'delete'),
      topic: fc.constantFrom(...TOPICS),
    }),
  },
) as fc.Arbitrary<Action>;

/** Members with a mind of their own, and what must hold whatever they do. */
class Model {
  readonly stage: GroupStage;
  readonly clients: Client[] = [];
  #names = 0;
  /** Between batches. */
  readonly #bounds: number[] = [];
  #epochs = { group: 0, assignment: 0 };
  #memberEpochs = new Map<string, number>();

  constructor(intervalMs: number) {
    const config = { 'group.consumer.assignment.interval.ms': intervalMs };
    this.stage = new GroupStage(config, { apple: 3, banana: 2 });
    // The first two are static members.
    for (let at = 0; at < CLIENTS; at += 1) {
      this.clients.push({
        memberId: '',
        instanceId: at < 2 ? `instance${at}` : null,
        epoch: 0,
        owned: {},
        subscription: [],
        assignor: null,
        tellsAll: true,
        isAlive: false,
      });
    }
  }

  do(action: Action): void {
    const { stage } = this;
    const client = 'who' in action ? this.clients[action.who]! : null;
    switch (action.kind) {
      case 'join':
        if (!client!.isAlive) this.#start(client!, action.subscription);
        return;
      case 'beat':
      case 'lose request':
      case 'lose answer':
        if (client!.isAlive) this.#beat(client!, action.kind);
        return;
      case 'leave':
        if (client!.isAlive) this.#leave(client!);
        return;
      case 'die':
        client!.isAlive = false;
        return;
      case 'subscribe':
        client!.subscription = action.subscription;
        client!.tellsAll = true;
        return;
      case 'assignor':
        client!.assignor = action.name;
        client!.tellsAll = true;
        return;
      case 'wait':
        stage.runtime.advance(action.seconds * SECOND);
        return;
      case 'fail over':
        stage.failOver();
        return;
      default:
        this.#changeTopic(action.kind, action.topic);
    }
  }

  #changeTopic(kind: 'create' | 'grow' | 'delete', topic: string): void {
    const there = this.stage.image.topicsByName.get(topic);
    if (there === undefined) {
      if (kind === 'create') this.stage.createTopic(topic, 3);
    } else if (kind === 'grow') this.stage.growTopic(topic, there.partitions.length + 1);
    else if (kind === 'delete') this.stage.deleteTopic(topic);
  }

  #start(client: Client, wished: Subscription): void {
    this.#names += 1;
    client.memberId = `member${this.#names}`;
    client.subscription = wished;
    client.isAlive = true;
    this.#begin(client);
    this.#beat(client, 'beat');
  }

  /** It has nothing, and says so. */
  #begin(client: Client): void {
    client.epoch = 0;
    client.owned = {};
    client.tellsAll = true;
  }

  #beat(client: Client, kind: 'beat' | 'lose request' | 'lose answer'): void {
    const { assignor, epoch, instanceId, memberId, owned, subscription: wished, tellsAll } = client;
    if (kind !== 'lose request') {
      const everything =
        typeof wished === 'string'
          ? { rebalanceTimeoutMs: 20_000, subscribedTopicNames: [], subscribedTopicRegex: wished }
          : { rebalanceTimeoutMs: 20_000, subscribedTopicNames: wished, subscribedTopicRegex: '' };
      const answer = this.stage.beat(memberId, epoch, owned, {
        instanceId,
        ...(tellsAll ? { ...everything, serverAssignor: assignor } : {}),
      });
      // Whatever runs right after it, such as the resolution of a pattern.
      this.stage.runtime.advance(0);
      if (kind === 'beat') {
        this.#hear(client, answer);
        return;
      }
    }
    // It has no answer, and tells everything the next time.
    client.tellsAll = true;
  }

  #hear(client: Client, answer: ConsumerGroupHeartbeatResponse): void {
    switch (answer.errorCode) {
      case ErrorCode.NONE:
        client.tellsAll = false;
        client.epoch = answer.memberEpoch;
        client.owned = assignedIn(answer) ?? client.owned;
        return;
      case ErrorCode.FENCED_MEMBER_EPOCH:
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.GROUP_ID_NOT_FOUND:
        this.#begin(client);
        return;
      case ErrorCode.UNRELEASED_INSTANCE_ID:
      case ErrorCode.FENCED_INSTANCE_ID:
        client.isAlive = false;
        return;
      default:
        expect.fail(`error ${answer.errorCode}`);
    }
  }

  #leave(client: Client): void {
    const { instanceId, memberId } = client;
    client.isAlive = false;
    const answer = this.stage.beat(memberId, instanceId === null ? -1 : -2, null, { instanceId });
    expect([
      0,
      ErrorCode.UNKNOWN_MEMBER_ID,
      ErrorCode.GROUP_ID_NOT_FOUND,
      ErrorCode.FENCED_INSTANCE_ID,
    ]).toContain(answer.errorCode);
  }

  /** What must hold at every moment. */
  check(): void {
    const { stage } = this;
    const live = dumpGroup(stage.shard, stage.image);
    expect(dumpGroup(stage.runtime.rebuild(), stage.image)).toEqual(live);
    this.#checkCompacted(live);
    const { group } = stage;
    if (group === null) return;
    const { assignmentEpoch, groupEpoch } = group;
    expect(groupEpoch).toBeGreaterThanOrEqual(this.#epochs.group);
    expect(assignmentEpoch).toBeGreaterThanOrEqual(this.#epochs.assignment);
    expect(assignmentEpoch).toBeLessThanOrEqual(groupEpoch);
    this.#epochs = { group: groupEpoch, assignment: assignmentEpoch };
    const holders = new Map<string, string>();
    for (const member of group.members()) {
      this.#checkMember(member, assignmentEpoch);
      for (const partition of held(member)) {
        expect(holders.get(partition), `${partition} is ${member.memberId}’s too`).toBeUndefined();
        holders.set(partition, member.memberId);
      }
    }
    for (const client of this.clients) this.#checkClient(client, group.member(client.memberId));
  }

  /** However far the log is compacted, with tombstones or without (KAFKA-19862). No batch is compacted in part. */
  #checkCompacted(live: unknown): void {
    const { stage } = this;
    const { length } = stage.runtime.records;
    if (length === this.#bounds.at(-1)) return;
    this.#bounds.push(length);
    const records = stage.runtime.records.map(({ record }) => record);
    const until = this.#bounds.length % 2 === 0 ? length : this.#bounds[this.#bounds.length >> 1]!;
    for (const keepsTombstones of [true, false]) {
      const shard = stage.replayed(compacted(records, until, keepsTombstones));
      expect(dumpGroup(shard, stage.image)).toEqual(live);
    }
  }

  #checkMember(member: ConsumerGroupMember, assignmentEpoch: number): void {
    const { memberEpoch, memberId, state } = member;
    expect(memberEpoch).toBeLessThanOrEqual(assignmentEpoch);
    if (memberEpoch >= 0) {
      expect(memberEpoch).toBeGreaterThanOrEqual(this.#memberEpochs.get(memberId) ?? 0);
      this.#memberEpochs.set(memberId, memberEpoch);
    }
    if (state !== MemberState.UNREVOKED_PARTITIONS) expect(member.pendingRevocation.size).toBe(0);
    if (memberEpoch !== assignmentEpoch || state === MemberState.UNREVOKED_PARTITIONS) return;
    // In the target's epoch it has nothing but what the target gives it.
    const target = this.stage.group!.target(memberId);
    for (const [topicId, epochs] of member.assigned) {
      for (const [partition, epoch] of epochs) {
        expect(target.get(topicId)).toContain(partition);
        expect(epoch).toBeLessThanOrEqual(memberEpoch);
      }
    }
  }

  /** A client that may still commit has nothing that the coordinator does not count as its own. */
  #checkClient(client: Client, member: ConsumerGroupMember | undefined): void {
    if (!client.isAlive || client.epoch === 0 || member === undefined) return;
    if (client.epoch !== member.memberEpoch && client.epoch !== member.previousMemberEpoch) return;
    const own = new Set(held(member));
    for (const [topic, partitions] of Object.entries(client.owned)) {
      if (!this.stage.image.topicsByName.has(topic)) continue;
      for (const partition of partitions) {
        expect(own.has(`${idOf(topic)}-${partition}`), `${client.memberId} has ${topic}-${partition}`).toBe(
          true,
        );
      }
    }
  }

  /** Nothing changes any more: everybody comes to have what it shall have. */
  settle(): void {
    // Whoever is silent is thrown out, and patterns are resolved again.
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      for (const client of this.clients) if (client.isAlive) this.#beat(client, 'beat');
      this.check();
      this.stage.runtime.advance(5 * SECOND);
    }
    const living = this.clients.filter(({ isAlive }) => isAlive);
    const { group } = this.stage;
    if (group === null) {
      expect(living).toEqual([]);
      return;
    }
    expect(group.memberCount).toBe(living.length);
    expect(group.stateNameAt()).toBe(living.length === 0 ? 'Empty' : 'Stable');
    const given = new Map<string, string>();
    for (const client of living) {
      const target = group.target(client.memberId);
      for (const [topicId, partitions] of target) {
        for (const partition of partitions) given.set(`${topicId}-${partition}`, client.memberId);
      }
      const owned = Object.entries(client.owned).map(([topic, partitions]) => [idOf(topic), partitions]);
      expect(new Map(owned as [string, number[]][])).toEqual(target);
    }
    for (const { id, name, partitions } of this.stage.image.topicsById.values()) {
      const isWanted = living.some(({ subscription: wished }) => isSubscribed(wished, name));
      for (let partition = 0; partition < partitions.length; partition += 1) {
        expect(given.has(`${id}-${partition}`), `${name}-${partition} in ${GROUP}`).toBe(isWanted);
      }
    }
  }
}

/** Of each key before an offset the last record only. */
function compacted(
  records: readonly GroupRecord[],
  until: number,
  keepsTombstones: boolean,
): readonly GroupRecord[] {
  const last = new Map<string, GroupRecord>();
  for (const record of records.slice(0, until))
    last.set(`${record.type}${JSON.stringify(record.key)}`, record);
  const kept = records
    .slice(0, until)
    .filter((record) => last.get(`${record.type}${JSON.stringify(record.key)}`) === record)
    .filter(({ value }) => keepsTombstones || value !== null);
  return kept.concat(records.slice(until));
}

function held({ assigned, pendingRevocation }: ConsumerGroupMember): string[] {
  const all: string[] = [];
  for (const side of [assigned, pendingRevocation]) {
    for (const [topicId, epochs] of side)
      for (const partition of epochs.keys()) all.push(`${topicId}-${partition}`);
  }
  return all;
}

function isSubscribed(wished: Subscription, topic: string): boolean {
  return typeof wished === 'string' ? new RegExp(`^(?:${wished})$`).test(topic) : wished.includes(topic);
}

/** The pattern of a static member changes to one that matches nothing, and no topic of the group with it. */
const PATTERN_OF_NOTHING: Action[] = [
  { kind: 'join', who: 1, subscription: 'a.*' },
  { kind: 'leave', who: 0 },
  { kind: 'beat', who: 0 },
  { kind: 'join', who: 0, subscription: ['apple', 'cherry'] },
  { kind: 'leave', who: 1 },
  { kind: 'join', who: 1, subscription: '[bc].+y' },
];

describe('members that come, go, lose messages and change their minds', () => {
  for (const intervalMs of [0, 1000]) {
    test(`have each partition once, and what they shall have in the end, at an interval of ${intervalMs} ms`, () => {
      fc.assert(
        fc.property(fc.array(action, { minLength: 5, maxLength: 45 }), (actions) => {
          const model = new Model(intervalMs);
          for (const each of actions) {
            model.do(each);
            model.check();
          }
          model.settle();
        }),
        { numRuns: 60, examples: [[PATTERN_OF_NOTHING]] },
      );
    });
  }
});
