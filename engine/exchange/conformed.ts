import { assert } from '../machine/index.ts';
import { apiOf, conform, WireError } from '../wire/index.ts';

/**
 * A request's body as its receiver will see it in this version, or null when it asks for something that the version
 * cannot say. Requests are written before the version is known, and must not depend on how frames travel.
 */
export function conformedRequest(apiKey: number, apiVersion: number, body: object): object | null {
  const api = apiOf(apiKey);
  assert(api !== undefined, () => `API ${apiKey} is in the table`);
  const conformed = conform(api.request, apiVersion, body);
  return conformed instanceof WireError ? null : conformed;
}

/** Likewise a response's. A handler that answers what the version cannot carry is wrong. */
export function conformedResponse(apiKey: number, apiVersion: number, body: object): object {
  const api = apiOf(apiKey);
  assert(api !== undefined, () => `API ${apiKey} is in the table`);
  const conformed = conform(api.response, apiVersion, body);
  assert(!(conformed instanceof WireError), () => (conformed as WireError).message);
  return conformed;
}
