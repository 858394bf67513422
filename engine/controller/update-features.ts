import {
  ConfigResource,
  ELR_VERSION,
  KRAFT_VERSION,
  METADATA_VERSION,
  type MetadataRecord,
  MetadataVersion,
  metadataChangesBetween,
  neededMetadataVersion,
  SUPPORTED_FEATURES,
  staticTopicConfig,
} from '../metadata/index.ts';
import {
  ErrorCode,
  type UpdateFeaturesRequest,
  type UpdateFeaturesResponse,
  UpgradeType,
} from '../wire/index.ts';
import type { ControllerState } from './controller-state.ts';
import { type ApiError, apiError, type Decision, decided } from './decision.ts';

type Update = UpdateFeaturesRequest['featureUpdates'][number];

/** What a node supports of a feature. */
interface Range {
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

const DISABLED: Range = { minSupportedVersion: 0, maxSupportedVersion: 0 };
/** Up to this version the answer names every feature. */
const LAST_VERSION_WITH_RESULTS = 1;

/** The decision, and the level that the quorum shall raise `kraft.version` to; null when it shall not. */
export interface FeatureDecision {
  readonly decision: Decision;
  readonly raiseKraftVersion: number | null;
}

export function updateFeaturesError(error: ApiError): UpdateFeaturesResponse {
  return { throttleTimeMs: 0, errorCode: error.code, errorMessage: error.message, results: [] };
}

/**
 * Finalizes levels of features, all of the request or none (`FeatureControlManager.updateFeatures`, KIP-584). A level
 * must be supported by every broker and controller. `metadata.version` goes back only over levels that changed no
 * metadata; `kraft.version` is the quorum's own and never goes back (`canRaise` asks the quorum, null meaning yes).
 */
export function decideUpdateFeatures(
  state: ControllerState,
  version: number,
  request: UpdateFeaturesRequest,
  canRaise: (level: number) => string | null,
): FeatureDecision {
  const updates = new Map<string, Update>();
  for (const update of request.featureUpdates) updates.set(update.feature, update);
  const records: MetadataRecord[] = [];
  let raiseKraftVersion: number | null = null;
  for (const update of updates.values()) {
    const error = rejectUpdate(state, update) ?? rejectStep(state, update, updates, canRaise);
    if (error !== null) return { decision: decided(failed(error)), raiseKraftVersion: null };
    if (update.feature === KRAFT_VERSION) {
      if (update.upgradeType !== UpgradeType.UPGRADE) continue;
      if (update.maxVersionLevel > state.kraftVersion) raiseKraftVersion = update.maxVersionLevel;
      // An offset to wait for: the quorum's own record is none of this log's.
      records.push({ type: 'NoOpRecord' });
    } else {
      const { feature, maxVersionLevel } = update;
      records.push({ type: 'FeatureLevelRecord', name: feature, featureLevel: maxVersionLevel });
    }
  }
  const elr = updates.get(ELR_VERSION)?.maxVersionLevel ?? 0;
  const safety = elr > 0 ? elrSafetyRecords(state) : [];
  const body = succeeded(version, request);
  if (request.validateOnly) return { decision: decided(body), raiseKraftVersion: null };
  return { decision: decided(body, [...safety, ...records]), raiseKraftVersion };
}

function levelOf(state: ControllerState, feature: string): number {
  return feature === KRAFT_VERSION ? state.kraftVersion : state.image.featureLevel(feature);
}

/** What holds for every feature: a known kind of step, a supported level, and a direction that fits the kind. */
function rejectUpdate(state: ControllerState, update: Update): ApiError | null {
  const { feature, maxVersionLevel: level, upgradeType } = update;
  if (upgradeType < UpgradeType.UPGRADE || upgradeType > UpgradeType.UNSAFE_DOWNGRADE) {
    return invalid(update, 'The controller does not support the given upgrade type.');
  }
  if (level < 0) return invalid(update, 'A feature version cannot be less than 0.');
  const unsupported = reasonNotSupported(state, feature, level);
  if (unsupported !== null) return invalid(update, unsupported);
  const current = levelOf(state, feature);
  const isUpgrade = upgradeType === UpgradeType.UPGRADE;
  if (level < current && isUpgrade) {
    return invalid(
      update,
      "Can't downgrade the version of this feature without setting the upgrade type to either safe or " +
        'unsafe downgrade.',
    );
  }
  if (level > current && !isUpgrade) return invalid(update, "Can't downgrade to a newer version.");
  return null;
}

function rejectStep(
  state: ControllerState,
  update: Update,
  updates: ReadonlyMap<string, Update>,
  canRaise: (level: number) => string | null,
): ApiError | null {
  const { feature, maxVersionLevel: level, upgradeType } = update;
  const current = levelOf(state, feature);
  switch (feature) {
    case METADATA_VERSION:
      if (level >= current || !metadataChangesBetween(current, level)) return null;
      return apiError(
        ErrorCode.INVALID_UPDATE_VERSION,
        `Unsupported metadata.version downgrade from ${current} to ${level}. ` +
          (upgradeType === UpgradeType.UNSAFE_DOWNGRADE
            ? 'Unsafe metadata downgrade is not supported in this version.'
            : 'Refusing to perform the requested downgrade because it might delete metadata information.'),
      );
    case KRAFT_VERSION: {
      if (upgradeType !== UpgradeType.UPGRADE) {
        return level === current ? null : invalid(update, "Can't downgrade the version of this feature.");
      }
      const reason = level === current ? null : canRaise(level);
      return reason === null ? null : apiError(ErrorCode.INVALID_UPDATE_VERSION, reason);
    }
    default: {
      const needed = neededMetadataVersion(feature, level);
      const metadataVersion =
        updates.get(METADATA_VERSION)?.maxVersionLevel ?? state.image.featureLevel(METADATA_VERSION);
      if (metadataVersion >= needed) return null;
      const why = `because it depends on ${METADATA_VERSION} level ${needed}`;
      return invalid(update, `${feature} could not be set to ${level} ${why}`);
    }
  }
}

/** The first node that does not support the level, in words, or null (`reasonNotSupported`). */
function reasonNotSupported(state: ControllerState, feature: string, level: number): string | null {
  const { image } = state;
  const { nodeId } = state.node;
  const own = SUPPORTED_FEATURES.find(({ name }) => name === feature) ?? DISABLED;
  const local = reasonOf(level, `Local controller ${nodeId}`, own);
  if (local !== null) return local;
  for (const id of image.brokerIds()) {
    const range = image.broker(id)?.features.find(({ name }) => name === feature) ?? DISABLED;
    const reason = reasonOf(level, `Broker ${id}`, range);
    if (reason !== null) return reason;
  }
  if (image.featureLevel(METADATA_VERSION) < MetadataVersion.CONTROLLER_REGISTRATION) return null;
  for (const id of [...image.controllers.keys()].sort((a, b) => a - b)) {
    if (id === nodeId) continue;
    const range = image.controllers.get(id)?.features.find(({ name }) => name === feature) ?? DISABLED;
    const reason = reasonOf(level, `Controller ${id}`, range);
    if (reason !== null) return reason;
  }
  for (const id of state.voters()) {
    if (id === nodeId || image.controllers.has(id)) continue;
    return `controller ${id} has not registered, and may not support this feature`;
  }
  return null;
}

function reasonOf(level: number, who: string, range: Range): string | null {
  const { minSupportedVersion: min, maxSupportedVersion: max } = range;
  if (level >= min && level <= max) return null;
  if (max === 0) return `${who} does not support this feature.`;
  return `${who} only supports versions ${min === max ? min : `${min}-${max}`}`;
}

/**
 * ELR needs one min.insync.replicas for all: a value of the cluster's, and none of a broker's own
 * (`maybeGenerateElrSafetyRecords`).
 */
function elrSafetyRecords(state: ControllerState): MetadataRecord[] {
  const name = 'min.insync.replicas';
  const resourceType = ConfigResource.BROKER;
  const records: MetadataRecord[] = [];
  if (!state.image.configs(resourceType, '').has(name)) {
    const value = staticTopicConfig(name, state.node);
    records.push({ type: 'ConfigRecord', resourceType, resourceName: '', name, value });
  }
  for (const resourceName of state.image.configuredResources(resourceType)) {
    if (resourceName === '' || !state.image.configs(resourceType, resourceName).has(name)) continue;
    records.push({ type: 'ConfigRecord', resourceType, resourceName, name, value: null });
  }
  return records;
}

function succeeded(version: number, request: UpdateFeaturesRequest): UpdateFeaturesResponse {
  const named = version <= LAST_VERSION_WITH_RESULTS ? request.featureUpdates : [];
  const results = named.map(({ feature }) => ({
    feature,
    errorCode: ErrorCode.NONE,
    errorMessage: 'NONE',
  }));
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, results };
}

function failed(error: ApiError): UpdateFeaturesResponse {
  const message = `The update failed for all features since the following feature had an error: ${error.message}`;
  return updateFeaturesError(apiError(error.code, message));
}

function invalid(update: Update, message: string): ApiError {
  const { feature, maxVersionLevel } = update;
  return apiError(
    ErrorCode.INVALID_UPDATE_VERSION,
    `Invalid update version ${maxVersionLevel} for feature ${feature}. ${message}`,
  );
}
