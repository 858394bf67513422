import { assert } from '../../../machine/index.ts';
import {
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  type JoinGroupRequest,
  type JoinGroupResponse,
  type SyncGroupRequest,
  WireError,
} from '../../../wire/index.ts';
import type { ClusterMetadata } from '../../metadata/cluster-metadata.ts';
import type { TopicPartition } from '../../ports.ts';
import type { Assign, AssignedMember, TopicRacks } from '../assignor/assignor.ts';
import { assignCooperativeSticky } from '../assignor/cooperative-sticky.ts';
import { assignRange } from '../assignor/range.ts';
import { assignRoundRobin } from '../assignor/round-robin.ts';
import { assignSticky } from '../assignor/sticky.ts';
import { encodeCooperativeUserData, encodeStickyUserData } from '../assignor/sticky-user-data.ts';
import { type AssignorName, assignorNames, type ConsumerConfig } from '../consumer-config.ts';
import { byTopicName, sorted } from './partition-list.ts';

/** Whether a member gives up everything before it joins again, or only what it is told to (KIP-429). */
export type RebalanceProtocol = 'eager' | 'cooperative';

const ASSIGN: Readonly<Record<AssignorName, Assign>> = {
  range: assignRange,
  roundrobin: assignRoundRobin,
  sticky: assignSticky,
  'cooperative-sticky': assignCooperativeSticky,
};

/** The configured assignors of a classic member, and what they remember. */
export class Assignors {
  readonly #names: readonly AssignorName[];
  readonly #rack: string;
  /** What every one of them supports, the better one if there are two. */
  readonly protocol: RebalanceProtocol;
  #assigned: readonly TopicPartition[] | null = null;
  #generationId = -1;

  constructor(config: ConsumerConfig) {
    this.#names = assignorNames(config);
    this.#rack = config['client.rack'];
    this.protocol = this.#names.every((name) => name === 'cooperative-sticky') ? 'cooperative' : 'eager';
  }

  has(name: string): boolean {
    return (this.#names as readonly string[]).includes(name);
  }

  /** An assignment was received (`onAssignment`). */
  remember(partitions: readonly TopicPartition[], generationId: number): void {
    this.#assigned = partitions;
    this.#generationId = generationId;
  }

  /** What the member says of itself when it joins. */
  protocols(
    topics: Iterable<string>,
    owned: readonly TopicPartition[],
    generationId: number,
  ): JoinGroupRequest['protocols'] {
    const subscribed = [...topics].sort();
    const ownedPartitions = byTopicName(sorted(owned));
    const rackId = this.#rack === '' ? null : this.#rack;
    return this.#names.map((name) => ({
      name,
      metadata: encodeSubscription({
        topics: subscribed,
        userData: this.#userDataOf(name),
        ownedPartitions,
        generationId,
        rackId,
      }),
    }));
  }

  #userDataOf(name: AssignorName): Uint8Array | null {
    if (name === 'cooperative-sticky') return encodeCooperativeUserData(this.#generationId);
    if (name !== 'sticky' || this.#assigned === null) return null;
    return encodeStickyUserData(this.#assigned, this.#generationId);
  }
}

/** The members of a group as they told of themselves to the coordinator. */
export function membersOf({ members }: JoinGroupResponse): readonly AssignedMember[] {
  return members.map(({ memberId, groupInstanceId, metadata }) => {
    const subscription = decodeSubscription(metadata);
    assert(!(subscription instanceof WireError), () => `the subscription of ${memberId} cannot be read`);
    const { topics, userData, ownedPartitions, generationId, rackId } = subscription;
    return {
      memberId,
      groupInstanceId,
      topics,
      ownedPartitions: ownedPartitions.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
      generationId,
      rackId,
      userData,
    };
  });
}

/** The leader's work: who gets what, as it is handed in. */
export function assignAll(
  name: string,
  members: readonly AssignedMember[],
  metadata: ClusterMetadata,
): SyncGroupRequest['assignments'] {
  const topics = new Map<string, TopicRacks>();
  for (const topic of [...new Set(members.flatMap((member) => member.topics))].sort()) {
    const partitions = metadata.topic(topic)?.partitions ?? [];
    if (partitions.length === 0) continue;
    topics.set(
      topic,
      partitions.map(({ replicas }) => replicas.flatMap((id) => metadata.broker(id)?.rack ?? [])),
    );
  }
  const assignments = ASSIGN[name as AssignorName](topics, members);
  return [...assignments].map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeAssignment({ assignedPartitions: byTopicName(partitions), userData: null }),
  }));
}
