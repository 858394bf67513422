import { assert } from '../machine/index.ts';
import {
  ApiKey,
  type ApiVersionsRequest,
  type ApiVersionsResponse,
  apiOf,
  ErrorCode,
} from '../wire/index.ts';
import { ApiVersionRanges } from './api-version-ranges.ts';
import type { Channel } from './channel.ts';

const CLIENT_SOFTWARE_NAME = 'kafka-trial';
const CLIENT_SOFTWARE_VERSION = '0.1.0';
/** From this version on a client says what it is; a broker checks the format. */
const FIRST_VERSION_WITH_SOFTWARE = 3;
/** From this version on it says whom it means (KIP-1242). */
const FIRST_VERSION_WITH_NODE = 5;

/** What an ApiVersions response asks for (KIP-511). */
export type HandshakeAnswer =
  | { readonly kind: 'supported'; readonly versions: ApiVersionRanges }
  | { readonly kind: 'retry'; readonly apiVersion: number }
  /** KIP-1242: another node, or another cluster, than the one meant. */
  | { readonly kind: 'misrouted' }
  | { readonly kind: 'refused' };

/** `clusterId` null: the peer is not to be checked; nor is a bootstrap server, whose id nobody knows. */
export function handshakeBody(
  apiVersion: number,
  clusterId: string | null,
  node: number,
): ApiVersionsRequest {
  const named = apiVersion >= FIRST_VERSION_WITH_SOFTWARE;
  const isMeant = apiVersion >= FIRST_VERSION_WITH_NODE && clusterId !== null && node >= 0;
  return {
    clientSoftwareName: named ? CLIENT_SOFTWARE_NAME : '',
    clientSoftwareVersion: named ? CLIENT_SOFTWARE_VERSION : '',
    clusterId: isMeant ? clusterId : null,
    nodeId: isMeant ? node : -1,
  };
}

export function handshakeAnswer(body: ApiVersionsResponse, askedVersion: number): HandshakeAnswer {
  if (body.errorCode === ErrorCode.NONE) {
    return { kind: 'supported', versions: new ApiVersionRanges(body.apiKeys) };
  }
  if (body.errorCode === ErrorCode.REBOOTSTRAP_REQUIRED) return { kind: 'misrouted' };
  if (body.errorCode !== ErrorCode.UNSUPPORTED_VERSION || askedVersion === 0) return { kind: 'refused' };
  for (const range of body.apiKeys) {
    if (range.apiKey === ApiKey.ApiVersions) return { kind: 'retry', apiVersion: range.maxVersion };
  }
  return { kind: 'retry', apiVersion: 0 };
}

/** As a `versionCap`: none. */
export const ANY_VERSION = 0x7fff;

/**
 * The version in which a request leaves on a channel: the highest common one up to a cap, or -1 when there is none.
 */
export function versionOf(channel: Channel, apiKey: number, versionCap = ANY_VERSION): number {
  if (channel.versions !== null) return channel.versions.highestCommon(apiKey, versionCap);
  const api = apiOf(apiKey);
  assert(api !== undefined, () => `API ${apiKey} is in the table`);
  return Math.min(api.maxVersion, versionCap);
}
