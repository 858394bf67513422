import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { type Infer, int16, int32, string, struct, uuid } from '../schema.ts';

/** A controller leaves the voters of the quorum (KIP-853). */
export const removeRaftVoterRequest = struct(
  'RemoveRaftVoterRequest',
  { versions: '0', flexible: '0+' },
  {
    clusterId: string('0+', 'The cluster, if known.', { nullable: '0+' }),
    voterId: int32('0+', 'Who shall vote no more.'),
    voterDirectoryId: uuid('0+', 'Its log directory.'),
  },
);

export const removeRaftVoterResponse = struct(
  'RemoveRaftVoterResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'Verdict on the request.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+', ignorable: true }),
  },
);

export type RemoveRaftVoterRequest = Infer<typeof removeRaftVoterRequest>;
export type RemoveRaftVoterResponse = Infer<typeof removeRaftVoterResponse>;

export const removeRaftVoterApi = api(
  ApiKey.RemoveRaftVoter,
  ['broker', 'controller'],
  removeRaftVoterRequest,
  removeRaftVoterResponse,
);
