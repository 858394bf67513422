import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bytes, type Infer, int16, int32, string, struct } from '../schema.ts';

/** Fetches what the leader assigned; the leader hands it in. */
export const syncGroupRequest = struct(
  'SyncGroupRequest',
  { versions: '0-5', flexible: '4+' },
  {
    groupId: string('0+', 'The group.'),
    generationId: int32('0+', 'The generation of the group.'),
    memberId: string('0+', 'The member; empty before it has an id.'),
    groupInstanceId: string('3+', 'The static member’s own name (KIP-345); null: dynamic.', {
      default: null,
      nullable: '3+',
    }),
    protocolType: string('5+', 'What the group is for, such as "consumer".', {
      default: null,
      nullable: '5+',
      ignorable: true,
    }),
    protocolName: string('5+', 'The protocol that was chosen.', {
      default: null,
      nullable: '5+',
      ignorable: true,
    }),
    assignments: array('0+', 'What the leader gives to whom; empty from others.', {
      memberId: string('0+', 'The member; empty before it has an id.'),
      assignment: bytes('0+', 'Opaque to the broker.'),
    }),
  },
);

export const syncGroupResponse = struct(
  'SyncGroupResponse',
  { versions: '0-5', flexible: '4+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0+', 'The verdict.'),
    protocolType: string('5+', 'What the group is for, such as "consumer".', {
      default: null,
      nullable: '5+',
      ignorable: true,
    }),
    protocolName: string('5+', 'The protocol that was chosen.', {
      default: null,
      nullable: '5+',
      ignorable: true,
    }),
    assignment: bytes('0+', 'Opaque to the broker.'),
  },
);

export type SyncGroupRequest = Infer<typeof syncGroupRequest>;
export type SyncGroupResponse = Infer<typeof syncGroupResponse>;

export const syncGroupApi = api(ApiKey.SyncGroup, ['broker'], syncGroupRequest, syncGroupResponse);
