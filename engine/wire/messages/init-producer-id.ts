import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { bool, type Infer, int16, int32, int64, string, struct } from '../schema.ts';

/** An id and an epoch for a producer (KIP-98, KIP-360). Version 6 (KIP-939) is not stable in Kafka. */
export const initProducerIdRequest = struct(
  'InitProducerIdRequest',
  { versions: '0-5', flexible: '2+' },
  {
    transactionalId: string('0+', 'The transactional id.', { nullable: '0+' }),
    transactionTimeoutMs: int32('0+', 'After which the coordinator aborts what is open, ms.'),
    producerId: int64('3+', 'The producer.', { default: -1 }),
    producerEpoch: int16('3+', 'Its epoch.', { default: -1 }),
    enable2Pc: bool('6+', 'An outside coordinator decides (KIP-939).'),
    keepPreparedTxn: bool('6+', 'What is prepared stays open (KIP-939).'),
  },
);

export const initProducerIdResponse = struct(
  'InitProducerIdResponse',
  { versions: '0-5', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0+', 'The verdict.'),
    producerId: int64('0+', 'The producer.', { default: -1 }),
    producerEpoch: int16('0+', 'Its epoch.'),
    ongoingTxnProducerId: int64('6+', 'Of the transaction that is kept; -1: none.', { default: -1 }),
    ongoingTxnProducerEpoch: int16('6+', 'Its epoch; -1: none.', { default: -1 }),
  },
);

export type InitProducerIdRequest = Infer<typeof initProducerIdRequest>;
export type InitProducerIdResponse = Infer<typeof initProducerIdResponse>;

export const initProducerIdApi = api(
  ApiKey.InitProducerId,
  ['broker'],
  initProducerIdRequest,
  initProducerIdResponse,
);
