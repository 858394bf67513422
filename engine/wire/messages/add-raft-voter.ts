import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, string, struct, uint16, uuid } from '../schema.ts';

/** A controller joins the voters of the quorum (KIP-853). */
export const addRaftVoterRequest = struct(
  'AddRaftVoterRequest',
  { versions: '0-1', flexible: '0+' },
  {
    clusterId: string('0+', 'The cluster, if known.', { nullable: '0+' }),
    timeoutMs: int32('0+', 'How long the asker waits, ms.'),
    voterId: int32('0+', 'Who shall vote.'),
    voterDirectoryId: uuid('0+', 'Its log directory.'),
    listeners: array('0+', 'Where it is reached.', {
      name: string('0+', 'Name of the listener.'),
      host: string('0+', 'Its host.'),
      port: uint16('0+', 'Its port there.'),
    }),
    ackWhenCommitted: bool(
      '1+',
      'Answer when the new voters are committed, not when they are written down.',
      {
        default: true,
      },
    ),
  },
);

export const addRaftVoterResponse = struct(
  'AddRaftVoterResponse',
  { versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'Verdict on the request.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+', ignorable: true }),
  },
);

export type AddRaftVoterRequest = Infer<typeof addRaftVoterRequest>;
export type AddRaftVoterResponse = Infer<typeof addRaftVoterResponse>;

export const addRaftVoterApi = api(
  ApiKey.AddRaftVoter,
  ['broker', 'controller'],
  addRaftVoterRequest,
  addRaftVoterResponse,
);
