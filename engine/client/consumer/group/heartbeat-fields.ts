import type { ConsumerGroupHeartbeatRequest } from '../../../wire/index.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { Subscription } from '../subscription.ts';
import { instanceIdOf } from './classic-requests.ts';
import { type LocalAssignment, sameAssignment } from './local-assignment.ts';

/**
 * What heartbeats say: all of it when the member joins or an answer was an error, else what has changed since
 * (`HeartbeatState`, `SentFields`).
 */
export class HeartbeatFields {
  readonly #config: ConsumerConfig;
  readonly #subscription: Subscription;
  #rebalanceTimeoutMs = -1;
  #topics: string | null = null;
  #pattern: string | null = null;
  #assignor: string | null = null;
  #assignment: LocalAssignment | null = null;

  constructor(config: ConsumerConfig, subscription: Subscription) {
    this.#config = config;
    this.#subscription = subscription;
  }

  reset(): void {
    this.#rebalanceTimeoutMs = -1;
    this.#topics = null;
    this.#pattern = null;
    this.#assignor = null;
    this.#assignment = null;
  }

  build(
    memberId: string,
    memberEpoch: number,
    assignment: LocalAssignment,
    isJoining: boolean,
  ): ConsumerGroupHeartbeatRequest {
    const config = this.#config;
    const rebalanceTimeoutMs = config['max.poll.interval.ms'];
    const saysTimeout = isJoining || rebalanceTimeoutMs !== this.#rebalanceTimeoutMs;
    const topics = [...this.#subscription.topics].sort();
    const saysTopics = isJoining || topics.join() !== this.#topics;
    const pattern = this.#subscription.brokerPattern;
    const saysPattern = (isJoining && pattern !== null) || pattern !== this.#pattern;
    const assignor = config['group.remote.assignor'];
    const saysAssignor = assignor !== '' && (isJoining || assignor !== this.#assignor);
    const saysAssignment =
      isJoining || this.#assignment === null || !sameAssignment(assignment, this.#assignment);
    this.#rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.#topics = topics.join();
    this.#pattern = pattern;
    if (saysAssignor) this.#assignor = assignor;
    this.#assignment = assignment;
    const rack = config['client.rack'];
    return {
      groupId: config['group.id'],
      memberId,
      memberEpoch,
      instanceId: instanceIdOf(config),
      rackId: isJoining && rack !== '' ? rack : null,
      rebalanceTimeoutMs: saysTimeout ? rebalanceTimeoutMs : -1,
      subscribedTopicNames: saysTopics ? topics : null,
      subscribedTopicRegex: saysPattern ? (pattern ?? '') : null,
      serverAssignor: saysAssignor ? assignor : null,
      topicPartitions: saysAssignment
        ? [...assignment.partitions].map(([topicId, partitions]) => ({ topicId, partitions }))
        : null,
    };
  }
}
