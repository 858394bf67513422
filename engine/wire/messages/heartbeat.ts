import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { type Infer, int16, int32, string, struct } from '../schema.ts';

/** Keeps a member of a classic group alive. */
export const heartbeatRequest = struct(
  'HeartbeatRequest',
  { versions: '0-4', flexible: '4+' },
  {
    groupId: string('0+', 'The group.'),
    generationId: int32('0+', 'The generation of the group.'),
    memberId: string('0+', 'The member; empty before it has an id.'),
    groupInstanceId: string('3+', 'The static member’s own name (KIP-345); null: dynamic.', {
      default: null,
      nullable: '3+',
    }),
  },
);

export const heartbeatResponse = struct(
  'HeartbeatResponse',
  { versions: '0-4', flexible: '4+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0+', 'The verdict.'),
  },
);

export type HeartbeatRequest = Infer<typeof heartbeatRequest>;
export type HeartbeatResponse = Infer<typeof heartbeatResponse>;

export const heartbeatApi = api(ApiKey.Heartbeat, ['broker'], heartbeatRequest, heartbeatResponse);
