import type { Request } from '../exchange/index.ts';
import { type DescribeProducersRequest, type DescribeProducersResponse, ErrorCode } from '../wire/index.ts';
import type { ReplicationContext } from './replication-context.ts';

type DescribedPartition = DescribeProducersResponse['topics'][number]['partitions'][number];

/** The producers that partitions led here know (KIP-664). */
export function decideDescribeProducers(
  context: ReplicationContext,
  { body }: Request<DescribeProducersRequest>,
): DescribeProducersResponse {
  const topics = body.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((index) => describe(context, name, index)),
  }));
  return { throttleTimeMs: 0, topics };
}

function describe(context: ReplicationContext, topic: string, partitionIndex: number): DescribedPartition {
  const { hosted, image } = context;
  const partition = hosted.find(topic, partitionIndex);
  const errorCode = hosted.reject(image, topic, partitionIndex, partition);
  const isUnserved = errorCode !== ErrorCode.NONE || partition === undefined || partition.leading === null;
  if (isUnserved) {
    const code = errorCode === ErrorCode.NONE ? ErrorCode.NOT_LEADER_OR_FOLLOWER : errorCode;
    return { partitionIndex, errorCode: code, errorMessage: null, activeProducers: [] };
  }
  const activeProducers = partition
    .openLog()
    .producers.entries()
    .map((entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.lastSequence,
      lastTimestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.transactionFrom,
    }));
  return { partitionIndex, errorCode: ErrorCode.NONE, errorMessage: null, activeProducers };
}
