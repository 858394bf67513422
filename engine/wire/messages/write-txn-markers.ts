import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int8, int16, int32, int64, list, string, struct } from '../schema.ts';

/** Writes the markers that end transactions (KIP-98, KIP-1228). */
export const writeTxnMarkersRequest = struct(
  'WriteTxnMarkersRequest',
  { versions: '1-2', flexible: '1+' },
  {
    markers: array('0+', 'One entry a transaction that has ended.', {
      producerId: int64('0+', 'The producer.'),
      producerEpoch: int16('0+', 'Its epoch.'),
      transactionResult: bool('0+', 'True: committed, false: aborted.'),
      topics: array('0+', 'One entry a topic.', {
        name: string('0+', 'The topic.'),
        partitionIndexes: list('int32', '0+', 'Its partitions.'),
      }),
      coordinatorEpoch: int32('0+', 'Of the transaction coordinator; -1: none.'),
      transactionVersion: int8('2+', 'The protocol of the transaction (KIP-1228).', { ignorable: true }),
    }),
  },
);

export const writeTxnMarkersResponse = struct(
  'WriteTxnMarkersResponse',
  { versions: '1-2', flexible: '1+' },
  {
    markers: array('0+', 'One entry a transaction that has ended.', {
      producerId: int64('0+', 'The producer.'),
      topics: array('0+', 'One entry a topic.', {
        name: string('0+', 'The topic.'),
        partitions: array('0+', 'One entry a partition.', {
          partitionIndex: int32('0+', 'The partition.'),
          errorCode: int16('0+', 'The verdict.'),
        }),
      }),
    }),
  },
);

export type WriteTxnMarkersRequest = Infer<typeof writeTxnMarkersRequest>;
export type WriteTxnMarkersResponse = Infer<typeof writeTxnMarkersResponse>;

export const writeTxnMarkersApi = api(
  ApiKey.WriteTxnMarkers,
  ['broker'],
  writeTxnMarkersRequest,
  writeTxnMarkersResponse,
);
