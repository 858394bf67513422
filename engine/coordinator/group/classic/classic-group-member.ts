import { assert } from '../../../machine/index.ts';
import type { JoinGroupResponse, SyncGroupResponse } from '../../../wire/index.ts';
import type { Answer } from '../group-rooms.ts';

/** What a member can do, and what it tells of itself for it: a consumer's assignor and its subscription. */
export interface ClassicProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export const NO_ASSIGNMENT: Uint8Array = new Uint8Array(0);

export interface ClassicMemberIdentity {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly protocolType: string;
}

/** One member of a classic group (`ClassicGroupMember`): who it is, what it can do, and the answers that it waits for. */
export class ClassicGroupMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly protocolType: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  /** Best first. */
  protocols: readonly ClassicProtocol[];
  assignment: Uint8Array = NO_ASSIGNMENT;
  /** It has not been in any generation: it cannot send heartbeats, for it does not know its id. */
  isNew = false;
  awaitingJoin: Answer<JoinGroupResponse> | null = null;
  awaitingSync: Answer<SyncGroupResponse> | null = null;

  constructor(
    identity: ClassicMemberIdentity,
    protocols: readonly ClassicProtocol[],
    rebalanceTimeoutMs: number,
    sessionTimeoutMs: number,
  ) {
    this.memberId = identity.memberId;
    this.instanceId = identity.instanceId;
    this.clientId = identity.clientId;
    this.clientHost = identity.clientHost;
    this.protocolType = identity.protocolType;
    this.protocols = protocols;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
  }

  /** Whoever waits for the group shows by that that it lives; a new member has to join in time all the same. */
  get hasSatisfiedHeartbeat(): boolean {
    return !this.isNew && (this.awaitingJoin !== null || this.awaitingSync !== null);
  }

  metadataOf(protocol: string): Uint8Array {
    const found = this.protocols.find(({ name }) => name === protocol);
    assert(found !== undefined, () => `${this.memberId} does not support ${protocol}`);
    return found.metadata;
  }

  /** The candidate that it likes best. */
  voteFor(candidates: ReadonlySet<string>): string {
    const vote = this.protocols.find(({ name }) => candidates.has(name));
    assert(vote !== undefined, () => `${this.memberId} supports none of the candidates`);
    return vote.name;
  }

  /** It says the same of itself as before. */
  matches(protocols: readonly ClassicProtocol[]): boolean {
    if (protocols.length !== this.protocols.length) return false;
    return this.protocols.every(({ name, metadata }, i) => {
      const other = protocols[i]!;
      return other.name === name && isSameBytes(other.metadata, metadata);
    });
  }
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
