import { type ProduceRequest, type Uuid, ZERO_UUID } from '../../wire/index.ts';
import type { ProducerBatch } from './producer-batch.ts';

/** From this version on topics travel by id (KIP-516). */
const FIRST_VERSION_WITH_TOPIC_IDS = 13;

export interface BatchBytes {
  readonly batch: ProducerBatch;
  readonly bytes: Uint8Array;
}

type TopicData = ProduceRequest['topicData'][number];
type PartitionData = TopicData['partitionData'][number];

/** One Produce request of batches of different partitions, grouped by topic in their order. */
export function produceRequestBody(
  batches: readonly BatchBytes[],
  apiVersion: number,
  acks: number,
  timeoutMs: number,
  topicId: (topic: string) => Uuid,
  transactionalId: string | null,
): ProduceRequest {
  const byId = apiVersion >= FIRST_VERSION_WITH_TOPIC_IDS;
  const topicData: (TopicData & { readonly partitionData: PartitionData[] })[] = [];
  const byName = new Map<string, PartitionData[]>();
  for (const { batch, bytes } of batches) {
    let partitionData = byName.get(batch.topic);
    if (partitionData === undefined) {
      partitionData = [];
      byName.set(batch.topic, partitionData);
      topicData.push({
        name: byId ? '' : batch.topic,
        topicId: byId ? topicId(batch.topic) : ZERO_UUID,
        partitionData,
      });
    }
    partitionData.push({ index: batch.partition, records: [bytes] });
  }
  return { transactionalId, acks, timeoutMs, topicData };
}
