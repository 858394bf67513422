import { type ClusterImage, KRAFT_VERSION, SUPPORTED_FEATURES } from '../../metadata/index.ts';
import {
  ApiKey,
  type ApiVersionsRequest,
  type ApiVersionsResponse,
  apiOf,
  ErrorCode,
} from '../../wire/index.ts';

type VersionRange = ApiVersionsResponse['apiKeys'][number];

/** Letters and digits, with dots and dashes inside only: it ends up in a metric's name (KIP-511). */
const SOFTWARE_PATTERN = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;
const FIRST_VERSION_WITH_SOFTWARE = 3;
const FIRST_VERSION_WITH_FEATURES = 3;
/** Before this, a minimum level of 0 broke clients, so such features are left out (KAFKA-17492). */
const FIRST_VERSION_WITH_LEVEL_0 = 4;
const FIRST_VERSION_WITH_NODE = 5;

export interface ApiVersionsContext {
  readonly nodeId: number;
  readonly clusterId: string;
  /** What this listener answers, by key. */
  readonly apis: readonly VersionRange[];
  readonly image: ClusterImage;
  /** The finalized `kraft.version`, which the quorum keeps and the image does not. */
  readonly kraftVersion: number;
  /** The last offset in the image, -1 before there is one. */
  readonly metadataOffset: number;
  /** A broker tells a client that it reached the wrong node (KIP-1242); a controller does not look. */
  readonly checksNode: boolean;
}

export interface ApiVersionsDecision {
  readonly body: ApiVersionsResponse;
  /** The version in which to answer: 0 when the client's is not known. */
  readonly version: number;
}

/** ApiVersions on either listener (`DefaultApiVersionManager`, `SimpleApiVersionManager`, KIP-35, 511, 584). */
export function decideApiVersions(
  context: ApiVersionsContext,
  version: number,
  request: ApiVersionsRequest,
): ApiVersionsDecision {
  const own = apiOf(ApiKey.ApiVersions)!;
  if (version < own.minVersion || version > own.maxVersion) {
    const range = { apiKey: own.key, minVersion: own.minVersion, maxVersion: own.maxVersion };
    return { body: errorBody(ErrorCode.UNSUPPORTED_VERSION, [range]), version: 0 };
  }
  if (!isValid(version, request)) return { body: errorBody(ErrorCode.INVALID_REQUEST, []), version };
  if (context.checksNode && isForAnotherNode(context, version, request)) {
    return { body: errorBody(ErrorCode.REBOOTSTRAP_REQUIRED, []), version };
  }
  const withFeatures = version >= FIRST_VERSION_WITH_FEATURES;
  const body: ApiVersionsResponse = {
    errorCode: ErrorCode.NONE,
    apiKeys: context.apis,
    throttleTimeMs: 0,
    supportedFeatures: withFeatures ? supportedFeatures(version) : [],
    finalizedFeaturesEpoch: withFeatures ? context.metadataOffset : -1,
    finalizedFeatures: withFeatures ? finalizedFeatures(context) : [],
    zkMigrationReady: false,
  };
  return { body, version };
}

/** The ranges of the APIs that a listener answers, in order of their keys. */
export function advertisedApis(keys: readonly number[]): readonly VersionRange[] {
  const ranges: VersionRange[] = [];
  for (const key of [...keys].sort((a, b) => a - b)) {
    const api = apiOf(key);
    if (api === undefined) continue;
    ranges.push({ apiKey: key, minVersion: api.advertisedMinVersion, maxVersion: api.maxVersion });
  }
  return ranges;
}

function isValid(version: number, request: ApiVersionsRequest): boolean {
  if (version >= FIRST_VERSION_WITH_NODE && (request.clusterId === null) !== (request.nodeId === -1))
    return false;
  return (
    version < FIRST_VERSION_WITH_SOFTWARE ||
    (SOFTWARE_PATTERN.test(request.clientSoftwareName) &&
      SOFTWARE_PATTERN.test(request.clientSoftwareVersion))
  );
}

function isForAnotherNode(
  context: ApiVersionsContext,
  version: number,
  request: ApiVersionsRequest,
): boolean {
  if (version < FIRST_VERSION_WITH_NODE || request.clusterId === null) return false;
  return request.clusterId !== context.clusterId || request.nodeId !== context.nodeId;
}

function supportedFeatures(version: number): ApiVersionsResponse['supportedFeatures'] {
  const level0 = version >= FIRST_VERSION_WITH_LEVEL_0;
  return SUPPORTED_FEATURES.filter((feature) => level0 || feature.minSupportedVersion > 0).map((feature) => ({
    name: feature.name,
    minVersion: feature.minSupportedVersion,
    maxVersion: feature.maxSupportedVersion,
  }));
}

function finalizedFeatures({
  image,
  kraftVersion,
}: ApiVersionsContext): ApiVersionsResponse['finalizedFeatures'] {
  const levels = new Map(image.features);
  if (kraftVersion > 0) levels.set(KRAFT_VERSION, kraftVersion);
  return [...levels.keys()].sort().map((name) => ({
    name,
    maxVersionLevel: levels.get(name) ?? 0,
    minVersionLevel: levels.get(name) ?? 0,
  }));
}

function errorBody(errorCode: number, apiKeys: readonly VersionRange[]): ApiVersionsResponse {
  return {
    errorCode,
    apiKeys,
    throttleTimeMs: 0,
    supportedFeatures: [],
    finalizedFeaturesEpoch: -1,
    finalizedFeatures: [],
    zkMigrationReady: false,
  };
}
