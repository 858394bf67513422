import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, list, string, struct } from '../schema.ts';

/** The groups of the asked broker (KIP-518, KIP-848). */
export const listGroupsRequest = struct(
  'ListGroupsRequest',
  { versions: '0-5', flexible: '3+' },
  {
    statesFilter: list('string', '4+', 'States to list; empty: all.'),
    typesFilter: list('string', '5+', 'Types to list; empty: all.'),
  },
);

export const listGroupsResponse = struct(
  'ListGroupsResponse',
  { versions: '0-5', flexible: '3+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0+', 'The verdict.'),
    groups: array('0+', 'One entry a group.', {
      groupId: string('0+', 'The group.'),
      protocolType: string('0+', 'What the group is for, such as "consumer".'),
      groupState: string('4+', 'The group’s state.', { ignorable: true }),
      groupType: string('5+', 'classic, consumer, share or streams.', { ignorable: true }),
    }),
  },
);

export type ListGroupsRequest = Infer<typeof listGroupsRequest>;
export type ListGroupsResponse = Infer<typeof listGroupsResponse>;

export const listGroupsApi = api(ApiKey.ListGroups, ['broker'], listGroupsRequest, listGroupsResponse);
