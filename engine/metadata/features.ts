import type { MetadataRecord } from './record.ts';

/** The feature that every other depends on (`MetadataVersion.FEATURE_NAME`). */
export const METADATA_VERSION = 'metadata.version';
/** Eligible leader replicas (KIP-966 part 1). */
export const ELR_VERSION = 'eligible.leader.replicas.version';
/** Kept by the quorum, not by this image (KIP-853). */
export const KRAFT_VERSION = 'kraft.version';

/** Levels of `metadata.version` at which something in this engine changes. */
export const MetadataVersion = {
  /** Minimum: 3.3-IV3. */
  MINIMUM: 7,
  /** 3.6-IV0: an ISR shrink no longer raises the leader epoch (KAFKA-15021). */
  NO_EPOCH_BUMP_ON_SHRINK: 12,
  /** 3.7-IV0: controllers register, so that what they support is known (KIP-919). */
  CONTROLLER_REGISTRATION: 15,
  /** 4.0-IV1: partition records carry eligible leader replicas. */
  ELR: 23,
  /** 4.3-IV0: directories can be cordoned (KIP-1066). */
  CORDONED_DIRECTORIES: 30,
  /** 4.4-IV2, the latest in production. */
  LATEST: 33,
} as const;

/** What a node of this engine supports, and what a new cluster is formatted with (`Feature`, 4.4). */
export const SUPPORTED_FEATURES = [
  {
    name: METADATA_VERSION,
    minSupportedVersion: MetadataVersion.MINIMUM,
    maxSupportedVersion: MetadataVersion.LATEST,
  },
  { name: ELR_VERSION, minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'group.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: KRAFT_VERSION, minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'share.version', minSupportedVersion: 0, maxSupportedVersion: 2 },
  { name: 'streams.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'transaction.version', minSupportedVersion: 0, maxSupportedVersion: 2 },
] as const;

/** Levels of `metadata.version` that brought new records or fields: below them what was written cannot be kept. */
const CHANGED_METADATA: readonly number[] = [7, 8, 11, 13, 14, 15, 17, 23, 30, 32, 33];

/** Whether a step between two levels loses or gains metadata (`MetadataVersion.checkIfMetadataChanged`). */
export function metadataChangesBetween(one: number, other: number): boolean {
  const low = Math.min(one, other);
  const high = Math.max(one, other);
  return CHANGED_METADATA.some((level) => level > low && level <= high);
}

/** What a level of a feature needs of `metadata.version`, or 0 (`FeatureVersion.dependencies`). */
export function neededMetadataVersion(feature: string, level: number): number {
  return feature === ELR_VERSION && level >= 1 ? MetadataVersion.ELR : 0;
}

/**
 * The records of `bootstrap.checkpoint` (`BootstrapMetadata`): the levels that a formatted cluster starts with, all at
 * the latest unless given. `kraft.version` is not among them: the quorum writes it as a control record.
 */
export function bootstrapRecords(levels: Readonly<Record<string, number>> = {}): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const feature of SUPPORTED_FEATURES) {
    if (feature.name === KRAFT_VERSION) continue;
    const featureLevel = levels[feature.name] ?? feature.maxSupportedVersion;
    if (featureLevel > 0) records.push({ type: 'FeatureLevelRecord', name: feature.name, featureLevel });
  }
  return records;
}
