import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, list, string, struct } from '../schema.ts';

/** Deletes groups without members (KIP-229). */
export const deleteGroupsRequest = struct(
  'DeleteGroupsRequest',
  { versions: '0-3', flexible: '2+' },
  {
    groupsNames: list('string', '0+', 'The groups.'),
  },
);

export const deleteGroupsResponse = struct(
  'DeleteGroupsResponse',
  { versions: '0-3', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    results: array('0+', 'One entry a group.', {
      groupId: string('0+', 'The group.'),
      errorCode: int16('0+', 'The verdict.'),
      errorMessage: string('3+', 'The verdict in words; null when there is nothing to add.', {
        default: null,
        nullable: '3+',
        ignorable: true,
      }),
    }),
  },
);

export type DeleteGroupsRequest = Infer<typeof deleteGroupsRequest>;
export type DeleteGroupsResponse = Infer<typeof deleteGroupsResponse>;

export const deleteGroupsApi = api(
  ApiKey.DeleteGroups,
  ['broker'],
  deleteGroupsRequest,
  deleteGroupsResponse,
);
