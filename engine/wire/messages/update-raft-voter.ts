import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, object, string, struct, uint16, uuid } from '../schema.ts';

/** A voter tells the leader where it listens now and what it supports (KIP-853). */
export const updateRaftVoterRequest = struct(
  'UpdateRaftVoterRequest',
  { versions: '0', flexible: '0+' },
  {
    clusterId: string('0+', 'The cluster, if known.', { nullable: '0+' }),
    currentLeaderEpoch: int32('0+', 'The quorum epoch the voter knows, -1 for none.'),
    voterId: int32('0+', 'The voter.'),
    voterDirectoryId: uuid('0+', 'Its log directory.'),
    listeners: array('0+', 'Where it is reached.', {
      name: string('0+', 'Name of the listener.'),
      host: string('0+', 'Its host.'),
      port: uint16('0+', 'Its port there.'),
    }),
    kRaftVersionFeature: object('0+', 'What it supports of the quorum protocol.', {
      minSupportedVersion: int16('0+', 'From.'),
      maxSupportedVersion: int16('0+', 'To.'),
    }),
  },
);

export const updateRaftVoterResponse = struct(
  'UpdateRaftVoterResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'Verdict on the request.'),
    currentLeader: object(
      '0+',
      'Where to go instead.',
      {
        leaderId: int32('0+', 'The leader, -1 when unknown.', { default: -1 }),
        leaderEpoch: int32('0+', 'Its quorum epoch.', { default: -1 }),
        host: string('0+', 'Its host.'),
        port: int32('0+', 'Its port there.'),
      },
      { tag: 0 },
    ),
  },
);

export type UpdateRaftVoterRequest = Infer<typeof updateRaftVoterRequest>;
export type UpdateRaftVoterResponse = Infer<typeof updateRaftVoterResponse>;

export const updateRaftVoterApi = api(
  ApiKey.UpdateRaftVoter,
  ['controller'],
  updateRaftVoterRequest,
  updateRaftVoterResponse,
);
