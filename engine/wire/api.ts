import { apiName } from './api-key.ts';
import type { Schema } from './schema.ts';

export type Listener = 'broker' | 'controller';

/** One API: its key, its versions, who listens to it, and what travels. */
export interface Api {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** What ApiVersions tells as the minimum: `minVersion`, except for Produce on a broker (KAFKA-18659). */
  readonly advertisedMinVersion: number;
  readonly flexibleFrom: number;
  readonly listeners: readonly Listener[];
  readonly request: Schema<object>;
  readonly response: Schema<object>;
}

export function api(
  key: number,
  listeners: readonly Listener[],
  request: Schema<object>,
  response: Schema<object>,
  advertisedMinVersion: number = request.versions.min,
): Api {
  return {
    key,
    name: apiName(key),
    minVersion: request.versions.min,
    maxVersion: request.versions.max,
    advertisedMinVersion,
    flexibleFrom: request.flexibleFrom,
    listeners,
    request,
    response,
  };
}
