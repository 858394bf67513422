import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, string, struct } from '../schema.ts';

/** An administrator gives records up: the log start moves (KIP-107). */
export const deleteRecordsRequest = struct(
  'DeleteRecordsRequest',
  { versions: '0-2', flexible: '2+' },
  {
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        offset: int64('0+', 'The first offset to keep; -1 for the high watermark.'),
      }),
    }),
    timeoutMs: int32('0+', 'How long followers may take to follow, ms.'),
  },
);

export const deleteRecordsResponse = struct(
  'DeleteRecordsResponse',
  { versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        lowWatermark: int64('0+', 'The lowest log start among the living replicas, -1 with an error.'),
        errorCode: int16('0+', 'Verdict on the partition.'),
      }),
    }),
  },
);

export type DeleteRecordsRequest = Infer<typeof deleteRecordsRequest>;
export type DeleteRecordsResponse = Infer<typeof deleteRecordsResponse>;

export const deleteRecordsApi = api(
  ApiKey.DeleteRecords,
  ['broker'],
  deleteRecordsRequest,
  deleteRecordsResponse,
);
