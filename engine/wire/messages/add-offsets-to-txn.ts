import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { type Infer, int16, int32, int64, string, struct } from '../schema.ts';

/** Takes a group’s offsets into a transaction (KIP-98). */
export const addOffsetsToTxnRequest = struct(
  'AddOffsetsToTxnRequest',
  { versions: '0-4', flexible: '3+' },
  {
    transactionalId: string('0+', 'The transactional id.'),
    producerId: int64('0+', 'The producer.'),
    producerEpoch: int16('0+', 'Its epoch.'),
    groupId: string('0+', 'The group.'),
  },
);

export const addOffsetsToTxnResponse = struct(
  'AddOffsetsToTxnResponse',
  { versions: '0-4', flexible: '3+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
  },
);

export type AddOffsetsToTxnRequest = Infer<typeof addOffsetsToTxnRequest>;
export type AddOffsetsToTxnResponse = Infer<typeof addOffsetsToTxnResponse>;

export const addOffsetsToTxnApi = api(
  ApiKey.AddOffsetsToTxn,
  ['broker'],
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
);
