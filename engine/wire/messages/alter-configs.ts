import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int8, int16, int32, string, struct } from '../schema.ts';

export const alterConfigsRequest = struct(
  'AlterConfigsRequest',
  { versions: '0-2', flexible: '2+' },
  {
    resources: array('0+', 'Whose configurations.', {
      resourceType: int8('0+', 'A ConfigResourceType.'),
      resourceName: string('0+', 'Its name.'),
      configs: array('0+', 'Everything that the resource sets from now on.', {
        name: string('0+', 'The key.'),
        value: string('0+', 'The value; null for none.', { nullable: '0+' }),
      }),
    }),
    validateOnly: bool('0+', 'Say what would happen, change nothing.'),
  },
);

export const alterConfigsResponse = struct(
  'AlterConfigsResponse',
  { versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    responses: array('0+', 'One entry a resource.', {
      errorCode: int16('0+', 'Verdict on the resource.'),
      errorMessage: string('0+', 'What is wrong with it.', { nullable: '0+' }),
      resourceType: int8('0+', 'A ConfigResourceType.'),
      resourceName: string('0+', 'Its name.'),
    }),
  },
);

export type AlterConfigsRequest = Infer<typeof alterConfigsRequest>;
export type AlterConfigsResponse = Infer<typeof alterConfigsResponse>;

export const alterConfigsApi = api(
  ApiKey.AlterConfigs,
  ['broker', 'controller'],
  alterConfigsRequest,
  alterConfigsResponse,
);
