import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int8, int16, int32, int64, list, struct, uuid } from '../schema.ts';

/** A partition's leader asks the controller to change its ISR (KIP-497); v3 with broker epochs (KIP-903). */
export const alterPartitionRequest = struct(
  'AlterPartitionRequest',
  { versions: '2-3', flexible: '0+' },
  {
    brokerId: int32('0+', 'The asking leader.'),
    brokerEpoch: int64('0+', 'Its broker epoch; an old one is refused.', { default: -1 }),
    topics: array('0+', 'One entry a topic.', {
      topicId: uuid('2+', 'The topic.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        leaderEpoch: int32('0+', 'The leader epoch it leads in.'),
        newIsr: list('int32', '0-2', 'The ISR wanted.'),
        newIsrWithEpochs: array('3+', 'The ISR wanted, each with the broker epoch the leader knows.', {
          brokerId: int32('3+', 'The replica.'),
          brokerEpoch: int64('3+', 'Its broker epoch, -1 not to check.', { default: -1 }),
        }),
        leaderRecoveryState: int8('1+', '1 while recovering from an unclean election, else 0.'),
        partitionEpoch: int32('0+', 'The partition epoch the change starts from.'),
      }),
    }),
  },
);

export const alterPartitionResponse = struct(
  'AlterPartitionResponse',
  { versions: '2-3', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the broker back, ms.'),
    errorCode: int16('0+', 'Verdict on the whole request.'),
    topics: array('0+', 'One entry a topic.', {
      topicId: uuid('2+', 'The topic.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the change.'),
        leaderId: int32('0+', 'The leader as the controller has it.'),
        leaderEpoch: int32('0+', 'Its epoch.'),
        isr: list('int32', '0+', 'The ISR as the controller has it.'),
        leaderRecoveryState: int8('1+', '1 while recovering from an unclean election, else 0.', {
          ignorable: true,
        }),
        partitionEpoch: int32('0+', 'The partition epoch now.'),
      }),
    }),
  },
);

export type AlterPartitionRequest = Infer<typeof alterPartitionRequest>;
export type AlterPartitionResponse = Infer<typeof alterPartitionResponse>;

export const alterPartitionApi = api(
  ApiKey.AlterPartition,
  ['controller'],
  alterPartitionRequest,
  alterPartitionResponse,
);
