import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, bytes, type Infer, int16, int32, list, string, struct } from '../schema.ts';

/** Classic groups and their members. */
export const describeGroupsRequest = struct(
  'DescribeGroupsRequest',
  { versions: '0-6', flexible: '5+' },
  {
    groups: list('string', '0+', 'The groups.'),
    includeAuthorizedOperations: bool('3+', 'Tell what the asker may do.'),
  },
);

export const describeGroupsResponse = struct(
  'DescribeGroupsResponse',
  { versions: '0-6', flexible: '5+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    groups: array('0+', 'One entry a group.', {
      errorCode: int16('0+', 'The verdict.'),
      errorMessage: string('6+', 'The verdict in words; null when there is nothing to add.', {
        default: null,
        nullable: '6+',
      }),
      groupId: string('0+', 'The group.'),
      groupState: string('0+', 'The group’s state.'),
      protocolType: string('0+', 'What the group is for, such as "consumer".'),
      protocolData: string('0+', 'The protocol that was chosen.'),
      members: array('0+', 'One entry a member.', {
        memberId: string('0+', 'The member; empty before it has an id.'),
        groupInstanceId: string('4+', 'The static member’s own name (KIP-345); null: dynamic.', {
          default: null,
          nullable: '4+',
          ignorable: true,
        }),
        clientId: string('0+', 'The client’s name of itself.'),
        clientHost: string('0+', 'Where it connects from.'),
        memberMetadata: bytes('0+', 'What the member told of itself.'),
        memberAssignment: bytes('0+', 'What it was given.'),
      }),
      authorizedOperations: int32('3+', 'A bit for each; the least int: not asked.', {
        default: -2_147_483_648,
      }),
    }),
  },
);

export type DescribeGroupsRequest = Infer<typeof describeGroupsRequest>;
export type DescribeGroupsResponse = Infer<typeof describeGroupsResponse>;

export const describeGroupsApi = api(
  ApiKey.DescribeGroups,
  ['broker'],
  describeGroupsRequest,
  describeGroupsResponse,
);
