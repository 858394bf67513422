import { assert } from '../../../engine/machine/index.ts';
import { isActive, partitionChangeRecord } from '../../../engine/metadata/index.ts';
import {
  type AlterPartitionRequest,
  type AlterPartitionResponse,
  ErrorCode,
} from '../../../engine/wire/index.ts';
import type { TestCluster } from './cluster.ts';

/** Epochs and eligibility of every member, then the change. */
export function alterPartition(cluster: TestCluster, body: AlterPartitionRequest): AlterPartitionResponse {
  const topics = body.topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map((asked) => {
      const before = cluster.truth.partition(topicId, asked.partitionIndex);
      const refuse = (errorCode: number) => ({
        partitionIndex: asked.partitionIndex,
        errorCode,
        leaderId: 0,
        leaderEpoch: 0,
        isr: [],
        leaderRecoveryState: 0,
        partitionEpoch: 0,
      });
      if (before === undefined) return refuse(ErrorCode.UNKNOWN_TOPIC_ID);
      if (asked.leaderEpoch < before.leaderEpoch) return refuse(ErrorCode.FENCED_LEADER_EPOCH);
      if (asked.partitionEpoch < before.partitionEpoch) return refuse(ErrorCode.INVALID_UPDATE_VERSION);
      for (const { brokerId, brokerEpoch } of asked.newIsrWithEpochs) {
        const broker = cluster.truth.broker(brokerId);
        const isOther = brokerEpoch !== -1 && brokerEpoch !== broker?.epoch;
        if (!isActive(broker) || isOther) return refuse(ErrorCode.INELIGIBLE_REPLICA);
      }
      const isr = asked.newIsrWithEpochs.map((member) => member.brokerId);
      cluster.write(partitionChangeRecord(topicId, asked.partitionIndex, { isr }));
      const after = cluster.truth.partition(topicId, asked.partitionIndex);
      assert(after !== undefined, 'it was there before');
      return {
        partitionIndex: asked.partitionIndex,
        errorCode: ErrorCode.NONE,
        leaderId: after.leader,
        leaderEpoch: after.leaderEpoch,
        isr: after.isr,
        leaderRecoveryState: 0,
        partitionEpoch: after.partitionEpoch,
      };
    }),
  }));
  if (cluster.publishes) {
    for (const broker of cluster.brokers.values()) if (broker.isUp) broker.readMetadata(cluster.records);
  }
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, topics };
}
