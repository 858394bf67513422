import {
  brokerConfigDefinitions,
  type ConfigDefinition,
  type ConfigRecord,
  ConfigResource,
  topicConfigDefinitions,
} from '../metadata/index.ts';
import {
  AlterConfigOperation,
  ErrorCode,
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
} from '../wire/index.ts';
import { clearElrRecords, rejectChanges, sortOutResources, verdictOf } from './config-changes.ts';
import type { ControllerState } from './controller-state.ts';
import {
  type ApiError,
  apiError,
  type Decision,
  decided,
  isTooLarge,
  rejected,
  TOO_LARGE,
} from './decision.ts';

type Resource = IncrementalAlterConfigsRequest['resources'][number];
type Operation = Resource['configs'][number];

/** Every resource of the request failed alike. */
export function incrementalAlterConfigsError(
  request: IncrementalAlterConfigsRequest,
  error: ApiError,
): IncrementalAlterConfigsResponse {
  return { throttleTimeMs: 0, responses: request.resources.map((resource) => verdictOf(resource, error)) };
}

/**
 * Changes some configurations of some resources, all that is asked of a resource or nothing of it
 * (`ConfigurationControlManager.incrementalAlterConfigs`, KIP-339). `forwarded`: a broker has looked at it first.
 */
export function decideIncrementalAlterConfigs(
  state: ControllerState,
  request: IncrementalAlterConfigsRequest,
  forwarded: boolean,
): Decision {
  const { once, refused: responses } = sortOutResources(request.resources);
  const operations = Object.values(AlterConfigOperation) as readonly number[];
  if (once.some(({ configs }) => configs.some((each) => !operations.includes(each.configOperation)))) {
    return rejected(incrementalAlterConfigsError(request, apiError(ErrorCode.UNKNOWN_SERVER_ERROR)));
  }
  const changes: ConfigRecord[] = [];
  for (const resource of once) {
    const wanted = recordsOf(state, resource);
    const error = 'code' in wanted ? wanted : rejectChanges(state, resource, wanted, [], forwarded);
    if (!('code' in wanted) && error === null) changes.push(...wanted);
    responses.push(verdictOf(resource, error));
  }
  const records = [...changes, ...clearElrRecords(state, changes)];
  if (isTooLarge(records)) return rejected(incrementalAlterConfigsError(request, TOO_LARGE));
  return decided({ throttleTimeMs: 0, responses }, request.validateOnly ? [] : records);
}

function recordsOf(state: ControllerState, resource: Resource): readonly ConfigRecord[] | ApiError {
  const { resourceType, resourceName } = resource;
  const current = state.image.configs(resourceType, resourceName);
  // Of a key that is named twice the last word counts.
  const byName = new Map(resource.configs.map((operation) => [operation.name, operation]));
  const records: ConfigRecord[] = [];
  for (const operation of byName.values()) {
    const { name } = operation;
    const before = current.get(name) ?? null;
    const after = valueAfter(resourceType, before, operation);
    if (typeof after === 'object' && after !== null) return after;
    // Brokers load files named in unchanged values again (KAFKA-14136).
    if (after === before && resourceType !== ConfigResource.BROKER) continue;
    records.push({ type: 'ConfigRecord', resourceType, resourceName, name, value: after });
  }
  return records;
}

function valueAfter(
  resourceType: number,
  before: string | null,
  { name, value, configOperation }: Operation,
): string | null | ApiError {
  if (configOperation === AlterConfigOperation.SET) return value;
  if (configOperation === AlterConfigOperation.DELETE) return null;
  const isAppend = configOperation === AlterConfigOperation.APPEND;
  const definition = definitionOf(resourceType, name);
  if (definition?.type !== 'LIST') {
    const what = isAppend ? 'APPEND' : 'SUBTRACT';
    const message = `Can't ${what} to key ${name} because its type is not LIST.`;
    return apiError(ErrorCode.INVALID_CONFIG, message);
  }
  const items = (before ?? definition.default ?? '').split(',').filter((item) => item !== '');
  for (const item of (value ?? '').split(',')) {
    const at = items.indexOf(item);
    if (isAppend && at < 0) items.push(item);
    else if (!isAppend && at >= 0) items.splice(at, 1);
  }
  return items.join(',');
}

function definitionOf(resourceType: number, name: string): ConfigDefinition | undefined {
  if (resourceType === ConfigResource.TOPIC) return topicConfigDefinitions.get(name);
  return resourceType === ConfigResource.BROKER ? brokerConfigDefinitions.get(name) : undefined;
}
