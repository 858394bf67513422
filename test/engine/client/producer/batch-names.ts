import { parseBatch, RecordsError } from '../../../../engine/records/index.ts';
import type { ProduceRequest } from '../../../../engine/wire/index.ts';
import type { Received } from '../client-stage.ts';

/** What a Produce request carries, as `partition:id/epoch/sequence+count`, by the headers of its batches. */
export function named({ body }: Received<ProduceRequest>): string {
  const names = body.topicData.flatMap(({ partitionData }) =>
    partitionData.map(({ index, records }) => {
      const batch = parseBatch(records![0]!);
      if (batch instanceof RecordsError) return `${index}:broken`;
      const { producerId, producerEpoch, baseSequence, count, isTransactional } = batch;
      return `${index}:${producerId}/${producerEpoch}/${baseSequence}+${count}${isTransactional ? ' txn' : ''}`;
    }),
  );
  return names.join(' ');
}
