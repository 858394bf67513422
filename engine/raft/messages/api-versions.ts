import type { Us } from '../../machine/index.ts';
import { ApiKey, type ApiVersionsRequest, type ApiVersionsResponse } from '../../wire/index.ts';
import type { RaftCore } from '../raft-core.ts';
import { onSupportedVersions } from '../voter-changes.ts';

const KRAFT_VERSION = 'kraft.version';
/** A client of its own kind names itself (KIP-511). */
const SOFTWARE_NAME = 'kafka-trial-raft';
const SOFTWARE_VERSION = '1';

/** Asks a replica that is to vote what it supports of the quorum protocol. */
export function sendApiVersions(core: RaftCore, node: number, now: Us): void {
  const request: ApiVersionsRequest = {
    clientSoftwareName: SOFTWARE_NAME,
    clientSoftwareVersion: SOFTWARE_VERSION,
    clusterId: null,
    nodeId: -1,
  };
  core.send(node, ApiKey.ApiVersions, request, now);
}

/** Whether the answer was a good one. */
export function onApiVersionsResponse(
  core: RaftCore,
  now: Us,
  node: number,
  response: ApiVersionsResponse,
): boolean {
  const { role } = core.quorum;
  if (role.kind !== 'leader') return true;
  const supported = response.supportedFeatures.find(({ name }) => name === KRAFT_VERSION) ?? null;
  return onSupportedVersions(core, role, node, response.errorCode, supported, now);
}
