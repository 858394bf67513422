import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int8, int16, int32, string, struct } from '../schema.ts';

/** What `configOperation` asks for (AlterConfigOp.OpType). */
export const AlterConfigOperation = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const;

export const incrementalAlterConfigsRequest = struct(
  'IncrementalAlterConfigsRequest',
  { versions: '0-1', flexible: '1+' },
  {
    resources: array('0+', 'Whose configurations.', {
      resourceType: int8('0+', 'A ConfigResourceType.'),
      resourceName: string('0+', 'Its name.'),
      configs: array('0+', 'What to change; the rest stays.', {
        name: string('0+', 'The key.'),
        configOperation: int8('0+', 'An AlterConfigOperation.'),
        value: string('0+', 'The operand.', { nullable: '0+' }),
      }),
    }),
    validateOnly: bool('0+', 'Say what would happen, change nothing.'),
  },
);

export const incrementalAlterConfigsResponse = struct(
  'IncrementalAlterConfigsResponse',
  { versions: '0-1', flexible: '1+' },
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

export type IncrementalAlterConfigsRequest = Infer<typeof incrementalAlterConfigsRequest>;
export type IncrementalAlterConfigsResponse = Infer<typeof incrementalAlterConfigsResponse>;

export const incrementalAlterConfigsApi = api(
  ApiKey.IncrementalAlterConfigs,
  ['broker', 'controller'],
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
);
