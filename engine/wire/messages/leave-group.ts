import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, string, struct } from '../schema.ts';

/** Members leave a classic group (KIP-345 for several at once). */
export const leaveGroupRequest = struct(
  'LeaveGroupRequest',
  { versions: '0-5', flexible: '4+' },
  {
    groupId: string('0+', 'The group.'),
    memberId: string('0-2', 'The member; empty before it has an id.'),
    members: array('3+', 'One entry a member.', {
      memberId: string('3+', 'The member; empty before it has an id.'),
      groupInstanceId: string('3+', 'The static member’s own name (KIP-345); null: dynamic.', {
        default: null,
        nullable: '3+',
      }),
      reason: string('5+', 'Why, in words (KIP-800).', { default: null, nullable: '5+', ignorable: true }),
    }),
  },
);

export const leaveGroupResponse = struct(
  'LeaveGroupResponse',
  { versions: '0-5', flexible: '4+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0+', 'The verdict.'),
    members: array('3+', 'One entry a member.', {
      memberId: string('3+', 'The member; empty before it has an id.'),
      groupInstanceId: string('3+', 'The static member’s own name (KIP-345); null: dynamic.', {
        nullable: '3+',
      }),
      errorCode: int16('3+', 'The verdict.'),
    }),
  },
);

export type LeaveGroupRequest = Infer<typeof leaveGroupRequest>;
export type LeaveGroupResponse = Infer<typeof leaveGroupResponse>;

export const leaveGroupApi = api(ApiKey.LeaveGroup, ['broker'], leaveGroupRequest, leaveGroupResponse);
