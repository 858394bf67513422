import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, int64, string, struct } from '../schema.ts';

/** What a client sends first: who it is, and (v5, KIP-1242) whom it believes it is talking to. */
export const apiVersionsRequest = struct(
  'ApiVersionsRequest',
  { versions: '0-5', flexible: '3+' },
  {
    clientSoftwareName: string('3+', 'Name of the client library (KIP-511).', { ignorable: true }),
    clientSoftwareVersion: string('3+', 'Its version.', { ignorable: true }),
    clusterId: string('5+', 'The cluster meant; a mismatch asks the client to bootstrap anew.', {
      nullable: '5+',
      default: null,
      ignorable: true,
    }),
    nodeId: int32('5+', 'The node meant, -1 when unknown.', { default: -1, ignorable: true }),
  },
);

export const apiVersionsResponse = struct(
  'ApiVersionsResponse',
  { versions: '0-5', flexible: '3+' },
  {
    errorCode: int16('0+', 'Verdict on the whole request.'),
    apiKeys: array('0+', 'What this listener serves.', {
      apiKey: int16('0+', 'The API.'),
      minVersion: int16('0+', 'Lowest version served.'),
      maxVersion: int16('0+', 'Highest version served.'),
    }),
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    supportedFeatures: array(
      '3+',
      'Feature levels this node can run; before v4 those with minimum 0 are hidden (KAFKA-17011).',
      {
        name: string('3+', 'The feature.'),
        minVersion: int16('3+', 'Lowest level.'),
        maxVersion: int16('3+', 'Highest level.'),
      },
      { tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64('3+', 'Metadata offset of the finalized levels, -1 when unknown.', {
      tag: 1,
      default: -1,
      ignorable: true,
    }),
    finalizedFeatures: array(
      '3+',
      'Levels the cluster has settled on.',
      {
        name: string('3+', 'The feature.'),
        maxVersionLevel: int16('3+', 'The level in force.'),
        minVersionLevel: int16('3+', 'Lowest level in force.'),
      },
      { tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool('3+', 'A remnant of the move from ZooKeeper.', { tag: 3, ignorable: true }),
  },
);

export type ApiVersionsRequest = Infer<typeof apiVersionsRequest>;
export type ApiVersionsResponse = Infer<typeof apiVersionsResponse>;

export const apiVersionsApi = api(
  ApiKey.ApiVersions,
  ['broker', 'controller'],
  apiVersionsRequest,
  apiVersionsResponse,
);
