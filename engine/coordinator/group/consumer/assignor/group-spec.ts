import type { Uuid } from '../../../../wire/index.ts';
import type { Assignment } from '../assignment.ts';

/** A member as an assignor sees it (`MemberSubscription`, `MemberAssignment`). */
export interface MemberSpec {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** No assignor of Kafka's looks at it yet (KAFKA-15281). */
  readonly rackId: string | null;
  /** Topics that exist; sorted. */
  readonly topicIds: readonly Uuid[];
  /** The target assignment before this one. */
  readonly assignment: Assignment;
}

/** What an assignor decides from (`GroupSpec`, `SubscribedTopicDescriber`). */
export interface GroupSpec {
  /** In the order of their ids. */
  readonly members: readonly MemberSpec[];
  /** All members subscribe to the same topics. */
  readonly isHomogeneous: boolean;
  /** -1: there is no such topic. */
  partitionCount(topicId: Uuid): number;
}

/** A member that is not in it gets nothing. A string says why there is none (`PartitionAssignorException`). */
export type GroupAssignment = ReadonlyMap<string, Assignment> | string;

/** Pure: the same spec, the same assignment. */
export interface PartitionAssignor {
  readonly name: string;
  assign(spec: GroupSpec): GroupAssignment;
}

export function noSuchTopic(topicId: Uuid): string {
  return `Members are subscribed to topic ${topicId} which doesn't exist in the topic metadata.`;
}
