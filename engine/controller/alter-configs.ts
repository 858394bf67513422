import { type ConfigRecord, ConfigResource } from '../metadata/index.ts';
import type { AlterConfigsRequest, AlterConfigsResponse } from '../wire/index.ts';
import { clearElrRecords, rejectChanges, sortOutResources, verdictOf } from './config-changes.ts';
import type { ControllerState } from './controller-state.ts';
import { type ApiError, type Decision, decided, isTooLarge, rejected, TOO_LARGE } from './decision.ts';

type Resource = AlterConfigsRequest['resources'][number];

/** Every resource of the request failed alike. */
export function alterConfigsError(request: AlterConfigsRequest, error: ApiError): AlterConfigsResponse {
  return { throttleTimeMs: 0, responses: request.resources.map((resource) => verdictOf(resource, error)) };
}

/**
 * Replaces the configuration of resources: what a request leaves out is gone
 * (`ConfigurationControlManager.legacyAlterConfigs`). Two clients that each change one key of a resource undo each
 * other's change, which is why Kafka has IncrementalAlterConfigs.
 */
export function decideAlterConfigs(
  state: ControllerState,
  request: AlterConfigsRequest,
  forwarded: boolean,
): Decision {
  const { once, refused: responses } = sortOutResources(request.resources);
  const changes: ConfigRecord[] = [];
  for (const resource of once) {
    const { set, dropped } = recordsOf(state, resource);
    const error = rejectChanges(state, resource, set, dropped, forwarded);
    if (error === null) changes.push(...set, ...dropped);
    responses.push(verdictOf(resource, error));
  }
  const records = [...changes, ...clearElrRecords(state, changes)];
  if (isTooLarge(records)) return rejected(alterConfigsError(request, TOO_LARGE));
  return decided({ throttleTimeMs: 0, responses }, request.validateOnly ? [] : records);
}

function recordsOf(
  state: ControllerState,
  { resourceType, resourceName, configs }: Resource,
): { readonly set: readonly ConfigRecord[]; readonly dropped: readonly ConfigRecord[] } {
  const current = state.image.configs(resourceType, resourceName);
  const wanted = new Map(configs.map(({ name, value }) => [name, value]));
  const record = (name: string, value: string | null): ConfigRecord => ({
    type: 'ConfigRecord',
    resourceType,
    resourceName,
    name,
    value,
  });
  const set: ConfigRecord[] = [];
  for (const [name, value] of wanted) {
    // Brokers load files named in unchanged values again (KAFKA-14136).
    if (value === (current.get(name) ?? null) && resourceType !== ConfigResource.BROKER) continue;
    set.push(record(name, value));
  }
  const dropped: ConfigRecord[] = [];
  for (const name of current.keys()) {
    if (!wanted.has(name)) dropped.push(record(name, null));
  }
  return { set, dropped };
}
