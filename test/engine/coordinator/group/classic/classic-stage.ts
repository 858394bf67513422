import {
  type Answer,
  type Caller,
  ClassicGroup,
  ClassicGroups,
  type GroupConfig,
  type GroupDecision,
  type GroupRecord,
  GroupShard,
  groupConfigDefaults,
} from '../../../../../engine/coordinator/index.ts';
import { MS, type Outbox, type Us } from '../../../../../engine/machine/index.ts';
import {
  encodeSubscription,
  type HeartbeatResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupRequest,
  type LeaveGroupResponse,
  make,
  type SyncGroupResponse,
} from '../../../../../engine/wire/index.ts';
import { DirectRuntime, emptyImage } from '../../direct-runtime.ts';
import { makeSimpleRooms } from '../simple-rooms.ts';

export const GROUP = 'g';
export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;
export const DELAY_MS = 3_000;

/** What one request has been answered with; null while it is parked. */
export interface Asked<Body> {
  body: Body | null;
  answers: number;
}

export interface Held {
  readonly asked: Asked<JoinGroupResponse>;
  settle(errorCode: number): void;
}

type Decide<Body> = (shard: GroupShard, now: Us, answer: Answer<Body>, out: Outbox) => GroupDecision;

export interface JoinOptions {
  readonly instanceId?: string;
  readonly version?: number;
  readonly protocols?: readonly string[];
  readonly topics?: readonly string[];
  readonly protocolType?: string;
}

/** One shard of groups without a log, and members that say what a test lets them say. */
export class ClassicStage {
  readonly runtime: DirectRuntime<GroupShard, GroupRecord>;
  readonly asked: Asked<object>[] = [];

  constructor(config: Partial<GroupConfig> = {}) {
    const whole = { ...groupConfigDefaults, ...config };
    this.runtime = new DirectRuntime(emptyImage(), (context) => new GroupShard(context, whole, makeRooms));
  }

  get group(): ClassicGroup {
    return this.find(this.runtime.shard)!;
  }

  find(shard: GroupShard): ClassicGroup | undefined {
    const group = shard.groups.get(GROUP);
    return group instanceof ClassicGroup ? group : undefined;
  }

  join(memberId: string, options: JoinOptions = {}): Asked<JoinGroupResponse> {
    const request = joinRequest(memberId, options);
    const caller: Caller = { ...CALLER, apiVersion: options.version ?? 9 };
    return this.#ask((shard, now, answer, out) => shard.classic.join(now, request, caller, answer, out));
  }

  /** A join whose write is under way until `settle` says how it went. */
  joinHeld(memberId: string, options: JoinOptions = {}): Held {
    const { runtime } = this;
    const asked: Asked<JoinGroupResponse> = { body: null, answers: 0 };
    this.asked.push(asked);
    const answer: Answer<JoinGroupResponse> = (_now, body) => {
      asked.body = body;
      asked.answers++;
    };
    const caller: Caller = { ...CALLER, apiVersion: options.version ?? 9 };
    const request = joinRequest(memberId, options);
    const decision = runtime.shard.classic.join(runtime.now, request, caller, answer, runtime.out);
    if (typeof decision === 'number') throw new Error(`refused with ${decision}`);
    return { asked, settle: (errorCode) => decision.settle(runtime.now, errorCode, runtime.out) };
  }

  /** Joins as a new client does: for an id first. */
  enter(options: JoinOptions = {}): { readonly memberId: string; readonly asked: Asked<JoinGroupResponse> } {
    if (options.instanceId !== undefined) {
      const asked = this.join('', options);
      const memberId = this.group.staticMemberId(options.instanceId)!;
      return { memberId, asked };
    }
    const { memberId } = this.join('', options).body!;
    return { memberId, asked: this.join(memberId, options) };
  }

  sync(
    memberId: string,
    generationId: number,
    assignments: Readonly<Record<string, string>> = {},
    instanceId: string | null = null,
  ): Asked<SyncGroupResponse> {
    const request = {
      groupId: GROUP,
      generationId,
      memberId,
      groupInstanceId: instanceId,
      protocolType: 'consumer',
      protocolName: this.group.protocolName,
      assignments: Object.entries(assignments).map(([id, text]) => ({
        memberId: id,
        assignment: bytesOf(text),
      })),
    };
    return this.#ask((shard, now, answer, out) => shard.classic.sync(now, request, CALLER, answer, out));
  }

  heartbeat(memberId: string, generationId: number, instanceId: string | null = null): number {
    const request = { groupId: GROUP, generationId, memberId, groupInstanceId: instanceId };
    return this.#code<HeartbeatResponse>((shard, now, answer, out) =>
      shard.classic.heartbeat(now, request, CALLER, answer, out),
    );
  }

  leave(memberId: string, instanceId: string | null = null): number {
    const members = [{ memberId, groupInstanceId: instanceId, reason: null }];
    const request = { groupId: GROUP, memberId: '', members };
    const asked = this.#ask<LeaveGroupResponse>((shard, now, answer, out) =>
      shard.classic.leave(now, request, CALLER, answer, out),
    );
    return asked.body?.members[0]?.errorCode ?? asked.body?.errorCode ?? this.#refusal;
  }

  /** The code with which a commit of this member is judged. */
  commit(memberId: string, generationIdOrMemberEpoch: number, isTransactional = false): number {
    const claim = { memberId, instanceId: null, generationIdOrMemberEpoch, isTransactional, apiVersion: 8 };
    const { shard, now, out } = this.runtime;
    return shard.classic.rejectCommit(now, this.group, claim, out);
  }

  advance(ms: number): void {
    this.runtime.advance(ms * MS);
  }

  /** Two members in generation 1 who have what the leader gave them. */
  stable(): { leader: string; follower: string } {
    const leader = this.enter().memberId;
    const follower = this.enter().memberId;
    // The second came during the delay: it is extended once.
    this.advance(2 * DELAY_MS);
    this.sync(follower, 1);
    this.sync(leader, 1, { [leader]: 'left', [follower]: 'right' });
    return { leader, follower };
  }

  #refusal = 0;

  #ask<Body extends object>(decide: Decide<Body>): Asked<Body> {
    const asked: Asked<Body> = { body: null, answers: 0 };
    this.asked.push(asked);
    const answer: Answer<Body> = (_now, body) => {
      asked.body = body;
      asked.answers++;
    };
    this.#refusal = this.runtime.write((shard, now, out) => {
      const decision = decide(shard, now, answer, out);
      // The handler answers for it.
      if (typeof decision === 'number') asked.answers++;
      return decision;
    });
    return asked;
  }

  /** Of a request that is answered at once, or refused. */
  #code<Body extends { readonly errorCode: number }>(decide: Decide<Body>): number {
    const asked = this.#ask(decide);
    return asked.body?.errorCode ?? this.#refusal;
  }
}

const CALLER: Caller = { clientId: 'k', clientHost: '/127.0.0.1', apiVersion: 5 };

function joinRequest(memberId: string, options: JoinOptions): JoinGroupRequest {
  const { instanceId = null, protocolType = 'consumer', protocols = ['range'], topics = ['t'] } = options;
  const metadata = encodeSubscription(
    { topics, userData: null, ownedPartitions: [], generationId: -1, rackId: null },
    1,
  );
  return make(joinGroupRequest, {
    groupId: GROUP,
    memberId,
    groupInstanceId: instanceId,
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    protocolType,
    protocols: protocols.map((name) => ({ name, metadata })),
  });
}

function makeRooms(...given: Parameters<typeof makeSimpleRooms>): ReturnType<typeof makeSimpleRooms> {
  return { ...makeSimpleRooms(...given), classic: new ClassicGroups(...given) };
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function textOf(bytes: Uint8Array | undefined): string {
  return String.fromCharCode(...(bytes ?? []));
}
