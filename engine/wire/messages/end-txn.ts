import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { bool, type Infer, int16, int32, int64, string, struct } from '../schema.ts';

/** Commits or aborts a transaction (KIP-98, KIP-890). */
export const endTxnRequest = struct(
  'EndTxnRequest',
  { versions: '0-5', flexible: '3+' },
  {
    transactionalId: string('0+', 'The transactional id.'),
    producerId: int64('0+', 'The producer.'),
    producerEpoch: int16('0+', 'Its epoch.'),
    committed: bool('0+', 'True: commit, false: abort.'),
  },
);

export const endTxnResponse = struct(
  'EndTxnResponse',
  { versions: '0-5', flexible: '3+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
    producerId: int64('5+', 'The producer.', { default: -1, ignorable: true }),
    producerEpoch: int16('5+', 'Its epoch.', { default: -1, ignorable: true }),
  },
);

export type EndTxnRequest = Infer<typeof endTxnRequest>;
export type EndTxnResponse = Infer<typeof endTxnResponse>;

export const endTxnApi = api(ApiKey.EndTxn, ['broker'], endTxnRequest, endTxnResponse);
