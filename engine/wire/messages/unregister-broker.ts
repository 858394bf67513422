import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { type Infer, int16, int32, string, struct } from '../schema.ts';

export const unregisterBrokerRequest = struct(
  'UnregisterBrokerRequest',
  { versions: '0', flexible: '0+' },
  { brokerId: int32('0+', 'Who is to be forgotten.') },
);

export const unregisterBrokerResponse = struct(
  'UnregisterBrokerResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+' }),
  },
);

export type UnregisterBrokerRequest = Infer<typeof unregisterBrokerRequest>;
export type UnregisterBrokerResponse = Infer<typeof unregisterBrokerResponse>;

export const unregisterBrokerApi = api(
  ApiKey.UnregisterBroker,
  ['broker', 'controller'],
  unregisterBrokerRequest,
  unregisterBrokerResponse,
);
