import {
  type ConfigRecord,
  ConfigResource,
  ELR_VERSION,
  itemsOf,
  MAX_CONFIG_VALUE_LENGTH,
  METADATA_VERSION,
  type MetadataRecord,
  MetadataVersion,
  rejectTopicConfigs,
} from '../metadata/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { ControllerState } from './controller-state.ts';
import { type ApiError, apiError } from './decision.ts';
import { rejectTopicName } from './topic-name.ts';

/** A topic, a broker, the brokers of the cluster (`BROKER` and ''), … */
export interface ConfigResourceName {
  readonly resourceType: number;
  readonly resourceName: string;
}

export interface ResourceVerdict extends ConfigResourceName {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const MIN_ISR = 'min.insync.replicas';
const CORDONED = 'cordoned.log.dirs';

const BROKER_MIN_ISR = `Broker-level ${MIN_ISR} cannot be altered while ELR is enabled.`;
const CLUSTER_MIN_ISR = `Cluster-level ${MIN_ISR} cannot be removed while ELR is enabled.`;
const TOO_LONG =
  'The configuration value cannot be added because it exceeds the maximum value size of ' +
  `${MAX_CONFIG_VALUE_LENGTH} bytes.`;
const NO_CORDONING =
  `The ${CORDONED} configuration value cannot be set because it requires ` +
  `metadata.version >= ${MetadataVersion.CORDONED_DIRECTORIES}`;
const CORDONED_SUBSET =
  `When updating ${CORDONED} via controllers,  the new value must be a subset of the current ` +
  'configuration value.';

export function verdictOf(resource: ConfigResourceName, error: ApiError | null): ResourceVerdict {
  return {
    errorCode: error?.code ?? ErrorCode.NONE,
    errorMessage: error?.message ?? null,
    resourceType: resource.resourceType,
    resourceName: resource.resourceName,
  };
}

/** Resources that are named once, and verdicts on the others (`ControllerApis.handleIncrementalAlterConfigs`). */
export function sortOutResources<R extends ConfigResourceName>(
  resources: readonly R[],
): { readonly once: readonly R[]; readonly refused: ResourceVerdict[] } {
  const refused: ResourceVerdict[] = [];
  const known = Object.values(ConfigResource) as readonly number[];
  const counts = new Map<string, number>();
  for (const resource of resources) {
    if (!known.includes(resource.resourceType)) {
      const message = `Unknown resource type ${resource.resourceType}.`;
      refused.push(verdictOf(resource, apiError(ErrorCode.UNSUPPORTED_VERSION, message)));
      continue;
    }
    const key = keyOf(resource);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count !== 2) continue;
    refused.push(verdictOf(resource, apiError(ErrorCode.INVALID_REQUEST, 'Duplicate resource.')));
  }
  return { once: resources.filter((resource) => counts.get(keyOf(resource)) === 1), refused };
}

function keyOf({ resourceType, resourceName }: ConfigResourceName): string {
  return `${resourceType} ${resourceName}`;
}

/**
 * What is wrong with a resource's new configuration, or null (`ConfigurationControlManager.validateAlterConfig`):
 * the changes one by one, then the whole that they make, then whether the resource exists at all. `changes` are what
 * the request asks for, `dropped` what a replacement leaves out.
 */
export function rejectChanges(
  state: ControllerState,
  resource: ConfigResourceName,
  changes: readonly ConfigRecord[],
  dropped: readonly ConfigRecord[],
  forwarded: boolean,
): ApiError | null {
  const current = state.image.configs(resource.resourceType, resource.resourceName);
  const next = new Map(current);
  for (const record of changes) {
    const problem = rejectChange(state, record, current.get(CORDONED), forwarded);
    if (problem !== null) return apiError(ErrorCode.INVALID_CONFIG, problem);
    if (record.value === null) next.delete(record.name);
    else if (record.value.length > MAX_CONFIG_VALUE_LENGTH) {
      return apiError(ErrorCode.INVALID_CONFIG, TOO_LONG);
    } else next.set(record.name, record.value);
  }
  for (const record of dropped) {
    const problem = rejectChange(state, record, current.get(CORDONED), forwarded);
    if (problem !== null) return apiError(ErrorCode.INVALID_CONFIG, problem);
    next.delete(record.name);
  }
  return rejectWhole(resource, next) ?? rejectUnknown(state, resource);
}

/** With ELR everybody must agree on min.insync.replicas, so a broker has none of its own and the cluster has one. */
function rejectChange(
  state: ControllerState,
  record: ConfigRecord,
  cordoned: string | undefined,
  forwarded: boolean,
): string | null {
  if (record.resourceType !== ConfigResource.BROKER) return null;
  if (record.name === MIN_ISR && state.image.featureLevel(ELR_VERSION) >= 1) {
    if (record.resourceName !== '') return BROKER_MIN_ISR;
    return record.value === null ? CLUSTER_MIN_ISR : null;
  }
  if (record.name !== CORDONED) return null;
  if (state.image.featureLevel(METADATA_VERSION) < MetadataVersion.CORDONED_DIRECTORIES) return NO_CORDONING;
  // A controller knows directories by their ids only: without a broker's word it lets entries go, not come.
  if (forwarded || record.value === null) return null;
  const known = itemsOf(cordoned ?? '');
  return itemsOf(record.value).every((directory) => known.includes(directory)) ? null : CORDONED_SUBSET;
}

/** `ControllerConfigurationValidator.validate`. A broker's values were looked at by the broker that forwarded them. */
function rejectWhole(
  { resourceType, resourceName }: ConfigResourceName,
  configs: ReadonlyMap<string, string>,
): ApiError | null {
  switch (resourceType) {
    case ConfigResource.TOPIC: {
      const name = rejectTopicResource(resourceName);
      if (name !== null) return name;
      const problem = rejectTopicConfigs(configs);
      return problem === null ? null : apiError(ErrorCode.INVALID_CONFIG, problem);
    }
    case ConfigResource.BROKER:
      return rejectBrokerName(resourceName);
    case ConfigResource.GROUP:
      if (resourceName !== '') return null;
      return apiError(ErrorCode.INVALID_REQUEST, 'Default group resources are not allowed.');
    case ConfigResource.CLIENT_METRICS:
      if (resourceName !== '') return null;
      return apiError(ErrorCode.INVALID_REQUEST, "Subscription name can't be empty");
    default:
      return apiError(ErrorCode.INVALID_REQUEST, `Unknown resource type ${resourceType}`);
  }
}

function rejectTopicResource(name: string): ApiError | null {
  if (name === '') return apiError(ErrorCode.INVALID_REQUEST, 'Default topic resources are not allowed.');
  const problem = rejectTopicName(name);
  return problem === null ? null : apiError(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
}

function rejectBrokerName(name: string): ApiError | null {
  if (name === '' || /^\+?\d+$/.test(name)) return null;
  const problem = /^-\d+$/.test(name)
    ? 'Invalid negative broker ID.'
    : 'Unable to parse broker name as a base 10 number.';
  return apiError(ErrorCode.INVALID_REQUEST, problem);
}

/** `ConfigResourceExistenceChecker`. */
function rejectUnknown(state: ControllerState, resource: ConfigResourceName): ApiError | null {
  const { resourceType, resourceName } = resource;
  if (resourceType === ConfigResource.TOPIC && !state.image.topicsByName.has(resourceName)) {
    const message = `The topic '${resourceName}' does not exist.`;
    return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message);
  }
  if (resourceType !== ConfigResource.BROKER || resourceName === '') return null;
  const id = Number(resourceName);
  const isKnown =
    state.image.broker(id) !== undefined || state.voters().includes(id) || state.image.controllers.has(id);
  return isKnown ? null : apiError(ErrorCode.BROKER_ID_NOT_REGISTERED, `No node with id ${id} found.`);
}

/** ELR rests on min.insync.replicas: who changes that starts without it (KAFKA-16540). */
export function clearElrRecords(state: ControllerState, changes: readonly ConfigRecord[]): MetadataRecord[] {
  if (state.image.featureLevel(ELR_VERSION) < 1) return [];
  const records: MetadataRecord[] = [];
  for (const { name, resourceType, resourceName } of changes) {
    if (name !== MIN_ISR) continue;
    const topicName = resourceType === ConfigResource.TOPIC ? resourceName : '';
    records.push({ type: 'ClearElrRecord', topicName });
  }
  return records;
}
