import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, bytes, type Infer, int16, int32, string, struct } from '../schema.ts';

/** Enters a rebalance of a classic group; answered when it has its members (KIP-345, KIP-394, KIP-814). */
export const joinGroupRequest = struct(
  'JoinGroupRequest',
  { versions: '0-9', flexible: '6+' },
  {
    groupId: string('0+', 'The group.'),
    sessionTimeoutMs: int32('0+', 'Silence after which the member is taken for dead, ms.'),
    rebalanceTimeoutMs: int32(
      '1+',
      'How long the coordinator waits for this member in a rebalance, ms; -1: not said.',
      { default: -1, ignorable: true },
    ),
    memberId: string('0+', 'The member; empty before it has an id.'),
    groupInstanceId: string('5+', 'The static member’s own name (KIP-345); null: dynamic.', {
      default: null,
      nullable: '5+',
    }),
    protocolType: string('0+', 'What the group is for, such as "consumer".'),
    protocols: array('0+', 'What the member can do, best first.', {
      name: string('0+', 'The protocol: an assignor’s name.'),
      metadata: bytes('0+', 'What the protocol tells of the member, such as its subscription.'),
    }),
    reason: string('8+', 'Why, in words (KIP-800).', { default: null, nullable: '8+', ignorable: true }),
  },
);

export const joinGroupResponse = struct(
  'JoinGroupResponse',
  { versions: '0-9', flexible: '6+' },
  {
    throttleTimeMs: int32('2+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0+', 'The verdict.'),
    generationId: int32('0+', 'The generation of the group.', { default: -1 }),
    protocolType: string('7+', 'What the group is for, such as "consumer".', {
      default: null,
      nullable: '7+',
      ignorable: true,
    }),
    protocolName: string('0+', 'The protocol that was chosen.', { nullable: '7+' }),
    leader: string('0+', 'The member that assigns.'),
    skipAssignment: bool('9+', 'The leader shall not assign (KIP-814).'),
    memberId: string('0+', 'The member; empty before it has an id.'),
    members: array('0+', 'One entry a member.', {
      memberId: string('0+', 'The member; empty before it has an id.'),
      groupInstanceId: string('5+', 'The static member’s own name (KIP-345); null: dynamic.', {
        default: null,
        nullable: '5+',
        ignorable: true,
      }),
      metadata: bytes('0+', 'What the member told of itself.'),
    }),
  },
);

export type JoinGroupRequest = Infer<typeof joinGroupRequest>;
export type JoinGroupResponse = Infer<typeof joinGroupResponse>;

export const joinGroupApi = api(ApiKey.JoinGroup, ['broker'], joinGroupRequest, joinGroupResponse);
