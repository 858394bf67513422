import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int8, int16, int32, list, string, struct } from '../schema.ts';

export const listConfigResourcesRequest = struct(
  'ListConfigResourcesRequest',
  { versions: '0-1', flexible: '0+' },
  { resourceTypes: list('int8', '1+', 'ConfigResourceTypes; none for all that can be listed.') },
);

export const listConfigResourcesResponse = struct(
  'ListConfigResourcesResponse',
  { versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
    configResources: array('0+', 'What carries, or could carry, a configuration.', {
      resourceName: string('0+', 'Its name.'),
      resourceType: int8('1+', 'A ConfigResourceType.', { default: 16, ignorable: true }),
    }),
  },
);

export type ListConfigResourcesRequest = Infer<typeof listConfigResourcesRequest>;
export type ListConfigResourcesResponse = Infer<typeof listConfigResourcesResponse>;

export const listConfigResourcesApi = api(
  ApiKey.ListConfigResources,
  ['broker'],
  listConfigResourcesRequest,
  listConfigResourcesResponse,
);
