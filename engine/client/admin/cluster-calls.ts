import {
  ApiKey,
  apiVersionsRequest,
  describeClusterRequest,
  make,
  UpgradeType,
  unregisterBrokerRequest,
  updateFeaturesRequest,
} from '../../wire/index.ts';
import type { AdminCall } from '../ports.ts';

export function describeCluster(includeFencedBrokers = false): AdminCall {
  const body = make(describeClusterRequest, { includeFencedBrokers });
  return { apiKey: ApiKey.DescribeCluster, body, route: { to: 'any' } };
}

/** Forgets a broker that will not come back (KIP-704). */
export function unregisterBroker(broker: number): AdminCall {
  const body = make(unregisterBrokerRequest, { brokerId: broker });
  return { apiKey: ApiKey.UnregisterBroker, body, route: { to: 'any' } };
}

export interface FeatureUpdate {
  readonly feature: string;
  /** Below 1 takes the feature away. */
  readonly level: number;
  /** `unsafe downgrade` may lose metadata. */
  readonly kind: 'upgrade' | 'safe downgrade' | 'unsafe downgrade';
}

const upgradeTypes = {
  upgrade: UpgradeType.UPGRADE,
  'safe downgrade': UpgradeType.SAFE_DOWNGRADE,
  'unsafe downgrade': UpgradeType.UNSAFE_DOWNGRADE,
} as const;

export function updateFeatures(
  updates: readonly FeatureUpdate[],
  validateOnly = false,
  timeoutMs = 30_000,
): AdminCall {
  const body = make(updateFeaturesRequest, {
    timeoutMs,
    featureUpdates: updates.map(({ feature, level, kind }) => ({
      feature,
      maxVersionLevel: level,
      upgradeType: upgradeTypes[kind],
    })),
    validateOnly,
  });
  return { apiKey: ApiKey.UpdateFeatures, body, route: { to: 'controller' } };
}

/** Levels that are supported and in force: an ApiVersions response tells them (KIP-584). */
export function describeFeatures(): AdminCall {
  const software = { clientSoftwareName: 'kafka-trial', clientSoftwareVersion: '0.1.0' };
  const body = make(apiVersionsRequest, software);
  return { apiKey: ApiKey.ApiVersions, body, route: { to: 'any' } };
}
