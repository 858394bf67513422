import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { type Infer, int16, int32, int64, struct } from '../schema.ts';

export const allocateProducerIdsRequest = struct(
  'AllocateProducerIdsRequest',
  { versions: '0', flexible: '0+' },
  {
    brokerId: int32('0+', 'Who asks.'),
    brokerEpoch: int64('0+', 'The epoch of its registration.', { default: -1 }),
  },
);

export const allocateProducerIdsResponse = struct(
  'AllocateProducerIdsResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
    producerIdStart: int64('0+', 'The first id of the block.'),
    producerIdLen: int32('0+', 'How many ids the block has.'),
  },
);

export type AllocateProducerIdsRequest = Infer<typeof allocateProducerIdsRequest>;
export type AllocateProducerIdsResponse = Infer<typeof allocateProducerIdsResponse>;

export const allocateProducerIdsApi = api(
  ApiKey.AllocateProducerIds,
  ['controller'],
  allocateProducerIdsRequest,
  allocateProducerIdsResponse,
);
