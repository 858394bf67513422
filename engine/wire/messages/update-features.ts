import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int8, int16, int32, string, struct } from '../schema.ts';

/** What `upgradeType` permits (FeatureUpdate.UpgradeType). */
export const UpgradeType = { UNKNOWN: 0, UPGRADE: 1, SAFE_DOWNGRADE: 2, UNSAFE_DOWNGRADE: 3 } as const;

export const updateFeaturesRequest = struct(
  'UpdateFeaturesRequest',
  { versions: '0-2', flexible: '0+' },
  {
    timeoutMs: int32('0+', 'How long to wait for the update.', { default: 60_000 }),
    featureUpdates: array('0+', 'Which features, to which levels.', {
      feature: string('0+', 'The feature.'),
      maxVersionLevel: int16('0+', 'Its level from now on; below 1 takes it away.'),
      allowDowngrade: bool('0', 'The level may be lower than it is.'),
      upgradeType: int8('1+', 'An UpgradeType.', { default: UpgradeType.UPGRADE }),
    }),
    validateOnly: bool('1+', 'Say what would happen, change nothing.'),
  },
);

export const updateFeaturesResponse = struct(
  'UpdateFeaturesResponse',
  { versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'Verdict on the whole request.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+' }),
    results: array(
      '0-1',
      'One entry a feature.',
      {
        feature: string('0+', 'The feature.'),
        errorCode: int16('0+', 'Verdict on it.'),
        errorMessage: string('0+', 'What is wrong with it.', { nullable: '0+' }),
      },
      { ignorable: true },
    ),
  },
);

export type UpdateFeaturesRequest = Infer<typeof updateFeaturesRequest>;
export type UpdateFeaturesResponse = Infer<typeof updateFeaturesResponse>;

export const updateFeaturesApi = api(
  ApiKey.UpdateFeatures,
  ['broker', 'controller'],
  updateFeaturesRequest,
  updateFeaturesResponse,
);
