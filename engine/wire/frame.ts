import { assert, type Frame, type RequestFrame, type ResponseFrame } from '../machine/index.ts';
import type { Api } from './api.ts';
import { ApiKey, apiName } from './api-key.ts';
import { apiOf } from './apis.ts';
import { Reader } from './codec/reader.ts';
import { stringSize } from './codec/sizes.ts';
import { Writer } from './codec/writer.ts';
import { ErrorCode } from './error-code.ts';
import { type RequestHeader, WireError } from './wire-error.ts';

/** Kafka's `socket.request.max.bytes`; a longer frame is not looked at. */
export const MAX_FRAME_BYTES = 100 * 1024 * 1024;

/** The int32 before a frame on a connection. */
const LENGTH_PREFIX = 4;
const CORRELATION_ID = 4;
/** API key, API version, correlation id. */
const REQUEST_HEADER = 8;

/** The bytes of a frame: header and body, without the length that precedes them on a connection. */
export function encodeFrame(frame: Frame): Uint8Array {
  const writer = new Writer(frameSize(frame) - LENGTH_PREFIX);
  const api = servedApi(frame);
  if (frame.kind === 'request') {
    const at = writer.take(REQUEST_HEADER);
    writer.view.setInt16(at, frame.apiKey);
    writer.view.setInt16(at + 2, frame.apiVersion);
    writer.view.setInt32(at + 4, frame.correlationId);
    // The client id keeps its int16 length in header v2, so that a broker can read it whatever the version
    // (KIP-511).
    writer.string(frame.clientId);
    if (frame.apiVersion >= api.flexibleFrom) writer.uvarint(0);
    api.request.codec(frame.apiVersion).encode(writer, frame.body);
  } else {
    writer.view.setInt32(writer.take(CORRELATION_ID), frame.correlationId);
    if (responseHeaderHasTags(api, frame.apiVersion)) writer.uvarint(0);
    api.response.codec(frame.apiVersion).encode(writer, frame.body);
  }
  return writer.finish();
}

/** How many bytes a frame takes on a connection, its four bytes of length included. Encodes nothing. */
export function frameSize(frame: Frame): number {
  const api = servedApi(frame);
  const version = frame.apiVersion;
  if (frame.kind === 'request') {
    const tags = version >= api.flexibleFrom ? 1 : 0;
    const header = REQUEST_HEADER + stringSize(frame.clientId) + tags;
    return LENGTH_PREFIX + header + api.request.codec(version).size(frame.body);
  }
  const header = CORRELATION_ID + (responseHeaderHasTags(api, version) ? 1 : 0);
  return LENGTH_PREFIX + header + api.response.codec(version).size(frame.body);
}

/** Reads a request. `WireError.header` tells whose it was, where that much could be read. */
export function decodeRequest(bytes: Uint8Array): RequestFrame | WireError {
  let header: RequestHeader | null = null;
  try {
    boundFrame(bytes);
    const reader = new Reader(bytes);
    const at = reader.take(REQUEST_HEADER);
    const apiKey = reader.view.getInt16(at);
    const apiVersion = reader.view.getInt16(at + 2);
    const correlationId = reader.view.getInt32(at + 4);
    const api = apiOf(apiKey);
    const clientId = reader.nullableString();
    header = { apiKey, apiVersion, correlationId, clientId };
    if (api === undefined) return new WireError('unknown api', apiName(apiKey), header);
    if (!api.request.has(apiVersion)) {
      return new WireError('unsupported version', `${api.name} v${apiVersion}`, header);
    }
    if (apiVersion >= api.flexibleFrom) reader.skipTags();
    const body = api.request.codec(apiVersion).decode(reader);
    reader.finish();
    return { kind: 'request', apiKey, apiVersion, correlationId, clientId, body };
  } catch (error) {
    if (error instanceof WireError) return new WireError(error.code, error.message, header);
    throw error;
  }
}

/** Reads the response to a request of this key and version. */
export function decodeResponse(
  bytes: Uint8Array,
  apiKey: number,
  apiVersion: number,
): ResponseFrame | WireError {
  const api = apiOf(apiKey);
  if (api === undefined) return new WireError('unknown api', apiName(apiKey));
  if (!api.response.has(apiVersion)) {
    return new WireError('unsupported version', `${api.name} v${apiVersion}`);
  }
  const frame = readResponse(bytes, api, apiVersion);
  if (frame instanceof WireError && apiKey === ApiKey.ApiVersions && apiVersion > 0) {
    // A server that does not know the version answers in version 0, whatever was asked (KIP-511).
    const oldest = readResponse(bytes, api, 0);
    if (!(oldest instanceof WireError) && refusesVersion(oldest.body)) return oldest;
  }
  return frame;
}

function readResponse(bytes: Uint8Array, api: Api, apiVersion: number): ResponseFrame | WireError {
  try {
    boundFrame(bytes);
    const reader = new Reader(bytes);
    const correlationId = reader.view.getInt32(reader.take(CORRELATION_ID));
    if (responseHeaderHasTags(api, apiVersion)) reader.skipTags();
    const body = api.response.codec(apiVersion).decode(reader);
    reader.finish();
    return { kind: 'response', apiKey: api.key, apiVersion, correlationId, body };
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

/**
 * Header v1 comes with flexible versions, but never with ApiVersions: its reader may not know the version
 * (KIP-511).
 */
function responseHeaderHasTags(api: Api, apiVersion: number): boolean {
  return apiVersion >= api.flexibleFrom && api.key !== ApiKey.ApiVersions;
}

function refusesVersion(body: object): boolean {
  return 'errorCode' in body && body.errorCode === ErrorCode.UNSUPPORTED_VERSION;
}

function boundFrame(bytes: Uint8Array): void {
  if (bytes.length > MAX_FRAME_BYTES) throw new WireError('too large', `a frame of ${bytes.length} bytes`);
}

function servedApi(frame: Frame): Api {
  const api = apiOf(frame.apiKey);
  assert(api !== undefined, () => `${apiName(frame.apiKey)} is not spoken here`);
  return api;
}
