import {
  brokerConfigDefinitions,
  type ClusterImage,
  ConfigResource,
  dynamicBrokerConfig,
  rejectBrokerConfigs,
  rejectCordoned,
} from '../../metadata/index.ts';
import {
  AlterConfigOperation,
  type AlterConfigsRequest,
  ErrorCode,
  type IncrementalAlterConfigsRequest,
} from '../../wire/index.ts';

/** What a broker says of a resource before the controller is asked. */
export interface ConfigError {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface ConfigAdmission {
  readonly nodeId: number;
  readonly image: ClusterImage;
  /** The log directories of this broker. */
  readonly logDirs: readonly string[];
}

type Incremental = IncrementalAlterConfigsRequest['resources'][number];
type Legacy = AlterConfigsRequest['resources'][number];
type Resource = Incremental | Legacy;

const NO_ERROR: ConfigError = { errorCode: ErrorCode.NONE, errorMessage: null };
/** What the controller judges alone. */
const PASSED_ON: readonly number[] = [
  ConfigResource.TOPIC,
  ConfigResource.CLIENT_METRICS,
  ConfigResource.GROUP,
];

/**
 * Looks at changes before they go to the controller (`ConfigAdminManager.preprocess`): a resource has its answer here,
 * or null when the controller shall decide. A broker's configuration is only changed through that broker, which knows
 * its own file; the cluster's through any.
 */
export function admitConfigChanges(
  admission: ConfigAdmission,
  resources: readonly Incremental[],
): readonly (ConfigError | null)[] {
  return admitEach(resources, (resource) => {
    const nulls = resource.configs.filter(
      ({ configOperation, value }) => configOperation !== AlterConfigOperation.DELETE && value === null,
    );
    if (nulls.length > 0) return nullsNotSupported(nulls);
    if (resource.resourceType === ConfigResource.BROKER_LOGGER) return answerLogger(admission, resource);
    return admitOne(admission, resource, () => appliedTo(admission.image, resource));
  });
}

/** Likewise for a replacement, which names no operations and may not name loggers. */
export function admitConfigReplacements(
  admission: ConfigAdmission,
  resources: readonly Legacy[],
): readonly (ConfigError | null)[] {
  return admitEach(resources, (resource) => {
    const nulls = resource.configs.filter(({ value }) => value === null);
    if (nulls.length > 0) return nullsNotSupported(nulls);
    const configs = new Map(resource.configs.map(({ name, value }) => [name, value ?? '']));
    return admitOne(admission, resource, () => configs);
  });
}

function admitEach<R extends Resource>(
  resources: readonly R[],
  admit: (resource: R) => ConfigError | null,
): (ConfigError | null)[] {
  return resources.map((resource) => {
    const twins = resources.filter(
      (other) => other.resourceType === resource.resourceType && other.resourceName === resource.resourceName,
    );
    if (twins.length > 1) return invalidRequest('Each resource must appear at most once.');
    const names = new Set(resource.configs.map(({ name }) => name));
    if (names.size < resource.configs.length) return invalidRequest('Error due to duplicate config keys');
    return admit(resource);
  });
}

function admitOne(
  { nodeId, logDirs }: ConfigAdmission,
  { resourceType, resourceName }: Resource,
  configsAfter: () => ReadonlyMap<string, string> | ConfigError,
): ConfigError | null {
  if (PASSED_ON.includes(resourceType)) return null;
  if (resourceType !== ConfigResource.BROKER) return invalidRequest(`Unknown resource type ${resourceType}`);
  const problem = resourceName === '' ? null : rejectOtherNode(nodeId, resourceName);
  if (problem !== null) return invalidRequest(problem);
  const configs = configsAfter();
  if ('errorCode' in configs) return configs;
  const invalid =
    rejectBrokerConfigs(configs, resourceName !== '') ??
    rejectCordoned(configs.get('cordoned.log.dirs'), logDirs);
  return invalid === null ? null : invalidRequest(invalid);
}

function rejectOtherNode(nodeId: number, name: string): string | null {
  if (!/^[+-]?\d+$/.test(name)) return `Node id must be an integer, but it is: ${name}`;
  return Number(name) === nodeId ? null : `Unexpected broker id, expected ${nodeId}, but received ${name}`;
}

/** The dynamic configuration that a resource would have (`ConfigAdminManager.prepareIncrementalConfigs`). */
function appliedTo(
  image: ClusterImage,
  { resourceName, configs }: Incremental,
): ReadonlyMap<string, string> | ConfigError {
  const next = new Map(dynamicBrokerConfig(image, resourceName));
  for (const { name, value, configOperation } of configs) {
    switch (configOperation) {
      case AlterConfigOperation.SET:
        next.set(name, value ?? '');
        break;
      case AlterConfigOperation.DELETE:
        next.delete(name);
        break;
      case AlterConfigOperation.APPEND:
      case AlterConfigOperation.SUBTRACT: {
        const isAppend = configOperation === AlterConfigOperation.APPEND;
        const list = changedList(next, name, value ?? '', isAppend);
        if (typeof list !== 'string') return list;
        next.set(name, list);
        break;
      }
      default:
        return invalidRequest(`Unknown operations type ${configOperation}`);
    }
  }
  return next;
}

function changedList(
  configs: ReadonlyMap<string, string>,
  name: string,
  operand: string,
  isAppend: boolean,
): string | ConfigError {
  const definition = brokerConfigDefinitions.get(name);
  if (definition === undefined) return invalidConfig(`Unknown config name: ${name}`);
  if (definition.type !== 'LIST') {
    const what = isAppend ? 'append' : 'subtract';
    return invalidConfig(`Config value ${what} is not allowed for config key: ${name}`);
  }
  const before = (configs.get(name) ?? definition.default ?? '').split(',').filter((item) => item !== '');
  const items = operand.split(',');
  const after = isAppend
    ? [...before, ...items.filter((item) => !before.includes(item))]
    : before.filter((item) => !items.includes(item));
  return after.join(',');
}

/** Levels of logging change nothing here, for there are no loggers (`RuntimeLoggerManager`). */
function answerLogger({ nodeId }: ConfigAdmission, { resourceName, configs }: Incremental): ConfigError {
  const problem = rejectOtherNode(nodeId, resourceName);
  if (problem !== null) return invalidRequest(problem);
  const first = configs[0];
  return first === undefined ? NO_ERROR : invalidConfig(`Logger ${first.name} does not exist!`);
}

function nullsNotSupported(configs: readonly { readonly name: string }[]): ConfigError {
  return invalidRequest(`Null value not supported for : ${configs.map(({ name }) => name).join(', ')}`);
}

function invalidRequest(errorMessage: string): ConfigError {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}

function invalidConfig(errorMessage: string): ConfigError {
  return { errorCode: ErrorCode.INVALID_CONFIG, errorMessage };
}
