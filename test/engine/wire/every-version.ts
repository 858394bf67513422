import type { Frame, RequestFrame, ResponseFrame } from '../../../engine/machine/index.ts';
import {
  type Api,
  apis,
  decodeRequest,
  decodeResponse,
  type Schema,
  type WireError,
} from '../../../engine/wire/index.ts';

/** One direction of one version of one API. */
export interface Message {
  readonly title: string;
  readonly api: Api;
  readonly version: number;
  readonly schema: Schema<object>;
  frame(body: object): Frame;
  decode(bytes: Uint8Array): Frame | WireError;
}

export const CORRELATION_ID = 0x01020304;

/** All messages, requests and responses, in all versions. */
export const everyVersion: readonly Message[] = apis.flatMap((api) => {
  const messages: Message[] = [];
  for (let version = api.minVersion; version <= api.maxVersion; version++) {
    messages.push(requestOf(api, version), responseOf(api, version));
  }
  return messages;
});

function requestOf(api: Api, apiVersion: number): Message {
  return {
    title: `${api.request.name} v${apiVersion}`,
    api,
    version: apiVersion,
    schema: api.request,
    frame: (body): RequestFrame => ({
      kind: 'request',
      apiKey: api.key,
      apiVersion,
      correlationId: CORRELATION_ID,
      clientId: 'client',
      body,
    }),
    decode: decodeRequest,
  };
}

function responseOf(api: Api, apiVersion: number): Message {
  return {
    title: `${api.response.name} v${apiVersion}`,
    api,
    version: apiVersion,
    schema: api.response,
    frame: (body): ResponseFrame => ({
      kind: 'response',
      apiKey: api.key,
      apiVersion,
      correlationId: CORRELATION_ID,
      body,
    }),
    decode: (bytes) => decodeResponse(bytes, api.key, apiVersion),
  };
}
