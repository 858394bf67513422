import type { ConsumerConfig } from '../../../../engine/client/index.ts';
import {
  ApiKey,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatResponse,
  make,
  type Partially,
} from '../../../../engine/wire/index.ts';
import type { Received } from '../client-stage.ts';
import { GroupStage } from './group-stage.ts';

export type Heartbeat = Received<ConsumerGroupHeartbeatRequest>;

/** A member of a KIP-848 group among scripted brokers; its heartbeats wait for the test. */
export class ConsumerGroupStage extends GroupStage {
  constructor(config: Partial<ConsumerConfig> = {}) {
    super({ 'group.protocol': 'consumer', ...config });
  }

  beats(): Heartbeat[] {
    return this.stage.take<ConsumerGroupHeartbeatRequest>(ApiKey.ConsumerGroupHeartbeat);
  }

  /** The one heartbeat that is due. */
  beat(): Heartbeat {
    const beats = this.beats();
    if (beats.length !== 1) throw new Error(`${beats.length} heartbeats`);
    return beats[0]!;
  }

  answerBeat(beat: Heartbeat, response: Partially<ConsumerGroupHeartbeatResponse>): void {
    const { memberId } = beat.body;
    this.stage.answer(
      beat,
      make(consumerGroupHeartbeatResponse, { memberId, heartbeatIntervalMs: 5_000, ...response }),
    );
    this.run();
  }

  /** A new epoch with this target of topic t. */
  target(beat: Heartbeat, memberEpoch: number, partitions: readonly number[], topic = 't'): void {
    const topicId = this.stage.topics.get(topic)!.id;
    const topicPartitions = partitions.length === 0 ? [] : [{ topicId, partitions }];
    this.answerBeat(beat, { memberEpoch, assignment: { topicPartitions } });
  }

  /** Joins with these partitions, and has acknowledged them. */
  joined(partitions: readonly number[], memberEpoch = 1): this {
    this.boot();
    this.target(this.beat(), memberEpoch, partitions);
    this.run(200_000);
    this.answerBeat(this.beat(), { memberEpoch });
    return this;
  }
}
