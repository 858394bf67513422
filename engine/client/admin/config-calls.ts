import {
  AlterConfigOperation,
  ApiKey,
  alterConfigsRequest,
  ConfigResourceType,
  describeConfigsRequest,
  incrementalAlterConfigsRequest,
  listConfigResourcesRequest,
  make,
} from '../../wire/index.ts';
import type { AdminCall, AdminRoute } from '../ports.ts';

/** What carries a configuration. A broker without an id stands for the default of all brokers. */
export type ConfigResource =
  | { readonly kind: 'topic'; readonly name: string }
  | { readonly kind: 'broker'; readonly id: number | null }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'client metrics'; readonly name: string };

/** One change of a key; the value of a deletion says nothing. */
export interface ConfigChange {
  readonly key: string;
  readonly operation: 'set' | 'delete' | 'append' | 'subtract';
  readonly value: string | null;
}

const operationCodes = {
  set: AlterConfigOperation.SET,
  delete: AlterConfigOperation.DELETE,
  append: AlterConfigOperation.APPEND,
  subtract: AlterConfigOperation.SUBTRACT,
} as const;

/** Null keys: all. */
export function describeConfigs(
  resource: ConfigResource,
  keys: readonly string[] | null = null,
  includeSynonyms = false,
): AdminCall {
  const body = make(describeConfigsRequest, {
    resources: [{ ...named(resource), configurationKeys: keys }],
    includeSynonyms,
  });
  return { apiKey: ApiKey.DescribeConfigs, body, route: routeTo(resource) };
}

/** KIP-339: what is not mentioned stays. */
export function incrementalAlterConfigs(
  resource: ConfigResource,
  changes: readonly ConfigChange[],
  validateOnly = false,
): AdminCall {
  const configs = changes.map(({ key, operation, value }) => ({
    name: key,
    configOperation: operationCodes[operation],
    value,
  }));
  const body = make(incrementalAlterConfigsRequest, {
    resources: [{ ...named(resource), configs }],
    validateOnly,
  });
  return { apiKey: ApiKey.IncrementalAlterConfigs, body, route: routeTo(resource) };
}

/** The older way: what is not mentioned is deleted. Java's client dropped it in 4.0, brokers serve it still. */
export function alterConfigs(
  resource: ConfigResource,
  configs: Readonly<Record<string, string>>,
  validateOnly = false,
): AdminCall {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  const body = make(alterConfigsRequest, {
    resources: [{ ...named(resource), configs: entries }],
    validateOnly,
  });
  return { apiKey: ApiKey.AlterConfigs, body, route: routeTo(resource) };
}

/** No types: all that can be listed (KIP-1142). */
export function listConfigResources(types: readonly number[] = []): AdminCall {
  const body = make(listConfigResourcesRequest, { resourceTypes: types });
  return { apiKey: ApiKey.ListConfigResources, body, route: { to: 'any' } };
}

/** A broker speaks for itself: only it knows its own file, and only it can say whether it takes a value. */
function routeTo(resource: ConfigResource): AdminRoute {
  return resource.kind === 'broker' && resource.id !== null
    ? { to: 'node', node: resource.id }
    : { to: 'any' };
}

function named(resource: ConfigResource): { resourceType: number; resourceName: string } {
  switch (resource.kind) {
    case 'topic':
      return { resourceType: ConfigResourceType.TOPIC, resourceName: resource.name };
    case 'broker':
      return { resourceType: ConfigResourceType.BROKER, resourceName: resource.id?.toString() ?? '' };
    case 'group':
      return { resourceType: ConfigResourceType.GROUP, resourceName: resource.name };
    case 'client metrics':
      return { resourceType: ConfigResourceType.CLIENT_METRICS, resourceName: resource.name };
  }
}
