import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int8, int16, int32, list, string, struct } from '../schema.ts';

/** Who coordinates a group or a transactional id (KIP-699 for several at once). */
export const findCoordinatorRequest = struct(
  'FindCoordinatorRequest',
  { versions: '0-6', flexible: '3+' },
  {
    key: string('0-3', 'A group id or a transactional id.'),
    keyType: int8('1+', '0: a group, 1: a transaction, 2: a share partition.'),
    coordinatorKeys: list('string', '4+', 'Several keys of one type (KIP-699).'),
  },
);

export const findCoordinatorResponse = struct(
  'FindCoordinatorResponse',
  { versions: '0-6', flexible: '3+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    errorCode: int16('0-3', 'The verdict.'),
    errorMessage: string('1-3', 'The verdict in words; null when there is nothing to add.', {
      nullable: '1-3',
      ignorable: true,
    }),
    nodeId: int32('0-3', 'The broker that coordinates.'),
    host: string('0-3', 'Its host.'),
    port: int32('0-3', 'Its port.'),
    coordinators: array('4+', 'One entry a key.', {
      key: string('4+', 'A group id or a transactional id.'),
      nodeId: int32('4+', 'The broker that coordinates.'),
      host: string('4+', 'Its host.'),
      port: int32('4+', 'Its port.'),
      errorCode: int16('4+', 'The verdict.'),
      errorMessage: string('4+', 'The verdict in words; null when there is nothing to add.', {
        nullable: '4+',
        ignorable: true,
      }),
    }),
  },
);

export type FindCoordinatorRequest = Infer<typeof findCoordinatorRequest>;
export type FindCoordinatorResponse = Infer<typeof findCoordinatorResponse>;

export const findCoordinatorApi = api(
  ApiKey.FindCoordinator,
  ['broker'],
  findCoordinatorRequest,
  findCoordinatorResponse,
);
